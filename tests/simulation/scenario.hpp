// What a seed stands for: sizes, rules, periods, and which faults are in the air. Swarm testing:
// each seed switches on a random subset, one in ten none at all, so that rare combinations are met
// often. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/tuning.hpp"
#include "engine/rules.hpp"
#include "tests/simulation/fake_app.hpp"
#include "tests/simulation/fake_crm.hpp"
#include "tests/simulation/weather.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::simulation {

struct FieldChoice {
  std::string app;
  std::string crm;
  std::string rest;  // of its row in the mapping file: ", conflict: crm"
};

struct Scenario {
  std::uint64_t seed = 0;
  bool calm = false;  // no faults at all
  std::size_t people = 0;
  std::size_t actions = 0;
  std::size_t bulks = 0;    // scripts that edit or remove many records at once
  std::size_t reloads = 0;  // of the configuration
  SimTime chaos = 24 * kHour;
  engine::Timestamp begins;
  std::vector<FieldChoice> fields;
  AppOptions app;
  CrmOptions crm;
  daemon::Tuning tuning;
  bool triggers = true;
  bool webhooks = true;
  std::int64_t app_poll_s = 30;
  std::int64_t crm_poll_s = 60;
  std::int64_t settle_ms = 2'000;
  std::int64_t merge_window_s = 300;
  std::string chain;    // "[app]"
  std::string initial;  // "app", "crm", "newest", "ask"
  std::string app_deleted, crm_deleted, versus_edit;
  std::uint64_t guard_per_hour = 50;
  int guard_percent = 2;
  std::vector<std::pair<Fault, std::uint64_t>> faults;  // with their rate per mille
  milliseconds sync_min{1}, sync_max{20};               // an fsync

  std::string mapping_yaml() const;
  // One line for people.
  std::string summary() const;
};

Scenario scenario_of(std::uint64_t seed);
// Nothing may hang on being looked at every second: a wake-up that is lost shows as a delay.
void look_around_rarely(daemon::Tuning& tuning);

}  // namespace crmsync::simulation
