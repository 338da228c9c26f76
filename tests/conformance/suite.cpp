// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/suite.hpp"

namespace crmsync::tests::conformance {

namespace asio = connectors::asio;

std::string_view to_string(Fault fault) noexcept {
  switch (fault) {
    case Fault::lost_before:
      return "lost_before";
    case Fault::lost_after:
      return "lost_after";
    case Fault::unavailable:
      return "unavailable";
    case Fault::unauthorized:
      return "unauthorized";
    case Fault::too_many:
      return "too_many";
    case Fault::locked:
      return "locked";
  }
  return "?";
}

void PrintTo(FixtureRow const& row, std::ostream* out) {
  *out << row.name;
}

bool Drained::has(RecordKey const& key) const {
  for (auto const& event : events)
    if (event.key == key || event.new_key == key) return true;
  return false;
}

std::set<RecordKey> Drained::keys() const {
  std::set<RecordKey> keys;
  for (auto const& event : events) keys.insert(event.key);
  return keys;
}

engine::Value text(std::string_view value) {
  return engine::Value{std::string(value)};
}

engine::Value decimal(std::string_view value) {
  return engine::Value{engine::Decimal::parse(value).value()};
}

void ConnectorConformance::SetUp() {
  fixture_ = GetParam().make();
  names_ = fixture_->names();
  restart();
}

void ConnectorConformance::TearDown() {
  endpoint_.reset();
  connector_.reset();
  fixture_.reset();
}

void ConnectorConformance::restart() {
  endpoint_.reset();
  connector_.reset();
  connector_ = fixture_->connect();
  endpoint_ = connector_->open(fixture_->spec());
  auto const prepared = await(endpoint_->prepare());
  ASSERT_TRUE(prepared) << prepared.error().message();
  auto described = await(endpoint_->describe());
  ASSERT_TRUE(described) << described.error().message();
  description_ = std::move(*described);
}

// Returns whether the call was cancelled before its end.
bool ConnectorConformance::run(Task<void> task, asio::cancellation_signal* signal,
                               std::size_t turns) {
  bool done = false;
  std::exception_ptr failure;
  auto const finished = [&](std::exception_ptr error) {
    failure = error;
    done = true;
  };
  auto& io = fixture_->io();
  io.restart();
  if (signal)
    asio::co_spawn(io, std::move(task), asio::bind_cancellation_slot(signal->slot(), finished));
  else
    asio::co_spawn(io, std::move(task), finished);
  auto const end = std::chrono::steady_clock::now() + kCallMax;
  bool cancelled = false;
  for (std::size_t turn = 0; !done && std::chrono::steady_clock::now() < end;) {
    if (signal && turn == turns && !cancelled) {
      signal->emit(asio::cancellation_type::terminal);
      cancelled = !done;
      if (done) break;
    }
    if (fixture_->runtime().turn()) ++turn;
  }
  if (!done) throw std::runtime_error("a call did not end within its bound");
  if (failure && !cancelled) std::rethrow_exception(failure);
  return cancelled;
}

engine::Cursor ConnectorConformance::start_cursor() {
  auto cursor = await(endpoint().start_cursor());
  if (!cursor) throw std::runtime_error(cursor.error().message());
  return *cursor;
}

connectors::ChangePage ConnectorConformance::page(engine::Cursor const& cursor) {
  auto answer = await(endpoint().changes(cursor));
  if (!answer) throw std::runtime_error(answer.error().message());
  return std::move(*answer);
}

Drained ConnectorConformance::drain(engine::Cursor cursor, std::size_t pages_max) {
  Drained drained{.events = {}, .cursor = std::move(cursor), .pages = 0};
  for (bool caught_up = false; !caught_up; ++drained.pages) {
    if (drained.pages == pages_max) {
      ADD_FAILURE() << "not caught up after " << pages_max << " pages";
      break;
    }
    auto next = page(drained.cursor);
    caught_up = next.caught_up;
    for (auto& event : next.events) drained.events.push_back(std::move(event));
    drained.cursor = std::move(next.next);
    auto const kept = await(endpoint().acknowledge(drained.cursor));
    EXPECT_TRUE(kept) << kept.error().message();
  }
  return drained;
}

std::vector<Observation> ConnectorConformance::snapshot() {
  std::vector<Observation> records;
  std::string token;
  for (std::size_t pages = 0; pages < 1000; ++pages) {
    auto answer = await(endpoint().snapshot(token));
    if (!answer) throw std::runtime_error(answer.error().message());
    for (auto& record : answer->records) records.push_back(std::move(record));
    if (answer->done) return records;
    token = std::move(answer->next);
  }
  ADD_FAILURE() << "the snapshot did not end";
  return records;
}

Observation ConnectorConformance::fetch(RecordKey const& key) {
  auto answer = await(endpoint().fetch({.keys = {key},
                                        .with_history = false,
                                        .history_fields = {},
                                        .lane = connectors::Lane::interactive}));
  if (!answer) throw std::runtime_error(answer.error().message());
  if (answer->size() != 1) throw std::runtime_error("fetch of one key gave another number");
  return std::move(answer->front());
}

std::vector<Receipt> ConnectorConformance::apply(std::vector<Operation> operations) {
  auto const count = operations.size();
  auto answer = await(endpoint().apply(std::move(operations), connectors::Lane::interactive));
  if (!answer) throw std::runtime_error(answer.error().message());
  if (answer->size() != count) throw std::runtime_error("not one receipt per operation");
  return std::move(*answer);
}

RecordKey ConnectorConformance::create_one(UserRow const& row) {
  return system().create({row}).front();
}

UserRow ConnectorConformance::row(std::string value, Text note, Text exact, Text number) {
  return {.text = std::move(value),
          .note = std::move(note),
          .exact = std::move(exact),
          .number = std::move(number)};
}

Operation ConnectorConformance::creation(std::uint64_t op_id, std::string value) const {
  Operation operation;
  operation.op_id = op_id;
  operation.kind = OperationKind::create;
  operation.external_id = "key-" + std::to_string(op_id);
  operation.counterpart = "9" + std::to_string(op_id);
  operation.fields.set(names_.text, text(value));
  return operation;
}

Operation ConnectorConformance::update(std::uint64_t op_id, RecordKey const& key,
                                       std::string_view field, engine::Value value,
                                       engine::Value seen) const {
  Operation operation;
  operation.op_id = op_id;
  operation.kind = OperationKind::update;
  operation.key = key;
  operation.fields.set(field, std::move(value));
  operation.expected.set(field, std::move(seen));
  return operation;
}

// Pages that so many records may take, with as many again for overlap and one that is empty.
std::size_t ConnectorConformance::pages_for(std::size_t records, std::size_t page) {
  return 2 * (records / page + 1) + 1;
}

}  // namespace crmsync::tests::conformance
