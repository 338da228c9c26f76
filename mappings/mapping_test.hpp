// One entry of `tests:` in a mapping file: what both sides hold, and what must come of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::mappings {

// Native names with their values as text; "" is a blank. A name that is not there is not known.
using TestValues = std::vector<std::pair<std::string, std::string>>;

struct TestSide {
  TestValues values;
  std::optional<engine::Timestamp> at;  // when they were written; for `newest` and `oldest`
};

struct MappingTest {
  std::string name;
  int line = 0;  // 1-based
  // What both sides last confirmed, by columns. Without it two records meet for the first time, or
  // one is only converted.
  std::optional<TestValues> base;
  std::optional<TestSide> app;
  std::optional<TestSide> crm;
  TestValues expect_app;  // the row that a CRM record becomes
  TestValues expect_crm;  // the record that a row becomes
  bool round_trip = false;
  TestValues expect;  // by columns: what both sides hold in the end
  // Fields that are written on each side, all of them; empty optional: not looked at.
  std::optional<std::vector<std::string>> app_writes, crm_writes;
  std::optional<std::vector<std::string>> asks;  // fields that wait for a person, all of them
  std::string error;                             // a part of what is said about a value
};

}  // namespace crmsync::mappings
