// The composition root: state, connections, mappings and their loops, wired in order; reload and
// shutdown. Control thread only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/server.hpp"
#include "connectors/registry.hpp"
#include "daemon/intake.hpp"
#include "daemon/mapping_run.hpp"
#include "daemon/poller.hpp"
#include "daemon/sync_loop.hpp"
#include "mappings/config.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::daemon {

// What tests put in place of the world outside. Empty: the real one.
struct ServiceSeams {
  std::function<engine::Result<std::unique_ptr<state::StateStore>>(state::StoreOptions)> open_store;
  std::function<engine::Result<std::unique_ptr<connectors::Connector>>(
      connectors::ConnectionConfig const&)>
      make_connector;
  std::function<mappings::LoadResult()> load_config;
  bool listen = true;  // control socket and webhook listener
};

struct ServiceOptions {
  std::filesystem::path config_dir = "/etc/crmsync";
  std::optional<std::filesystem::path> state_dir;  // overrides crmsync.yaml
  std::optional<std::filesystem::path> socket;
  bool until_idle = false;
  Tuning tuning;
  CrashProbe probe;
  ServiceSeams seams;
};

// One configuration in force: everything that a reload replaces.
struct Generation {
  std::uint64_t number = 0;
  mappings::Config config;
  std::map<std::string, std::unique_ptr<connectors::Connector>, std::less<>> connections;
  std::vector<std::unique_ptr<MappingRun>> runs;
  std::vector<std::unique_ptr<Poller>> pollers;
  std::vector<std::unique_ptr<SyncLoop>> loops;
  std::size_t tasks = 0;  // coroutines that still use this generation
  bool stopping = false;
};

struct ReloadReport {
  bool changed = false;
  std::uint64_t generation = 0;
  std::vector<mappings::Diagnostic> diagnostics;
  std::optional<engine::Error> error;
};

// While it lives the generation is not replaced: an action of the admin ends under the
// configuration it began under.
class GenerationUse {
 public:
  explicit GenerationUse(Generation& generation) : generation_(generation) { ++generation_.tasks; }
  ~GenerationUse() { --generation_.tasks; }
  GenerationUse(GenerationUse const&) = delete;
  GenerationUse& operator=(GenerationUse const&) = delete;

 private:
  Generation& generation_;
};

// Exit codes of operators.md §4.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  changes = 2,
  config_invalid = 3,
  unreachable = 4,
  record_errors = 5,
  guard = 6,
  usage = 64
};

class Service {
 public:
  Service(ServiceOptions options, connectors::Runtime& runtime);
  ~Service();

  // Runs until stop() or, with until_idle, until everything is in step.
  connectors::Task<ExitCode> run();
  void stop();
  connectors::Task<ReloadReport> reload();

  Generation& generation() { return *generation_; }
  MappingRun* find_run(std::string_view mapping);
  state::StateStore& store() { return *store_; }
  Intake& intake() { return *intake_; }
  connectors::Runtime& runtime() { return runtime_; }
  Tuning const& tuning() const { return options_.tuning; }
  ServiceOptions const& options() const { return options_; }
  std::optional<std::string> const& bad_config() const { return bad_config_; }
  engine::Timestamp started_at() const { return started_at_; }
  engine::Timestamp reloaded_at() const { return reloaded_at_; }
  bool stopping() const { return stopping_; }
  // One line for systemctl and for people.
  std::string summary() const;

 private:
  mappings::LoadResult load() const;
  engine::Result<std::unique_ptr<Generation>> build(mappings::Config config);
  engine::Result<std::unique_ptr<MappingRun>> build_run(Generation& generation,
                                                        mappings::Mapping const& mapping);
  engine::Status load_positions(MappingRun& run);
  void start(Generation& generation);
  connectors::Task<void> stop_generation(Generation& generation);
  void spawn(Generation& generation, connectors::Task<void> task);
  connectors::Task<void> bring_up(Generation& generation, MappingRun& run);
  connectors::Task<bool> bring_up_side(MappingRun& run, engine::Side side);
  connectors::Task<bool> check_identities(Generation& generation, MappingRun& run);
  connectors::Task<void> watch_commits(Generation& generation, std::string connection);
  connectors::Task<void> housekeeping(Generation& generation);
  engine::Status open_listeners();
  std::optional<ExitCode> idle_code() const;
  void report_idle(ExitCode code) const;

  ServiceOptions options_;
  connectors::Runtime& runtime_;
  std::unique_ptr<state::StateStore> store_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Generation> generation_;
  std::vector<std::unique_ptr<Generation>> retired_;
  std::unique_ptr<connectors::http::Server> control_;
  std::unique_ptr<connectors::http::Server> webhooks_;
  std::uint64_t next_generation_ = 1;
  std::optional<std::string> bad_config_;  // "FILE:LINE" of the newest invalid configuration
  engine::Timestamp started_at_, reloaded_at_;
  Signal changed_;
  bool stopping_ = false;
  bool reloading_ = false;
};

}  // namespace crmsync::daemon
