// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

#include <cstdlib>
#include <utility>

namespace crmsync::state::tests {

using engine::Value;

TempFolder::TempFolder() {
  auto name = (std::filesystem::temp_directory_path() / "crmsync-state-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Status commit(StateStore& store, Commit changes) {
  auto outcome = std::make_shared<std::promise<Status>>();
  auto future = outcome->get_future();
  store.commit(std::move(changes), [outcome](Status status) { outcome->set_value(status); });
  return future.get();
}

Result<std::size_t> prune(StateStore& store, Timestamp webhooks_before, Timestamp history_before,
                          std::size_t max) {
  auto outcome = std::make_shared<std::promise<Result<std::size_t>>>();
  auto future = outcome->get_future();
  store.prune(webhooks_before, history_before, max,
              [outcome](Result<std::size_t> result) { outcome->set_value(result); });
  return future.get();
}

Status backup(StateStore& store, std::filesystem::path const& target) {
  auto outcome = std::make_shared<std::promise<Status>>();
  auto future = outcome->get_future();
  store.backup(target, [outcome](Status status) { outcome->set_value(status); });
  return future.get();
}

LinkRow link_row(LinkId id, MappingId mapping, RecordKey app_key, RecordKey crm_id) {
  LinkRow row;
  row.id = id;
  row.mapping = mapping;
  row.app_key = std::move(app_key);
  row.crm_id = std::move(crm_id);
  row.external_id = row.app_key;
  return row;
}

BaseRow base_row(LinkId link, std::string const& email) {
  BaseRow row;
  row.link = link;
  row.app = {{"email", Value(email)}};
  row.crm = {{"Email", Value(email)}};
  return row;
}

IntakeRow intake_row(Sequence sequence, MappingId mapping, RecordKey key) {
  IntakeRow row;
  row.sequence = sequence;
  row.mapping = mapping;
  row.key = std::move(key);
  return row;
}

ParkedRow parked_row(std::uint64_t id, MappingId mapping, LinkId link, std::string field) {
  ParkedRow row;
  row.id = id;
  row.mapping = mapping;
  row.link = link;
  row.field = std::move(field);
  return row;
}

ErrorRow error_row(std::uint64_t id, MappingId mapping, RecordKey key) {
  ErrorRow row;
  row.id = id;
  row.mapping = mapping;
  row.key = std::move(key);
  row.code = Errc::invalid_value;
  return row;
}

IntentRow intent_row(std::uint64_t op_id, MappingId mapping, LinkId link) {
  IntentRow row;
  row.op_id = op_id;
  row.mapping = mapping;
  row.link = link;
  return row;
}

HeldRow held_row(std::uint64_t id, MappingId mapping, LinkId link) {
  HeldRow row;
  row.id = id;
  row.mapping = mapping;
  row.link = link;
  row.what = "archive";
  return row;
}

HistoryRow history_row(Sequence sequence, LinkId link, std::int64_t at_micros) {
  HistoryRow row;
  row.sequence = sequence;
  row.link = link;
  row.at = {at_micros};
  return row;
}

WebhookRow webhook_row(Sequence sequence, std::int64_t at_micros, std::string body) {
  WebhookRow row;
  row.sequence = sequence;
  row.connection = "hub";
  row.at = {at_micros};
  row.body = std::move(body);
  return row;
}

void StoreSuite::open() {
  auto opened = GetParam().open(folder());
  ASSERT_TRUE(opened) << opened.error().message();
  store_ = std::move(*opened);
}

void StoreSuite::keep(Commit changes) {
  auto const status = commit(store(), std::move(changes));
  ASSERT_TRUE(status) << status.error().message();
}

LinkRow StoreSuite::linked(MappingId mapping, RecordKey app_key, RecordKey crm_id) {
  auto row = link_row(store().next_link_id(), mapping, std::move(app_key), std::move(crm_id));
  Commit changes;
  changes.links = {row};
  changes.bases = {base_row(row.id, "a@example.org")};
  keep(std::move(changes));
  return row;
}

}  // namespace crmsync::state::tests
