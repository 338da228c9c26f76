// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/memory_side.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon::tests {

using connectors::Operation;
using connectors::OperationKind;
using connectors::Receipt;
using engine::ChangeKind;
using engine::Errc;
using engine::Observation;
using engine::Presence;
using engine::RecordKey;
using engine::Side;

MemorySide::MemorySide(Side side, connectors::Runtime& runtime) : side_(side), runtime_(runtime) {
  capabilities.compare_and_set = side == Side::app;
  capabilities.deletes_visible = true;
  capabilities.unique_create = true;
}

void MemorySide::note(RecordKey const& key, ChangeKind kind, RecordKey new_key) {
  engine::ChangeEvent event;
  event.key = key;
  event.kind = kind;
  event.new_key = std::move(new_key);
  log_.push_back(std::move(event));
}

void MemorySide::put(Row& row, engine::Record const& fields, bool ours) {
  row.version = next_version_++;
  row.changed_at = runtime_.now();
  for (auto const& [name, value] : fields) {
    row.fields.set(name, value);
    auto& versions = row.history[name];
    versions.insert(versions.begin(),
                    {value, row.changed_at, ours ? "INTEGRATION" : "CRM_UI", ours});
  }
}

void MemorySide::add(RecordKey key, engine::Record fields) {
  auto& row = rows_[key];
  row.deleted = false;
  put(row, fields, false);
  note(key, ChangeKind::changed);
}

void MemorySide::edit(RecordKey const& key, std::string const& name, engine::Value value) {
  put(rows_.at(key), engine::Record{{name, std::move(value)}}, false);
  note(key, ChangeKind::changed);
}

void MemorySide::remove(RecordKey const& key) {
  rows_.at(key).deleted = true;
  note(key, ChangeKind::deleted);
}

void MemorySide::rekey(RecordKey const& from, RecordKey const& to) {
  auto node = rows_.extract(from);
  node.key() = to;
  rows_.insert(std::move(node));
  note(from, ChangeKind::rekeyed, to);
}

bool MemorySide::has(RecordKey const& key) const {
  auto const it = rows_.find(key);
  return it != rows_.end() && !it->second.deleted;
}

engine::FieldValue MemorySide::value(RecordKey const& key, std::string_view name) const {
  auto const it = rows_.find(key);
  return it == rows_.end() ? std::nullopt : it->second.fields.get(name);
}

std::size_t MemorySide::live() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_, [](auto const& item) { return !item.second.deleted; }));
}

Observation MemorySide::observe(RecordKey const& key) const {
  Observation seen;
  seen.key = seen.current_key = key;
  seen.observed_at = runtime_.now();
  auto const it = rows_.find(key);
  seen.presence = it == rows_.end() || it->second.deleted ? Presence::deleted : Presence::present;
  if (seen.presence != Presence::present) return seen;
  for (auto const& name : columns) seen.fields.set(name, engine::Null{});
  seen.fields.overlay(it->second.fields);
  seen.version.order = it->second.version;
  seen.changed_at = it->second.changed_at;
  return seen;
}

Receipt MemorySide::create(Operation const& operation) {
  auto const& unique = side_ == Side::crm ? operation.external_id : operation.counterpart;
  Receipt receipt;
  auto const known = unique_.find(unique);
  receipt.created = known == unique_.end() || !has(known->second);
  receipt.key = receipt.created ? std::to_string(next_key_++) : known->second;
  unique_[unique] = receipt.key;
  auto& row = rows_[receipt.key];
  auto fields = operation.fields;
  if (side_ == Side::crm) fields.set("shop_id", operation.external_id);
  put(row, fields, true);
  return receipt;
}

Receipt MemorySide::change(Operation const& operation) {
  Receipt receipt;
  receipt.key = operation.key;
  if (!has(operation.key)) {
    receipt.error = engine::make_error(Errc::not_found, "write", "no such record");
    return receipt;
  }
  auto& row = rows_.at(operation.key);
  if (capabilities.compare_and_set)
    for (auto const& [name, value] : operation.expected)
      if (row.fields.get(name) != engine::FieldValue(value)) {
        receipt.error = engine::make_error(Errc::precondition_failed, "write", "it moved");
        return receipt;
      }
  if (operation.kind == OperationKind::update) {
    put(row, operation.fields, true);
  } else {
    row.deleted = true;
  }
  return receipt;
}

Receipt MemorySide::write(Operation const& operation) {
  Receipt receipt;
  if (refuse)
    if (auto error = refuse(operation)) {
      receipt.error = std::move(error);
      return receipt;
    }
  auto changed = operation;
  if (rewrite)
    for (auto const& [name, value] : operation.fields)
      changed.fields.set(name, rewrite(name, value));
  receipt = operation.kind == OperationKind::create ? create(changed) : change(changed);
  if (receipt.error) return receipt;
  written.push_back(operation);
  note(receipt.key, has(receipt.key) ? ChangeKind::changed : ChangeKind::deleted);
  if (lose_answer)
    if (auto error = lose_answer(operation)) {
      error->maybe_applied = true;
      receipt.error = std::move(error);
      return receipt;
    }
  auto const& row = rows_.at(receipt.key);
  receipt.version.order = row.version;
  receipt.changed_at = row.changed_at;
  if (capabilities.receipt_has_values) receipt.stored = row.fields;
  return receipt;
}

class MemoryEndpoint final : public connectors::Endpoint {
 public:
  explicit MemoryEndpoint(MemorySide& side) : side_(side) {}

  Task<Result<connectors::Description>> describe() override {
    connectors::Description out;
    out.capabilities = side_.capabilities;
    co_return out;
  }
  Task<Result<void>> prepare() override { co_return engine::Status{}; }
  Task<Result<engine::Cursor>> start_cursor() override {
    if (side_.before_start_cursor) side_.before_start_cursor();
    co_return std::to_string(side_.log_.size());
  }

  Task<Result<connectors::SnapshotPage>> snapshot(std::string token) override {
    ++side_.snapshot_calls;
    if (side_.fail_snapshot)
      if (auto error = side_.fail_snapshot()) co_return std::move(*error);
    connectors::SnapshotPage page;
    auto it = token.empty() ? side_.rows_.begin() : side_.rows_.upper_bound(token);
    for (; it != side_.rows_.end() && page.records.size() < side_.page_max; ++it) {
      page.next = it->first;
      if (!it->second.deleted) page.records.push_back(side_.observe(it->first));
    }
    page.done = it == side_.rows_.end();
    for (auto& record : page.records) record.source = engine::ReadSource::listing;
    co_return page;
  }

  Task<Result<connectors::ChangePage>> changes(engine::Cursor cursor) override {
    ++side_.changes_calls;
    if (side_.fail_changes)
      if (auto error = side_.fail_changes()) co_return std::move(*error);
    auto at = static_cast<std::size_t>(std::stoul(cursor));
    if (at < side_.oldest_position_)
      co_return engine::make_error(Errc::cursor_expired, "changes", "too old");
    connectors::ChangePage page;
    for (; at < side_.log_.size() && page.events.size() < side_.page_max; ++at) {
      page.events.push_back(side_.log_[at]);
      auto& event = page.events.back();
      if (event.kind == ChangeKind::changed && side_.has(event.key)) {
        event.payload = side_.observe(event.key);
        event.payload->source = engine::ReadSource::listing;
      }
    }
    page.next = std::to_string(at);
    page.caught_up = at == side_.log_.size();
    co_return page;
  }

  Task<Result<std::vector<Observation>>> fetch(connectors::FetchRequest request) override {
    ++side_.fetch_calls;
    if (side_.fail_fetch)
      if (auto error = side_.fail_fetch()) co_return std::move(*error);
    std::vector<Observation> out;
    for (auto const& key : request.keys) {
      out.push_back(side_.observe(key));
      if (!request.with_history || out.back().presence != Presence::present) continue;
      auto const& history = side_.rows_.at(key).history;
      for (auto const& name : request.history_fields)
        if (auto const it = history.find(name); it != history.end())
          out.back().history[name] = it->second;
    }
    co_return out;
  }

  Task<Result<Observation>> lookup_created(Operation create) override {
    auto const& unique = side_.side_ == Side::crm ? create.external_id : create.counterpart;
    auto const it = side_.unique_.find(unique);
    if (it != side_.unique_.end()) co_return side_.observe(it->second);
    Observation none;
    none.presence = Presence::none;
    co_return none;
  }

  Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations,
                                           connectors::Lane) override {
    ++side_.apply_calls;
    if (side_.before_apply) side_.before_apply();
    std::vector<Receipt> out;
    for (auto const& operation : operations) {
      out.push_back(side_.write(operation));
      out.back().op_id = operation.op_id;
    }
    co_return out;
  }

  Task<Result<void>> acknowledge(engine::Cursor cursor) override {
    side_.acknowledged = static_cast<std::size_t>(std::stoul(cursor));
    co_return engine::Status{};
  }

 private:
  MemorySide& side_;
};

std::unique_ptr<connectors::Endpoint> MemorySide::open() {
  return std::make_unique<MemoryEndpoint>(*this);
}

}  // namespace crmsync::daemon::tests
