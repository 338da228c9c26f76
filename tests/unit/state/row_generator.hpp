// Random rows from a seed: every field set, every alternative of a value met.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/rows.hpp"
#include "state/stored_rows.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace crmsync::state::tests {

class RowGenerator {
 public:
  explicit RowGenerator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t number(std::uint64_t below);
  // Any magnitude, so that every varint length is met.
  std::uint64_t wide();
  std::int64_t signed_wide();
  bool flag() { return number(2) == 1; }
  std::string text();
  engine::Value value();
  engine::FieldValue field_value();
  engine::Record record();

  void fill(IntakeRow& row);
  void fill(CursorRow& row);
  void fill(MappingRow& row);
  void fill(LinkRow& row);
  void fill(BaseRow& row);
  void fill(IntentRow& row);
  void fill(ParkedRow& row);
  void fill(ErrorRow& row);
  void fill(HistoryRow& row);
  void fill(HeldRow& row);
  void fill(WebhookRow& row);
  void fill(MappingCounts& row);
  void fill(FactRow& row);
  void fill(LinkRefRow& row);
  void fill(LinkOrderRow& row);
  void fill(UnlinkedRow& row);
  void fill(MatchRow& row);
  void fill(IndexRow&) {}

  template <class Row>
  Row row() {
    Row made;
    fill(made);
    return made;
  }

 private:
  template <class Enum>
  Enum one_of(Enum last) {
    return static_cast<Enum>(number(static_cast<std::uint64_t>(last) + 1));
  }
  Timestamp time() { return {signed_wide()}; }
  MappingId mapping() { return static_cast<MappingId>(wide()); }
  Side side() { return one_of(Side::crm); }
  std::vector<std::string> texts();
  FieldMark mark();
  engine::OwedDecision owed();

  std::mt19937_64 random_;
};

}  // namespace crmsync::state::tests
