// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/row_generator.hpp"

namespace crmsync::state::tests {

using engine::Value;

std::uint64_t RowGenerator::number(std::uint64_t below) {
  return random_() % below;
}

std::uint64_t RowGenerator::wide() {
  return random_() >> number(64);
}

std::int64_t RowGenerator::signed_wide() {
  auto const magnitude = static_cast<std::int64_t>(wide() >> 1);
  return flag() ? magnitude : -magnitude - 1;
}

std::string RowGenerator::text() {
  std::string made(number(10) == 0 ? number(400) : number(12), '\0');
  for (auto& byte : made) byte = static_cast<char>(number(256));
  return made;
}

std::vector<std::string> RowGenerator::texts() {
  std::vector<std::string> made(number(4));
  for (auto& item : made) item = text();
  return made;
}

Value RowGenerator::value() {
  switch (number(9)) {
    case 0:
      return engine::Null{};
    case 1:
      return flag();
    case 2:
      return signed_wide();
    case 3:
      return engine::Decimal::parse(std::to_string(signed_wide()) + "." + std::to_string(wide()))
          .value();
    case 4:
      return text();
    case 5:
      return engine::date_from_days(static_cast<std::int64_t>(number(80'000)) - 20'000);
    case 6:
      return time();
    case 7:
      return engine::StringSet(texts());
    default:
      return engine::Reference{wide()};
  }
}

engine::FieldValue RowGenerator::field_value() {
  if (number(4) == 0) return std::nullopt;
  return value();
}

engine::Record RowGenerator::record() {
  engine::Record made;
  for (auto left = number(6); left > 0; --left) made.set(text(), value());
  return made;
}

engine::OwedDecision RowGenerator::owed() {
  engine::OwedDecision made;
  made.base = {field_value(), field_value()};
  made.consumed_app = field_value();
  made.consumed_crm = field_value();
  made.result = value();
  made.owed_app = flag();
  made.owed_crm = flag();
  made.fired = one_of(engine::PolicyKind::ask);
  return made;
}

FieldMark RowGenerator::mark() {
  FieldMark made;
  made.field = text();
  made.status = one_of(engine::BaseStatus::owed);
  if (flag()) made.owed = owed();
  made.after_crash = flag();
  made.rewritten = flag();
  made.answer = field_value();
  made.answer_app = field_value();
  made.answer_crm = field_value();
  made.drift_seen = field_value();
  for (auto left = number(4); left > 0; --left) made.trail.push_back({time(), side(), random_()});
  return made;
}

void RowGenerator::fill(IntakeRow& row) {
  row = {wide(), mapping(), side(), text(), one_of(engine::ChangeKind::rekeyed), text(), time()};
}

void RowGenerator::fill(CursorRow& row) {
  row = {text(), one_of(SnapshotPhase::complete), text(), wide(), time()};
}

void RowGenerator::fill(MappingRow& row) {
  row = {text(), flag(), flag(), texts(), text(), text(), {}};
  for (auto left = number(4); left > 0; --left) row.guard_events.push_back(time());
}

void RowGenerator::fill(LinkRow& row) {
  row = {wide(),      mapping(), one_of(engine::LinkState::tombstone),
         text(),      text(),    text(),
         texts(),     time(),    time(),
         std::nullopt};
  if (flag()) row.app_gone_at = time();
}

void RowGenerator::fill(BaseRow& row) {
  row = {wide(), record(), record(), {signed_wide()}, {signed_wide()}, time(), time(), {}};
  for (auto left = number(4); left > 0; --left) row.marks.push_back(mark());
}

void RowGenerator::fill(IntentRow& row) {
  row = {wide(),
         mapping(),
         wide(),
         side(),
         one_of(IntentKind::erase),
         text(),
         text(),
         text(),
         texts(),
         record(),
         record(),
         record(),
         static_cast<std::uint32_t>(wide()),
         wide(),
         time(),
         std::nullopt};
  if (flag()) row.read_stamp = time();
}

void RowGenerator::fill(ParkedRow& row) {
  row = {wide(),        mapping(),     wide(),        side(), text(), text(),  field_value(),
         field_value(), field_value(), field_value(), text(), text(), texts(), time()};
}

void RowGenerator::fill(ErrorRow& row) {
  row = {wide(),
         mapping(),
         side(),
         side(),
         text(),
         wide(),
         one_of(engine::Errc::internal),
         text(),
         text(),
         text(),
         texts(),
         static_cast<std::uint32_t>(wide()),
         time(),
         time()};
}

void RowGenerator::fill(HistoryRow& row) {
  row.sequence = wide();
  row.mapping = mapping();
  row.link = wide();
  row.at = time();
  row.kind = one_of(HistoryKind::settled);
  row.field = text();
  if (flag()) row.written = side();
  row.base_app = field_value();
  row.base_crm = field_value();
  row.app = field_value();
  row.crm = field_value();
  row.result = field_value();
  row.policy = text();
  row.rule = text();
  row.note = text();
  row.op_id = wide();
  row.generation = wide();
}

void RowGenerator::fill(HeldRow& row) {
  row = {wide(), mapping(), wide(), side(), text(), flag(), time()};
}

void RowGenerator::fill(WebhookRow& row) {
  row = {wide(), text(), time(), text()};
}

void RowGenerator::fill(MappingCounts& row) {
  row = {wide(), wide(), wide(), wide(), wide(), wide(), wide()};
}

void RowGenerator::fill(FactRow& row) {
  row = {wide(), text()};
}

void RowGenerator::fill(LinkRefRow& row) {
  row = {wide(), flag()};
}

void RowGenerator::fill(LinkOrderRow& row) {
  row = {one_of(engine::LinkState::tombstone)};
}

void RowGenerator::fill(UnlinkedRow& row) {
  row.long_key = text();
  row.digests.clear();
  for (auto left = number(4); left > 0; --left) {
    MatchDigest item;
    item.key_index = static_cast<std::uint8_t>(number(256));
    for (auto& byte : item.digest) byte = static_cast<std::uint8_t>(number(256));
    row.digests.push_back(item);
  }
}

void RowGenerator::fill(MatchRow& row) {
  row = {text()};
}

}  // namespace crmsync::state::tests
