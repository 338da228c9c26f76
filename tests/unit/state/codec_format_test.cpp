// The bytes of every row. A state on a disk out there holds exactly these: if a change here is
// needed, so is a row version or a migration.
// SPDX-License-Identifier: Apache-2.0
#include "state/codec.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace crmsync::state::tests {
namespace {

using engine::Value;

// Without the spaces that make an expectation readable.
std::string hex(std::string_view spaced) {
  std::string text(spaced);
  std::erase(text, ' ');
  return text;
}

template <class Row>
std::string payload_hex(Row const& row) {
  constexpr char const* digits = "0123456789abcdef";
  auto const stored = encode(row).value();
  EXPECT_EQ(stored.front(), static_cast<char>(RowType<Row>::version));
  std::string text;
  for (std::size_t i = 1; i + 8 < stored.size(); ++i) {
    auto const byte = static_cast<unsigned char>(stored[i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

TEST(StoredFormat, EveryKindOfValue) {
  BaseRow row;
  row.link = 300;
  row.app = {{"b", Value(true)},
             {"c", Value(engine::Date{2026, 1, 31})},
             {"d", Value(engine::Decimal::parse("12.5").value())},
             {"i", Value(std::int64_t{-2})},
             {"l", Value(engine::Reference{7})},
             {"n", Value(engine::Null{})},
             {"s", Value(std::string("x"))},
             {"t", Value(engine::Timestamp{1})},
             {"u", Value(engine::StringSet({"q", "p"}))}};
  row.crm_version = {5};
  row.app_seen_at = {-1};
  EXPECT_EQ(payload_hex(row),
            hex("ac02 09 01620201 016306d41f011f 01640404 31322e35 01690303 016c0907 016e01 "
                "0173050178 01740702 01750802 0170 0171 00 00 0a 01 00 00"));  // marks
}

TEST(StoredFormat, FieldMark) {
  BaseRow row;
  FieldMark mark;
  mark.field = "f";
  mark.status = engine::BaseStatus::owed;
  mark.owed = engine::OwedDecision{{},   {},    Value(engine::Null{}),         Value(true),
                                   true, false, engine::PolicyKind::sum_deltas};
  mark.rewritten = true;
  mark.answer_crm = Value(false);
  mark.trail = {{{1}, Side::crm, 255}};
  row.marks = {mark};
  EXPECT_EQ(payload_hex(row), hex("00 00 00 00 00 00 00 01 0166 02 01 0000 00 01 0201 01 00 09 00 "
                                  "01 00 00 0200 00 01 02 01 ff01"));
}

TEST(StoredFormat, Journals) {
  IntakeRow const intake{1, 2, Side::crm, "k", engine::ChangeKind::rekeyed, "n", {3}};
  EXPECT_EQ(payload_hex(intake), hex("01 02 01 016b 04 016e 06"));
  WebhookRow const webhook{1, "h", {2}, "{}"};
  EXPECT_EQ(payload_hex(webhook), hex("01 0168 04 027b7d"));
  HistoryRow history;
  history.sequence = 1;
  history.kind = HistoryKind::settled;
  history.written = Side::app;
  history.generation = 9;
  EXPECT_EQ(payload_hex(history), hex("01 00 00 00 13 00 0100 00 00 00 00 00 00 00 00 00 09"));
}

TEST(StoredFormat, LinksAndMappings) {
  LinkRow const link{1, 2, engine::LinkState::tombstone, "a", "c", "e", {"o"}, {1}, {2}, {{3}}};
  EXPECT_EQ(payload_hex(link), hex("01 02 04 0161 0163 0165 01 016f 02 04 0106"));
  MappingRow const mapping{"m", true, false, {"f"}, "x", "y"};
  EXPECT_EQ(payload_hex(mapping), hex("016d 01 00 01 0166 0178 0179 00"));
  CursorRow const cursor{"c", SnapshotPhase::complete, "t", 3, {4}};
  EXPECT_EQ(payload_hex(cursor), hex("0163 02 0174 03 08"));
  EXPECT_EQ(payload_hex(MappingCounts{1, 2, 3, 4, 5, 6, 7}), hex("01020304050607"));
}

TEST(StoredFormat, Inbox) {
  IntentRow intent;
  intent.op_id = 1;
  intent.kind = IntentKind::erase;
  intent.attempt = 2;
  EXPECT_EQ(payload_hex(intent), hex("01 00 00 01 03 00 00 00 00 00 00 00 02 00 00 00"));
  ErrorRow error;
  error.id = 1;
  error.code = engine::Errc::internal;
  EXPECT_EQ(payload_hex(error), hex("01 00 01 00 00 00 12 00 00 00 00 01 00 00"));
  ParkedRow parked;
  parked.id = 1;
  parked.field = "f";
  EXPECT_EQ(payload_hex(parked), hex("01 00 00 00 00 0166 00 00 00 00 00 00 00 00"));
  HeldRow const held{1, 2, 3, Side::crm, "erase", true, {4}};
  EXPECT_EQ(payload_hex(held), hex("01 02 03 01 056572617365 01 08"));
}

TEST(StoredFormat, RowsOfTheFirstVersionAreRead) {
  LinkRow link{1, 2, engine::LinkState::tombstone, "a", "c", "e", {"o"}, {1}, {2}, {{3}}};
  auto payload = encode(link).value();
  payload = payload.substr(1, payload.size() - kFrameBytes - 2);  // without app_gone_at
  auto const stored = seal<LinkRow>(payload, 1);
  link.app_gone_at.reset();
  EXPECT_EQ(decode<LinkRow>(std::as_bytes(std::span(stored))).value(), link);
}

TEST(StoredFormat, VersionPayloadAndChecksum) {
  auto const stored = encode(MatchRow{"k"}).value();
  std::string text;
  for (char const byte : stored) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(byte));
    text += two;
  }
  EXPECT_EQ(text, hex("01 016b cdb670a3c6e3f2a8"));
}

}  // namespace
}  // namespace crmsync::state::tests
