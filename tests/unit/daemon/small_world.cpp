// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/small_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

namespace crmsync::daemon::tests {

using engine::RecordKey;
using engine::Side;

namespace {

constexpr std::size_t kRowsMax = 1000;

std::filesystem::path new_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "crmsync-daemon-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  return pattern;
}

template <class T>
T taken(engine::Result<T> result) {
  if (result) return std::move(*result);
  ADD_FAILURE() << result.error().message();
  return {};
}

}  // namespace

SmallWorld::SmallWorld(MappingYaml const& yaml, std::uint64_t intake_max)
    : app(Side::app, runtime),
      crm(Side::crm, runtime),
      folder_(new_folder()),
      yaml_(yaml),
      intake_max_(intake_max) {
  open_run();
}

SmallWorld::~SmallWorld() {
  stop();
  intake.reset();
  store.reset();
  std::filesystem::remove_all(folder_);
}

void SmallWorld::open_run() {
  state::StoreOptions options;
  options.directory = folder_ / "state";
  auto opened = state::open_lmdb_store(std::move(options));
  ASSERT_TRUE(opened) << opened.error().message();
  store = std::make_unique<InlineStore>(std::move(*opened));
  intake = std::make_unique<Intake>(*store, runtime, tuning, intake_max_);
  run = std::make_unique<MappingRun>(runtime, tuning.payloads_max);
  run->mapping = bound(yaml_);
  run->id = taken(store->register_mapping(run->mapping.name));
  run->generation = 1;
  run->row = taken(store->mapping(run->id)).value_or(state::MappingRow{});
  for (auto const side : {Side::app, Side::crm}) {
    auto& one = run->side(side);
    auto& memory = side == Side::app ? app : crm;
    one.endpoint = memory.open();
    one.capabilities = memory.capabilities;
    one.ready = true;
    memory.columns = run->mapping.native_fields(side);
    one.cursor = taken(store->cursor(run->id, side)).value_or(state::CursorRow{});
  }
  intake->attach(*run);
}

void SmallWorld::start() {
  for (auto const side : {Side::app, Side::crm}) {
    run->side(side).capabilities = (side == Side::app ? app : crm).capabilities;
    pollers_.push_back(std::make_unique<Poller>(*run, side, *store, *intake, runtime));
    runtime.spawn(pollers_.back()->run());
  }
  loop_ = std::make_unique<SyncLoop>(*run, *store, *intake, runtime, tuning, probe);
  ASSERT_TRUE(loop_->load_open_intents());
  runtime.spawn(loop_->run());
  intake->feed();
}

void SmallWorld::stop() {
  if (!run) return;
  run->stopping = true;
  for (int i = 0; i < 100; ++i) {
    run->wake.notify();
    run->poll_app.notify();
    run->poll_crm.notify();
    advance(std::chrono::milliseconds(100));
  }
  intake->detach_all();
  loop_.reset();
  pollers_.clear();
  run.reset();
}

void SmallWorld::restart() {
  stop();
  intake.reset();
  store.reset();
  open_run();
  start();
}

std::optional<state::LinkRow> SmallWorld::link_of(RecordKey const& app_key) {
  return taken(store->link_by_app(run->id, app_key));
}

state::BaseRow SmallWorld::base_of(RecordKey const& app_key) {
  auto const link = link_of(app_key);
  if (!link) return {};
  return taken(store->base(link->id)).value_or(state::BaseRow{});
}

std::vector<state::HistoryRow> SmallWorld::history_of(RecordKey const& app_key) {
  auto const link = link_of(app_key);
  if (!link) return {};
  return taken(store->history_of(link->id, kRowsMax));
}

std::vector<state::ParkedRow> SmallWorld::parked() {
  return taken(store->parked_after(0, kRowsMax));
}

std::vector<state::ErrorRow> SmallWorld::errors() {
  return taken(store->errors_after(0, kRowsMax));
}

std::vector<state::HeldRow> SmallWorld::held() {
  return taken(store->held_after(0, kRowsMax));
}

std::vector<state::IntakeRow> SmallWorld::intake_rows() {
  return taken(store->intake_after(0, kRowsMax));
}

void SmallWorld::link(RecordKey const& app_key, RecordKey const& crm_id,
                      engine::Record const& fields) {
  app.add(app_key, fields);
  crm.add(crm_id, fields);
  settle();
  EXPECT_TRUE(link_of(app_key));
}

}  // namespace crmsync::daemon::tests
