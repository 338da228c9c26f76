// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.hpp"

#include "daemon/config_bridge.hpp"
#include "daemon/control_api.hpp"
#include "daemon/log.hpp"
#include "daemon/notify.hpp"
#include "daemon/store_access.hpp"
#include "daemon/webhook_intake.hpp"
#include "engine/mutant.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::Side;

namespace {
constexpr std::chrono::milliseconds kStopPoll{20};
}  // namespace

Service::Service(ServiceOptions options, connectors::Runtime& runtime)
    : options_(std::move(options)), runtime_(runtime), changed_(runtime) {}

Service::~Service() = default;

mappings::LoadResult Service::load() const {
  if (options_.seams.load_config) return options_.seams.load_config();
  return mappings::load_config(options_.config_dir, connection_types(),
                               [](std::string const& name) -> std::optional<std::string> {
                                 char const* value = std::getenv(name.c_str());
                                 if (value == nullptr) return std::nullopt;
                                 return std::string(value);
                               });
}

engine::Result<std::unique_ptr<MappingRun>> Service::build_run(Generation& generation,
                                                               mappings::Mapping const& mapping) {
  auto run = std::make_unique<MappingRun>(runtime_, options_.tuning.payloads_max);
  auto id = store_->register_mapping(mapping.name);
  if (!id) return id.error();
  run->id = *id;
  run->generation = generation.number;
  run->mapping = mapping;
  run->mapping.rules.skew_bound_micros =
      std::chrono::microseconds(options_.tuning.skew_bound).count();
  run->row.name = mapping.name;
  for (auto const side : {Side::app, Side::crm}) {
    auto const& name = side == Side::app ? mapping.app.connection : mapping.crm.connection;
    run->side(side).endpoint =
        generation.connections.at(name)->open(endpoint_spec(run->mapping, side));
  }
  return run;
}

engine::Result<std::unique_ptr<Generation>> Service::build(mappings::Config config) {
  auto generation = std::make_unique<Generation>();
  generation->number = next_generation_++;
  generation->config = std::move(config);
  for (auto const& file : generation->config.connections) {
    auto const config_of_file = connection_config(file, generation->config.settings);
    auto made = options_.seams.make_connector
                    ? options_.seams.make_connector(config_of_file)
                    : connectors::find_connector(file.type)->make(config_of_file, runtime_);
    if (!made) return made.error();
    generation->connections.emplace(file.name, std::move(*made));
  }
  for (auto const& mapping : generation->config.mappings) {
    auto run = build_run(*generation, *mapping);
    if (!run) return run.error();
    generation->runs.push_back(std::move(*run));
  }
  return generation;
}

void Service::spawn(Generation& generation, Task<void> task) {
  ++generation.tasks;
  boost::asio::co_spawn(runtime_.executor(), std::move(task),
                        [this, &generation](std::exception_ptr failure) {
                          if (failure) std::rethrow_exception(failure);
                          --generation.tasks;
                          changed_.notify();
                        });
}

// Positions are read when the generation starts, not when it is built: until then the one before it
// still moves them.
engine::Status Service::load_positions(MappingRun& run) {
  auto row = store_->mapping(run.id);
  if (!row) return row.error();
  if (*row) run.row = **row;
  run.row.name = run.mapping.name;
  for (auto const side : {Side::app, Side::crm}) {
    auto cursor = store_->cursor(run.id, side);
    if (!cursor) return cursor.error();
    if (*cursor) run.side(side).cursor = **cursor;
  }
  return engine::Status{boost::system::in_place_value};
}

void Service::start(Generation& generation) {
  for (auto& run : generation.runs) {
    if (auto status = load_positions(*run); !status) {
      log::error(status.error(), {{"mapping", run->mapping.name}});
      run->app.trouble = status.error();
      continue;  // the mapping stays down and says why; the others go on
    }
    intake_->attach(*run);
    spawn(generation, bring_up(generation, *run));
  }
  for (auto const& [name, connection] : generation.connections) {
    auto const* row = connectors::find_connector(connection->type());
    if (row != nullptr && row->role == connectors::ConnectorRole::app)
      spawn(generation, watch_commits(generation, name));
  }
  spawn(generation, housekeeping(generation));
  intake_->feed();
}

Task<void> Service::stop_generation(Generation& generation) {
  generation.stopping = true;
  for (auto& run : generation.runs) {
    run->stopping = true;
    run->wake.notify();
    run->poll_app.notify();
    run->poll_crm.notify();
  }
  auto const deadline = runtime_.steady_now() + options_.tuning.drain;
  while (generation.tasks > 0 && runtime_.steady_now() < deadline)
    co_await runtime_.sleep(kStopPoll);
  if (generation.tasks > 0)
    log::warn("still busy after the drain time; open intents are resolved at the next start",
              {{"tasks", std::to_string(generation.tasks)}});
  intake_->detach_all();
}

// A database that tells of commits by itself wakes the pollers at once.
Task<void> Service::watch_commits(Generation& generation, std::string connection) {
  auto& connector = *generation.connections.at(connection);
  while (!generation.stopping) {
    bool const changed = co_await connector.wait_for_commit(options_.tuning.commit_watch);
    if (!changed) continue;
    for (auto& run : generation.runs)
      if (run->mapping.app.connection == connection &&
          run->mapping.app.capture == mappings::Capture::triggers)
        run->poll_app.notify();
  }
}

Task<void> Service::housekeeping(Generation& generation) {
  auto next_prune = runtime_.steady_now();
  std::uint64_t recorded = 0;
  while (!generation.stopping) {
    co_await runtime_.sleep(options_.tuning.housekeeping_every);
    auto const now = runtime_.now();
    if (runtime_.steady_now() >= next_prune) {
      next_prune = runtime_.steady_now() + std::chrono::minutes(10);
      auto const& settings = generation.config.settings;
      auto before = [&](std::chrono::hours kept) {
        return engine::Timestamp{now.micros - std::chrono::microseconds(kept).count()};
      };
      auto pruned = co_await prune(*store_, before(settings.webhook_retention),
                                   before(settings.history_retention), 1000);
      if (!pruned) log::warn("could not prune", {{"why", pruned.error().message()}});
    }
    auto const mark = store_->high_water();
    if (mark == recorded || generation.stopping) continue;
    for (auto& [name, connection] : generation.connections) {
      auto done = co_await connection->record_high_water(store_->state_id(), mark);
      if (done) recorded = mark;
    }
  }
}

engine::Status Service::open_listeners() {
  if (!options_.seams.listen) return engine::Status{boost::system::in_place_value};
  auto const& settings = generation_->config.settings;
  auto const socket = options_.socket.value_or(settings.socket);
  connectors::http::ServerLimits control_limits;
  auto control = connectors::http::serve("unix:" + socket.string(), control_limits,
                                         control_handler(*this), runtime_);
  if (!control) return control.error();
  control_ = std::move(*control);
  if (settings.webhooks_listen.empty()) return engine::Status{boost::system::in_place_value};
  connectors::http::ServerLimits webhook_limits;
  webhook_limits.connections_per_ip_max = 64;
  auto webhooks = connectors::http::serve(settings.webhooks_listen, webhook_limits,
                                          webhook_handler(*this), runtime_);
  if (!webhooks) return webhooks.error();
  webhooks_ = std::move(*webhooks);
  return engine::Status{boost::system::in_place_value};
}

MappingRun* Service::find_run(std::string_view mapping) {
  for (auto& run : generation_->runs)
    if (run->mapping.name == mapping) return run.get();
  return nullptr;
}

void Service::stop() {
  stopping_ = true;
  changed_.notify();
}

Task<ReloadReport> Service::reload() {
  ReloadReport report;
  report.generation = generation_->number;
  if (reloading_ || stopping_) {
    report.error = engine::make_error(engine::Errc::locked, "reload",
                                      "another reload or the shutdown is under way", "try again");
    co_return report;
  }
  reloading_ = true;
  auto loaded = load();
  report.diagnostics = loaded.diagnostics;
  if (!loaded.config) {
    auto const& first = loaded.diagnostics.front();
    bad_config_ = first.file + ":" + std::to_string(first.line);
    log::warn("configuration on disk is invalid; the running one stays",
              {{"generation", std::to_string(generation_->number)}, {"at", *bad_config_}});
    reloading_ = false;
    co_return report;
  }
  bad_config_.reset();
  if (loaded.config->digest == generation_->config.digest) {
    reloading_ = false;
    co_return report;
  }
  auto next = build(std::move(*loaded.config));
  if (!next) {
    report.error = next.error();
    reloading_ = false;
    co_return report;
  }
  // The old generation ends completely before the new one decides anything: no record is ever
  // planned under two configurations.
  if (!engine::mutant(engine::Mutant::generations_overlap)) co_await stop_generation(*generation_);
  // A call that outlasted the drain time still refers to its generation.
  if (generation_->tasks > 0) retired_.push_back(std::move(generation_));
  generation_ = std::move(*next);
  start(*generation_);
  reloaded_at_ = runtime_.now();
  report.changed = true;
  report.generation = generation_->number;
  log::info("configuration reloaded", {{"generation", std::to_string(generation_->number)}});
  reloading_ = false;
  co_return report;
}

Task<ExitCode> Service::run() {
  started_at_ = reloaded_at_ = runtime_.now();
  auto loaded = load();
  for (auto const& one : loaded.diagnostics) log::diagnostic(one);
  if (!loaded.config) co_return ExitCode::config_invalid;
  log::set_level(loaded.config->settings.log_level);

  state::StoreOptions store_options;
  store_options.directory = options_.state_dir.value_or(loaded.config->settings.state_dir);
  store_options.map_bytes_max = loaded.config->settings.state_bytes_max;
  auto opened = options_.seams.open_store ? options_.seams.open_store(std::move(store_options))
                                          : state::open_lmdb_store(std::move(store_options));
  if (!opened) {
    log::error(opened.error());
    co_return ExitCode::failed;
  }
  store_ = std::move(*opened);
  intake_ = std::make_unique<Intake>(*store_, runtime_, options_.tuning,
                                     loaded.config->settings.intake_max);
  auto built = build(std::move(*loaded.config));
  if (!built) {
    log::error(built.error());
    co_return built.error().code == engine::Errc::config_invalid ? ExitCode::config_invalid
                                                                 : ExitCode::failed;
  }
  generation_ = std::move(*built);
  auto listening = open_listeners();
  if (!listening) {
    log::error(listening.error());
    co_return ExitCode::failed;
  }
  start(*generation_);
  notify::ready();
  if (options_.seams.listen) log::ready();

  ExitCode code = ExitCode::ok;
  while (!stopping_) {
    co_await changed_.wait(options_.tuning.service_tick);
    notify::alive(runtime_.steady_now(), summary());
    if (!options_.until_idle || reloading_) continue;
    if (auto const idle = idle_code()) {
      code = *idle;
      report_idle(code);
      break;
    }
  }
  stopping_ = true;
  notify::stopping();
  if (webhooks_) co_await webhooks_->stop(std::chrono::seconds(2));
  co_await stop_generation(*generation_);
  if (control_) co_await control_->stop(std::chrono::seconds(1));
  log::info("stopped", {});
  co_return code;
}

}  // namespace crmsync::daemon
