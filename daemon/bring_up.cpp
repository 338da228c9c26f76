// From a loaded mapping to a running one: prepare both sides, bind, check who they are, start.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_bridge.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"
#include "daemon/store_access.hpp"
#include "engine/mutant.hpp"
#include "engine/retry.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::Errc;
using engine::Side;

namespace {

constexpr std::chrono::milliseconds kHoldPause{60'000};

std::string const& connection_of(MappingRun const& run, Side side) {
  return side == Side::app ? run.mapping.app.connection : run.mapping.crm.connection;
}

void note_trouble(connectors::Runtime& runtime, MappingRun& run, Side side,
                  engine::Error const& error) {
  auto& one = run.side(side);
  bool const news = !one.trouble || one.trouble->message() != error.message();
  if (!one.trouble) one.trouble_since = runtime.steady_now();
  one.trouble = error;
  if (news)
    log::error(error, {{"mapping", run.mapping.name}, {"side", std::string(to_string(side))}});
}

std::string defects_text(std::vector<mappings::SchemaDefect> const& defects) {
  std::string text;
  for (auto const& defect : defects) {
    if (!text.empty()) text += "; ";
    text += defect.where + ": " + defect.code + ": " + defect.text;
    if (!defect.hint.empty()) text += " (" + defect.hint + ")";
  }
  return text;
}

}  // namespace

Task<bool> Service::bring_up_side(MappingRun& run, Side side) {
  auto& one = run.side(side);
  auto described = co_await one.endpoint->describe();
  // A missing external-id property is not a defect yet: prepare() may create it.
  if (!described && described.error().code != Errc::invalid_schema) {
    note_trouble(runtime_, run, side, described.error());
    co_return false;
  }
  auto prepared = co_await one.endpoint->prepare();
  if (!prepared) {
    note_trouble(runtime_, run, side, prepared.error());
    co_return false;
  }
  described = co_await one.endpoint->describe();
  if (!described) {
    note_trouble(runtime_, run, side, described.error());
    co_return false;
  }
  one.capabilities = described->capabilities;
  one.schema = std::move(described->schema);
  one.trouble.reset();
  co_return true;
}

// The account and the database must be the ones this state belongs to.
Task<bool> Service::check_identities(Generation& generation, MappingRun& run) {
  auto row = run.row;
  for (auto const side : {Side::app, Side::crm}) {
    auto const& name = connection_of(run, side);
    auto identity = co_await generation.connections.at(name)->identity();
    if (!identity) {
      note_trouble(runtime_, run, side, identity.error());
      co_return false;
    }
    auto const file =
        std::ranges::find(generation.config.connections, name, &mappings::ConnectionFile::name);
    if (!file->environment.empty() && !identity->environment.empty() &&
        file->environment != identity->environment) {
      note_trouble(runtime_, run, side,
                   engine::make_error(Errc::config_invalid, "connection " + name,
                                      "it says environment: " + file->environment +
                                          ", the account is a " + identity->environment,
                                      "fix " + file->file + " or use the right credential"));
      co_return false;
    }
    auto& known = side == Side::app ? row.app_identity : row.crm_identity;
    bool const other_state = side == Side::app && !identity->state_id.empty() &&
                             identity->state_id != store_->state_id();
    // A restored state is behind by nature: it compares before it trusts what it holds.
    bool const ahead = side == Side::app && identity->state_id == store_->state_id() &&
                       identity->high_water > store_->high_water() && !store_->restored();
    if ((!known.empty() && known != identity->id) || (other_state && !known.empty()) || ahead) {
      note_trouble(
          runtime_, run, side,
          engine::make_error(
              Errc::config_invalid, "connection " + name,
              ahead ? "the database was synced by a newer copy of this state"
                    : "it is another account or database than the one this state belongs to",
              "restore the matching state, or start with a new --state folder"));
      co_return false;
    }
    known = identity->id;
  }
  if (row.app_identity == run.row.app_identity && row.crm_identity == run.row.crm_identity)
    co_return true;
  state::Commit changes;
  changes.mappings.emplace_back(run.id, row);
  auto status = co_await commit(*store_, std::move(changes));
  if (!status) {
    note_trouble(runtime_, run, Side::app, status.error());
    co_return false;
  }
  run.row = std::move(row);
  co_return true;
}

Task<void> Service::bring_up(Generation& generation, MappingRun& run) {
  int attempt = 0;
  auto const unbound = run.mapping;
  while (!generation.stopping) {
    bool ok = true;
    for (auto const side : {Side::app, Side::crm}) ok = co_await bring_up_side(run, side) && ok;
    if (ok) {
      run.mapping = unbound;
      auto const defects =
          run.mapping.bind(schema_view(run.app.schema), schema_view(run.crm.schema));
      if (!defects.empty()) {
        ok = false;
        note_trouble(runtime_, run, Side::crm,
                     engine::make_error(Errc::invalid_schema, "mapping " + run.mapping.name,
                                        defects_text(defects)));
      }
    }
    if (ok) ok = co_await check_identities(generation, run);
    if (ok) break;
    auto const& trouble = run.crm.trouble ? run.crm.trouble : run.app.trouble;
    auto const kind = trouble ? engine::retry_kind(trouble->code) : engine::RetryKind::backoff;
    std::chrono::milliseconds pause = kHoldPause;
    if (kind == engine::RetryKind::backoff)
      pause = std::chrono::milliseconds(engine::backoff_delay_ms(
          {}, attempt++, runtime_.random01(), trouble ? trouble->retry_after_ms : std::nullopt));
    co_await run.wake.wait(pause);
  }
  if (generation.stopping) co_return;
  run.app.ready = run.crm.ready = true;
  run.reconcile = store_->restored() && !engine::mutant(engine::Mutant::restore_trusted);
  if (run.reconcile)
    log::warn("the state was restored from a backup: comparing, nothing is created or deleted",
              {{"mapping", run.mapping.name}, {"end_with", "crmsync apply " + run.mapping.name}});
  log::info("mapping is running",
            {{"mapping", run.mapping.name}, {"generation", std::to_string(generation.number)}});
  for (auto const side : {Side::app, Side::crm}) {
    auto poller = std::make_unique<Poller>(run, side, *store_, *intake_, runtime_);
    spawn(generation, poller->run());
    generation.pollers.push_back(std::move(poller));
  }
  auto loop =
      std::make_unique<SyncLoop>(run, *store_, *intake_, runtime_, options_.tuning, options_.probe);
  if (auto status = loop->load_open_intents(); !status)
    note_trouble(runtime_, run, Side::app, status.error());
  spawn(generation, loop->run());
  generation.loops.push_back(std::move(loop));
}

}  // namespace crmsync::daemon
