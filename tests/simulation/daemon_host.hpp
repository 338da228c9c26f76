// The real daemon on simulated ground: its own Service over virtual time, the fake systems and a
// state that can lose its power. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/service.hpp"
#include "tests/simulation/fake_app.hpp"
#include "tests/simulation/fake_crm.hpp"
#include "tests/simulation/memory_store.hpp"
#include "tests/simulation/scenario.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::simulation {

// The configuration of a scenario, as the daemon's own loader reads it.
mappings::LoadResult load_scenario(Scenario const& scenario);

class DaemonHost {
 public:
  struct Ground {
    Scenario const& scenario;
    mappings::Config const& config;
    SimRuntime& runtime;
    FakeApp& app;
    FakeCrm& crm;
    std::shared_ptr<Disk> disk;
    MemoryStoreOptions store;
    daemon::CrashProbe probe;
  };

  explicit DaemonHost(Ground ground);
  ~DaemonHost();

  void start();
  // Nothing of it is left but what is durable.
  void crash();
  bool running() const noexcept { return service_ != nullptr; }
  // Set when the service ended by itself, which it should not.
  std::optional<daemon::ExitCode> ended() const noexcept { return *ended_; }
  daemon::Service& service() { return *service_; }

  // Posts a webhook as the CRM would; `answered` is told the status, unless the daemon dies before.
  void post_webhook(std::string body, std::function<void(int)> answered);
  // The configuration was saved anew: the same rules in another file.
  void reload();
  // Runs an admin's action; it ends with the daemon if that dies.
  void run(connectors::Task<void> task);

 private:
  Ground ground_;
  MemoryStore* store_ = nullptr;  // the service's
  std::unique_ptr<daemon::Service> service_;
  std::shared_ptr<std::optional<daemon::ExitCode>> ended_;
  std::uint64_t edition_ = 0;
};

}  // namespace crmsync::simulation
