// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/weather.hpp"

namespace crmsync::simulation {

namespace {

constexpr std::array<std::string_view, kFaults> kNames{
    "429-retry-after",
    "429",
    "quota",
    "5xx",
    "reset-before",
    "reset-after",
    "truncated",
    "207",
    "slow",
    "crm-outage",
    "unauthorized",
    "read-gap",
    "search-late",
    "hook-lost",
    "hook-twice",
    "hook-shuffled",
    "hook-late",
    "crm-rewrites",
    "workflow",
    "merge",
    "restore",
    "privacy-delete",
    "crm-clock",
    "app-busy",
    "deadlock",
    "app-lost-answer",
    "app-outage",
    "late-commit",
    "key-reused",
    "rekey",
    "app-clock",
    "wall-clock",
    "disk-full",
    "crash",
    "crash-at-boundary",
    "edit-in-window",
};

}  // namespace

std::string_view to_string(Fault fault) noexcept {
  return kNames[static_cast<std::size_t>(fault)];
}

void Weather::enable(Fault fault, std::uint64_t per_mille) {
  rates_[index(fault)] = per_mille;
}

bool Weather::strikes(Fault fault) {
  auto const rate = rates_[index(fault)];
  if (rate == 0 || calm() || !tape_.happens(rate)) return false;
  count(fault);
  return true;
}

}  // namespace crmsync::simulation
