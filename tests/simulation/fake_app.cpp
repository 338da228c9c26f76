// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fake_app.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace crmsync::simulation {

using connectors::Operation;
using connectors::OperationKind;
using connectors::Receipt;
using engine::ChangeKind;
using engine::Errc;
using engine::Presence;
using engine::Value;

namespace {

constexpr std::string_view kMarker = "deleted_at";
constexpr SimTime kPollOverlap = 90 * kSecond;  // longer than any transaction lasts

engine::Error refusal(Errc code, std::string detail) {
  return engine::make_error(code, "app: customers", std::move(detail));
}

Receipt refused(Operation const& operation, engine::Error error) {
  Receipt receipt;
  receipt.op_id = operation.op_id;
  receipt.key = operation.key;
  receipt.error = std::move(error);
  return receipt;
}

// "log|42" or "poll|stamp|key".
std::vector<std::int64_t> numbers_of(engine::Cursor const& cursor, std::string_view kind) {
  auto const parts = engine::split_key(cursor);
  std::vector<std::int64_t> numbers;
  if (parts.empty() || parts.front() != kind) return numbers;
  for (std::size_t i = 1; i < parts.size(); ++i)
    numbers.push_back(key_number(parts[i]).value_or(0));
  return numbers;
}

}  // namespace

std::optional<std::int64_t> key_number(std::string_view key) {
  std::int64_t number = 0;
  auto const read = std::from_chars(key.data(), key.data() + key.size(), number);
  if (read.ec != std::errc{} || read.ptr != key.data() + key.size()) return std::nullopt;
  return number;
}

connectors::ObjectSchema customers_schema() {
  using enum engine::ValueType;
  connectors::ObjectSchema schema;
  schema.object = "customers";
  auto const add = [&](std::string name, engine::ValueType type) {
    connectors::FieldSchema field;
    field.name = std::move(name);
    field.type = type;
    schema.fields.push_back(std::move(field));
  };
  add("id", int64);
  schema.fields.back().has_default = true;
  schema.fields.back().unique = true;
  for (auto const* name : {"email", "first_name", "last_name", "city", "zip", "phone", "notes"})
    add(name, string);
  add("amount", decimal);
  add("score", int64);
  add("updated_at", timestamp);
  add(std::string(kMarker), timestamp);
  return schema;
}

engine::Timestamp FakeApp::clock() const {
  return {stage_.runtime.true_time().micros + options_.clock_skew};
}

bool FakeApp::is_deleted(Row const& row) const {
  auto const* marker = row.fields.find(kMarker);
  return marker != nullptr && !engine::is_blank(*marker);
}

void FakeApp::log(ChangeKind kind, std::int64_t key, bool own, std::int64_t new_key) {
  log_.push_back({++last_sequence_, kind, key, new_key, own});
}

void FakeApp::write(Row& row, std::int64_t key, engine::Record const& fields, Writer by,
                    std::uint64_t op_id, engine::Timestamp stamp) {
  bool const was_deleted = is_deleted(row);
  for (auto const& [name, value] : fields) {
    row.fields.set(name, value);
    if (name != kMarker) stage_.ledger.held(row.uid, name, value, by, op_id);
  }
  row.changed_at = stamp;
  row.fields.set("updated_at", stamp);
  bool const deleted = is_deleted(row);
  if (deleted && !was_deleted) stage_.ledger.ended(row.uid, by, op_id);
  if (!deleted && was_deleted) stage_.ledger.back(row.uid, by);
  log(deleted == was_deleted ? ChangeKind::changed
      : deleted              ? ChangeKind::deleted
                             : ChangeKind::restored,
      key, by == Writer::engine);
}

std::int64_t FakeApp::insert(engine::Record fields, std::optional<std::int64_t> wanted) {
  auto const key = wanted.value_or(next_key_);
  next_key_ = std::max(next_key_, key + 1);
  Row row;
  row.uid = stage_.ledger.born(Side::app, std::to_string(key), Writer::user);
  for (auto const& column : customers_schema().fields)
    if (!fields.contains(column.name)) fields.set(column.name, engine::Null{});
  fields.set("id", key);
  auto& placed = rows_.insert_or_assign(key, std::move(row)).first->second;
  write(placed, key, fields, Writer::user, 0, clock());
  stage_.timeline.note("app", "user inserts", std::to_string(key));
  return key;
}

bool FakeApp::edit(std::int64_t key, engine::Record const& changes) {
  return edit_as_of(key, changes, stage_.runtime.true_time());
}

bool FakeApp::edit_as_of(std::int64_t key, engine::Record const& changes, engine::Timestamp stamp) {
  auto const at = rows_.find(key);
  if (at == rows_.end() || is_deleted(at->second)) return false;
  engine::Timestamp const shown{stamp.micros + options_.clock_skew};
  write(at->second, key, changes, Writer::user, 0, std::max(shown, at->second.changed_at));
  stage_.timeline.note("app", "user edits", std::to_string(key), [&] {
    std::string text;
    for (auto const& [name, value] : changes)
      text += name + "=" + shortened(engine::display(value)) + " ";
    return text;
  });
  return true;
}

bool FakeApp::remove(std::int64_t key) {
  auto const at = rows_.find(key);
  if (at == rows_.end() || is_deleted(at->second)) return false;
  stage_.timeline.note("app", "user deletes", std::to_string(key));
  if (options_.soft_deletes) {
    write(at->second, key, {{std::string(kMarker), Value(clock())}}, Writer::user, 0, clock());
    return true;
  }
  stage_.ledger.ended(at->second.uid, Writer::user);
  erase_row(at->first);
  log(ChangeKind::deleted, key, false);
  return true;
}

// As the trigger does: what is inserted under this key later was made for nobody.
void FakeApp::erase_row(std::int64_t key) {
  std::erase_if(created_for_, [&](auto const& made) { return made.second == key; });
  rows_.erase(key);
}

bool FakeApp::rekey(std::int64_t from, std::int64_t to) {
  auto const at = rows_.find(from);
  if (at == rows_.end() || rows_.contains(to)) return false;
  auto row = std::move(at->second);
  rows_.erase(at);
  next_key_ = std::max(next_key_, to + 1);
  row.fields.set("id", to);
  row.changed_at = clock();
  row.fields.set("updated_at", row.changed_at);
  stage_.ledger.rekeyed(row.uid, std::to_string(to));
  stage_.timeline.note("app", "user re-keys", std::to_string(from),
                       [&] { return "to " + std::to_string(to); });
  rows_.emplace(to, std::move(row));
  for (auto& [crm_id, key] : created_for_)
    if (key == from) key = to;
  log(ChangeKind::rekeyed, from, false, to);
  return true;
}

std::optional<std::int64_t> FakeApp::holder_of_email(engine::Record const& fields,
                                                     std::int64_t not_key) const {
  auto const* email = fields.find("email");
  if (email == nullptr || engine::is_blank(*email)) return std::nullopt;
  for (auto const& [key, row] : rows_) {
    auto const* held = row.fields.find("email");
    if (key != not_key && held != nullptr && *held == *email) return key;
  }
  return std::nullopt;
}

Receipt FakeApp::receipt_of(std::int64_t key) const {
  auto const& row = rows_.at(key);
  Receipt receipt;
  receipt.key = std::to_string(key);
  receipt.stored = row.fields;
  receipt.version.order = row.changed_at.micros;
  receipt.changed_at = row.changed_at;
  return receipt;
}

Receipt FakeApp::create(Operation const& operation) {
  if (operation.counterpart.empty())
    return refused(operation, refusal(Errc::internal, "a create needs the record it is made for"));
  if (auto const linked = created_for_.find(operation.counterpart);
      linked != created_for_.end() && rows_.contains(linked->second))
    return receipt_of(linked->second);
  if (auto const holder = holder_of_email(operation.fields, 0)) {
    auto error = refusal(Errc::already_exists, "the e-mail is taken");
    error.other_key = std::to_string(*holder);
    error.fields = {"email"};
    return refused(operation, std::move(error));
  }
  auto const key = next_key_++;
  Row row;
  row.uid = stage_.ledger.born(Side::app, std::to_string(key), Writer::engine);
  auto fields = operation.fields;
  for (auto const& column : customers_schema().fields)
    if (!fields.contains(column.name)) fields.set(column.name, engine::Null{});
  fields.set("id", key);
  auto& placed = rows_.insert_or_assign(key, std::move(row)).first->second;
  write(placed, key, fields, Writer::engine, operation.op_id, clock());
  created_for_[operation.counterpart] = key;
  stage_.witness.carried_out(Side::app, operation, placed.uid);
  auto receipt = receipt_of(key);
  receipt.created = true;
  return receipt;
}

Receipt FakeApp::update(Operation const& operation) {
  auto const key = key_number(operation.key);
  auto const at = key ? rows_.find(*key) : rows_.end();
  if (at == rows_.end()) return refused(operation, refusal(Errc::not_found, "no such row"));
  auto& row = at->second;
  bool moved = options_.soft_deletes && is_deleted(row) && !operation.fields.contains(kMarker);
  auto error = refusal(Errc::precondition_failed, "the row moved since it was read");
  for (auto const& [name, value] : operation.expected) {
    auto const* held = row.fields.find(name);
    if (held != nullptr && *held == value) continue;
    moved = true;
    error.fields.push_back(name);
  }
  if (moved) return refused(operation, std::move(error));
  if (auto const holder = holder_of_email(operation.fields, *key)) {
    error = refusal(Errc::already_exists, "the e-mail is taken");
    error.other_key = std::to_string(*holder);
    error.fields = {"email"};
    return refused(operation, std::move(error));
  }
  write(row, *key, operation.fields, Writer::engine, operation.op_id, clock());
  stage_.witness.carried_out(Side::app, operation, row.uid);
  return receipt_of(*key);
}

Receipt FakeApp::erase(Operation const& operation) {
  auto const key = key_number(operation.key);
  auto const at = key ? rows_.find(*key) : rows_.end();
  if (at == rows_.end()) return refused(operation, refusal(Errc::not_found, "no such row"));
  for (auto const& [name, value] : operation.expected) {
    auto const* held = at->second.fields.find(name);
    if (held == nullptr || *held != value)
      return refused(operation, refusal(Errc::precondition_failed, "the row moved"));
  }
  stage_.ledger.ended(at->second.uid, Writer::engine, operation.op_id);
  stage_.witness.carried_out(Side::app, operation, at->second.uid);
  erase_row(at->first);
  log(ChangeKind::deleted, *key, true);
  Receipt receipt;
  receipt.key = operation.key;
  return receipt;
}

connectors::Result<std::vector<Receipt>> FakeApp::carry_out(
    std::vector<Operation> const& operations) {
  std::vector<Receipt> receipts;
  for (auto const& operation : operations) {
    switch (operation.kind) {
      case OperationKind::create:
        receipts.push_back(create(operation));
        break;
      case OperationKind::update:
      case OperationKind::archive:
        receipts.push_back(update(operation));
        break;
      case OperationKind::erase:
        receipts.push_back(erase(operation));
        break;
    }
    receipts.back().op_id = operation.op_id;
    auto const& receipt = receipts.back();
    stage_.timeline.note("app", "writes for crmsync", receipt.key, [&] {
      std::string text = "op " + std::to_string(operation.op_id) + " ";
      for (auto const& [name, value] : operation.fields)
        text += name + "=" + shortened(engine::display(value)) + " ";
      return text + (receipt.error ? "REFUSED " + receipt.error->detail : "");
    });
  }
  return receipts;
}

engine::Observation FakeApp::observe(engine::RecordKey const& key,
                                     engine::ReadSource source) const {
  engine::Observation seen;
  seen.key = seen.current_key = key;
  seen.source = source;
  auto const number = key_number(key);  // none: a retired key, which no row has
  auto const at = number ? rows_.find(*number) : rows_.end();
  seen.presence = Presence::deleted;
  if (at == rows_.end()) return seen;
  seen.presence = is_deleted(at->second) ? Presence::deleted : Presence::present;
  seen.fields = at->second.fields;
  seen.changed_at = at->second.changed_at;
  seen.version.order = at->second.changed_at.micros;
  return seen;
}

connectors::SnapshotPage FakeApp::snapshot(std::string const& token) const {
  connectors::SnapshotPage page;
  auto at = rows_.upper_bound(key_number(token).value_or(0));
  std::size_t looked_at = 0;
  for (; at != rows_.end() && looked_at < options_.page_rows; ++at, ++looked_at) {
    page.next = std::to_string(at->first);
    auto seen = observe(page.next, engine::ReadSource::listing);
    if (seen.presence == Presence::present) page.records.push_back(std::move(seen));
  }
  page.done = at == rows_.end();
  return page;
}

engine::Cursor FakeApp::end_of_log() const {
  return engine::join_key({"log", std::to_string(last_sequence_)});
}

connectors::Result<connectors::ChangePage> FakeApp::log_page(engine::Cursor const& cursor) const {
  auto const numbers = numbers_of(cursor, "log");
  if (numbers.size() != 1 || numbers[0] > last_sequence_)
    return refusal(Errc::cursor_expired, "the position is not this database's");
  connectors::ChangePage page;
  auto at = std::ranges::upper_bound(log_, numbers[0], {}, &Change::sequence);
  auto reached = numbers[0];
  for (; at != log_.end() && page.events.size() < options_.page_rows; ++at) {
    engine::ChangeEvent event;
    event.key = std::to_string(at->key);
    event.kind = at->kind;
    if (at->new_key != 0) event.new_key = std::to_string(at->new_key);
    event.own_write = at->own;
    reached = at->sequence;
    page.events.push_back(std::move(event));
  }
  page.caught_up = at == log_.end();
  page.next = engine::join_key({"log", std::to_string(reached)});
  return page;
}

engine::Cursor FakeApp::poll_start() const {
  return engine::join_key({"poll", std::to_string(clock().micros - kPollOverlap), "0"});
}

connectors::Result<connectors::ChangePage> FakeApp::poll_page(engine::Cursor const& cursor) const {
  auto const numbers = numbers_of(cursor, "poll");
  if (numbers.size() != 2) return refusal(Errc::cursor_expired, "the position is not a poll's");
  using Place = std::pair<std::int64_t, std::int64_t>;  // stamp, key
  std::vector<Place> places;
  for (auto const& [key, row] : rows_)
    if (Place(row.changed_at.micros, key) > Place(numbers[0], numbers[1]))
      places.emplace_back(row.changed_at.micros, key);
  std::ranges::sort(places);
  connectors::ChangePage page;
  Place reached(numbers[0], numbers[1]);
  for (auto const& place : places) {
    if (page.events.size() >= options_.page_rows) break;
    engine::ChangeEvent event;
    event.key = std::to_string(place.second);
    event.payload = observe(event.key, engine::ReadSource::listing);
    event.payload->observed_at = stage_.runtime.now();
    if (event.payload->presence == Presence::deleted) event.kind = ChangeKind::deleted;
    reached = place;
    page.events.push_back(std::move(event));
  }
  page.caught_up = page.events.size() == places.size();
  if (page.caught_up)
    reached = {std::min(std::max(reached.first, numbers[0]), clock().micros) - kPollOverlap, 0};
  page.next =
      engine::join_key({"poll", std::to_string(reached.first), std::to_string(reached.second)});
  return page;
}

void FakeApp::acknowledge(engine::Cursor const& cursor) {
  auto const numbers = numbers_of(cursor, "log");
  if (numbers.size() != 1) return;
  auto const end = std::ranges::upper_bound(log_, numbers[0], {}, &Change::sequence);
  log_.erase(log_.begin(), end);
}

engine::Observation FakeApp::created_for(engine::RecordKey const& crm_id) const {
  engine::Observation nothing;
  nothing.presence = Presence::none;
  auto const at = created_for_.find(crm_id);
  if (at == created_for_.end() || !rows_.contains(at->second)) return nothing;
  return observe(std::to_string(at->second), engine::ReadSource::by_id);
}

}  // namespace crmsync::simulation
