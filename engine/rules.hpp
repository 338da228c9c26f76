// What an admin's mapping file says, as far as decisions need it. Built by mappings/, read here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/policy.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace crmsync::engine {

enum class Direction : std::uint8_t { both, to_crm, to_app };
// What happens when the read-only side of a one-way field was changed there.
enum class Drift : std::uint8_t { report, overwrite, keep };
enum class CreateMode : std::uint8_t { none, app_to_crm, crm_to_app, both };
enum class InitialPrefer : std::uint8_t { app, crm, newest, ask };
enum class VersusEdit : std::uint8_t { edit_wins, delete_wins, ask };
enum class DeleteRule : std::uint8_t { propagate, unlink, ignore };

std::string_view to_string(Direction direction) noexcept;
std::string_view to_string(CreateMode mode) noexcept;

// Where a rule stands in the admin's files, for explain.
struct RuleSource {
  std::string file;
  int line = 0;  // 1-based
  friend bool operator==(RuleSource const&, RuleSource const&) = default;
};

struct FieldRule {
  std::string name;  // unique in the mapping; the app column's name unless there is none
  Direction direction = Direction::both;
  std::vector<Policy> chain;  // empty: [ask]
  BlankMode blank = BlankMode::absence;
  Drift drift = Drift::report;
  std::string group;  // fields of one group are resolved by one verdict; empty: alone
  RuleSource source;
};

struct PresenceRules {
  CreateMode create = CreateMode::none;
  DeleteRule app_deleted = DeleteRule::unlink;  // what a delete in the app means for the CRM
  DeleteRule crm_deleted = DeleteRule::unlink;
  VersusEdit versus_edit = VersusEdit::edit_wins;
};

struct MappingRules {
  std::vector<FieldRule> fields;
  PresenceRules presence;
  InitialPrefer initial = InitialPrefer::ask;
  std::int64_t skew_bound_micros = 5'000'000;
};

}  // namespace crmsync::engine
