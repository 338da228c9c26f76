// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/case.hpp"

#include "daemon/json.hpp"
#include "daemon/json_reader.hpp"
#include "tests/simulation/driver/crash_points.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <optional>
#include <vector>

namespace crmsync::simulation {

namespace {

engine::Error refusal(std::string detail) {
  return engine::make_error(engine::Errc::config_invalid, "tape", std::move(detail));
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto const end = std::min(text.find(' '), text.size());
    if (end > 0) out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto const* end = text.data() + text.size();
  auto const [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || at != end) return std::nullopt;
  return value;
}

std::optional<std::size_t> crash_row_of(std::string_view name) {
  auto const rows = crash_rows();
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].name == name) return i;
  return std::nullopt;
}

std::optional<Fault> fault(std::string_view name) {
  for (std::size_t i = 0; i < kFaults; ++i)
    if (to_string(static_cast<Fault>(i)) == name) return static_cast<Fault>(i);
  return std::nullopt;
}

template <class Set, class Parse>
bool fill(Set& set, std::string_view text, Parse const& parse) {
  for (auto const word : words(text)) {
    auto const value = parse(word);
    if (!value) return false;
    set.insert(*value);
  }
  return true;
}

}  // namespace

Scenario Case::scenario() const {
  if (auto const row = crash_row_of(crash_row)) return crash_scenario(*row);
  return scenario_of(seed);
}

std::string tape_text(Case const& one) {
  std::vector<std::string_view> faults;
  for (auto const which : one.options.faults_left_out) faults.push_back(to_string(which));
  daemon::Json json;
  json.begin_object();
  json.member("seed", std::to_string(one.seed));
  json.member("crash_row", one.crash_row);
  json.member("invariant", one.invariant);
  json.member("actions_left_out", fmt::format("{}", fmt::join(one.options.actions_left_out, " ")));
  json.member("faults_left_out", fmt::format("{}", fmt::join(faults, " ")));
  json.member("crash_at", fmt::format("{}", fmt::join(one.options.crash_at, " ")));
  json.member("even_schedule", one.options.even_schedule);
  json.member("restored", one.options.restored);
  json.end_object();
  return json.str() + "\n";
}

engine::Result<Case> read_tape(std::string_view text) {
  auto read = daemon::read_flat_object(text);
  if (!read) return read.error();
  auto const member = [&](std::string_view name) {
    auto const at = read->find(name);
    return at == read->end() ? std::string() : at->second;
  };
  Case one;
  one.crash_row = member("crash_row");
  one.invariant = member("invariant");
  one.options.even_schedule = member("even_schedule") == "true";
  one.options.restored = member("restored") == "true";
  auto const seed = number(member("seed"));
  if (!seed) return refusal("it names no seed");
  one.seed = *seed;
  if (!one.crash_row.empty() && !crash_row_of(one.crash_row))
    return refusal("there is no short day " + one.crash_row);
  if (!fill(one.options.actions_left_out, member("actions_left_out"), number) ||
      !fill(one.options.crash_at, member("crash_at"), number))
    return refusal("actions_left_out and crash_at are numbers with a space between them");
  if (!fill(one.options.faults_left_out, member("faults_left_out"), fault))
    return refusal("faults_left_out names a fault that there is not");
  return one;
}

}  // namespace crmsync::simulation
