// Measures what the README states, and prints one JSON document. Not a test: nothing is asserted.
// usage: crmsync-bench [merges|load|latency|webhooks|idle|all] [--rows N]
// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/measure.hpp"
#include "tests/bench/webhook_load.hpp"
#include "tests/support/shop.hpp"
#include "tests/support/webhook_sender.hpp"

#include "daemon/json.hpp"
#include "engine/plan.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace crmsync::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Options {
  std::string what = "all";
  int rows = 10'000;
};

// Records of 20 fields of which one moved: the steady state of a busy mapping.
void merges(daemon::Json& json) {
  engine::MappingRules rules;
  engine::PairInput input;
  input.link = engine::LinkState::linked;
  input.app = input.crm = engine::Presence::present;
  for (int i = 0; i < 20; ++i) {
    engine::FieldRule rule;
    rule.name = "field" + std::to_string(i);
    rules.fields.push_back(rule);
    engine::FieldInput field;
    field.status = engine::BaseStatus::settled;
    engine::Value const value(std::string("value of field ") + std::to_string(i));
    field.base = {value, value};
    field.app = field.crm = value;
    input.fields.push_back(std::move(field));
  }
  input.fields[7].app = engine::Value(std::string("edited"));
  std::uint64_t rounds = 0, writes = 0;
  double const start = own_cpu_seconds();
  double spent = 0;
  while (spent < 1.0) {
    for (int i = 0; i < 1000; ++i) writes += engine::make_plan(input, rules).writes_crm() ? 1 : 0;
    rounds += 1000;
    spent = own_cpu_seconds() - start;
  }
  json.key("merges");
  json.begin_object();
  json.member("fields_per_record", 20u);
  json.member("records_per_cpu_second", static_cast<double>(rounds) / spent);
  json.member("planned_writes", writes);
  json.end_object();
}

void prepare(tests::SyncWorld& world, int rows, std::string const& settings) {
  world.app = std::make_unique<tests::AppDatabase>(world.folder / "shop.db");
  tests::fill_shop(*world.app, rows);
  world.start_crm({"--search-lag", "0ms", "--quota", "1000000/10s", "--search-quota", "100000"});
  // The vendor's own limit would be all that is measured.
  world.crm_settings = "quota: {limit: 1000000/10s}\n";
  world.configure(tests::shop_mapping(), settings);
}

std::uint64_t api_calls(tests::SyncWorld& world) {
  return tests::parse_json(world.crm->control("stats", "").body)["total"].GetUint64();
}

void load(daemon::Json& json, Options const& options) {
  tests::SyncWorld world;
  prepare(world, options.rows, "");
  // Half of the customers are contacts already.
  std::string body = R"({"object":"contacts","records":[)";
  for (int i = 1; i <= options.rows / 2; ++i) {
    auto const n = std::to_string(i);
    body += (i > 1 ? "," : "") + (R"({"properties":{"email":"customer)" + n) +
            R"(@shop.example","firstname":"First)" + n + "\"}}";
    if (i % 2000 == 0 || i == options.rows / 2) {
      world.crm->control("records", body + "]}");
      body = R"({"object":"contacts","records":[{"properties":{"email":"filler)" + n +
             R"(@crm.example","firstname":"F"}})";
    }
  }
  auto const before = api_calls(world);
  auto const start = Clock::now();
  world.start_daemon();
  world.eventually(
      [&] {
        auto const status = tests::parse_json(world.ask("GET", "/v1/status").body);
        auto const& mapping = status["mappings"][0];
        return mapping["linked"].GetUint64() >= static_cast<std::uint64_t>(options.rows) &&
               std::string_view(mapping["state"].GetString()) == "in step";
      },
      std::chrono::minutes(20));
  double const spent = seconds_since(start);
  auto const status = tests::parse_json(world.ask("GET", "/v1/status").body);
  auto const linked = status["mappings"][0]["linked"].GetUint64();
  json.key("initial_load");
  json.begin_object();
  json.member("app_rows", static_cast<unsigned>(options.rows));
  json.member("crm_records_before", static_cast<unsigned>(options.rows / 2));
  json.member("seconds", spent);
  json.member("rows_per_second", static_cast<double>(linked) / spent);
  json.member("api_calls", api_calls(world) - before);
  json.member("peak_rss_kib", peak_rss_kib(world.daemon().pid()));
  json.member("daemon_cpu_seconds", cpu_seconds(world.daemon().pid()));
  json.member(
      "state_bytes_per_link",
      static_cast<double>(status["state"]["bytes_used"].GetUint64()) / static_cast<double>(linked));
  json.end_object();
  world.stop_daemon();

  auto const calls = api_calls(world);
  auto const writes = world.crm->mutating_requests();
  auto const again = Clock::now();
  world.run_until_idle({}, std::chrono::minutes(5));
  json.key("no_op_restart_and_poll");
  json.begin_object();
  json.member("seconds", seconds_since(again));
  json.member("api_calls", api_calls(world) - calls);
  json.member("mutating_requests", world.crm->mutating_requests() - writes);
  json.end_object();
}

void samples(daemon::Json& json, std::string_view name, std::vector<double> const& millis) {
  json.key(name);
  json.begin_object();
  json.member("samples", millis.size());
  json.member("p50_ms", percentile(millis, 0.50));
  json.member("p99_ms", percentile(millis, 0.99));
  json.end_object();
}

template <class Fits>
double until(Fits fits) {
  auto const start = Clock::now();
  while (!fits() && seconds_since(start) < 10) std::this_thread::yield();
  return seconds_since(start) * 1e3;
}

void latency(daemon::Json& json) {
  tests::SyncWorld world;
  auto const port = std::to_string(tests::free_port());
  prepare(world, 100,
          "webhooks: {listen: \"127.0.0.1:" + port + "\", public_url: \"https://sync.example\"}\n");
  world.run_until_idle();
  world.start_daemon();
  world.wait_in_step();
  auto const contact = tests::contacts_by_email(*world.crm).at("customer1@shop.example");
  auto const updated = [&] {
    return tests::parse_json(world.crm->control("stats", "").body)["updated"].GetUint64();
  };
  std::vector<double> to_crm, to_app;
  for (int i = 0; i < 200; ++i) {
    auto const before = updated();
    world.app->run("UPDATE customers SET phone = 'p" + std::to_string(i) + "' WHERE id = 1");
    to_crm.push_back(until([&] { return updated() > before; }));
  }
  for (int i = 0; i < 200; ++i) {
    auto const value = "c" + std::to_string(i);
    world.crm->edit("contacts", contact, R"({"city":")" + value + "\"}");
    auto const event = signed_event(contact, tests::read_file(world.folder / "webhook.secret"));
    auto const start = Clock::now();
    tests::http_call("http://127.0.0.1:" + port, "POST", "/hooks/hubspot", event.body,
                     event.headers);
    until([&] { return world.app->value("SELECT city FROM customers WHERE id = 1") == value; });
    to_app.push_back(seconds_since(start) * 1e3);
  }
  samples(json, "sqlite_commit_to_crm_write", to_crm);
  samples(json, "webhook_to_sqlite_row", to_app);
  world.stop_daemon();
}

void webhooks(daemon::Json& json) {
  tests::SyncWorld world;
  auto const port = std::to_string(tests::free_port());
  prepare(world, 10,
          "webhooks: {listen: \"127.0.0.1:" + port + "\", public_url: \"https://sync.example\"}\n");
  world.run_until_idle();
  world.start_daemon();
  auto const result = post_webhooks("http://127.0.0.1:" + port,
                                    tests::read_file(world.folder / "webhook.secret"), 32, 5.0);
  json.key("webhook_acknowledgements");
  json.begin_object();
  json.member("connections", 32u);
  json.member("acknowledged", result.accepted);
  json.member("refused", result.refused);
  json.member("per_second", static_cast<double>(result.accepted) / result.seconds);
  json.end_object();
  world.stop_daemon();
}

void idle(daemon::Json& json) {
  tests::SyncWorld world;
  prepare(world, 1000, "");
  world.run_until_idle();
  world.start_daemon();
  world.wait_in_step();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  double const before = cpu_seconds(world.daemon().pid());
  auto const start = Clock::now();
  std::this_thread::sleep_for(std::chrono::seconds(15));
  double const share = (cpu_seconds(world.daemon().pid()) - before) / seconds_since(start);
  json.key("idle");
  json.begin_object();
  json.member("crm_poll_seconds", 1u);
  json.member("cpu_percent", share * 100);
  json.member("rss_kib", rss_kib(world.daemon().pid()));
  json.end_object();
  world.stop_daemon();
}

int run(Options const& options) {
  daemon::Json json;
  json.begin_object();
  json.member("machine", machine());
  auto const wanted = [&](std::string_view name) {
    return options.what == "all" || options.what == name;
  };
  if (wanted("merges")) merges(json);
  if (wanted("load")) load(json, options);
  if (wanted("latency")) latency(json);
  if (wanted("webhooks")) webhooks(json);
  if (wanted("idle")) idle(json);
  json.end_object();
  std::puts(json.str().c_str());
  return 0;
}

}  // namespace
}  // namespace crmsync::bench

int main(int argc, char** argv) {
  crmsync::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    std::string const word(argv[i]);
    if (word == "--rows" && i + 1 < argc)
      options.rows = std::atoi(argv[++i]);
    else
      options.what = word;
  }
  return crmsync::bench::run(options);
}
