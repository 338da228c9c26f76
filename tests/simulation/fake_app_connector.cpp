// The application's database as the daemon reaches it.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fake_app.hpp"

#include <utility>

namespace crmsync::simulation {

using connectors::ChangePage;
using connectors::Description;
using connectors::EndpointSpec;
using connectors::FetchRequest;
using connectors::Lane;
using connectors::Operation;
using connectors::Receipt;
using connectors::Result;
using connectors::SnapshotPage;
using connectors::Task;
using engine::Errc;

namespace {

// An outage lasts this long, and starts with the request that meets it.
constexpr SimTime kOutageMin = 20 * kSecond;
constexpr SimTime kOutageMax = 10 * kMinute;

std::optional<engine::Error> trouble(FakeApp& app) {
  auto& stage = app.stage();
  auto& weather = stage.weather;
  if (weather.strikes(Fault::app_outage))
    app.down_until = stage.runtime.time() + weather.tape().between(kOutageMin, kOutageMax);
  if (stage.runtime.time() < app.down_until && !weather.calm())
    return engine::make_error(Errc::transient, "app", "the database does not answer");
  if (weather.strikes(Fault::app_busy))
    return engine::make_error(Errc::locked, "app", "the database is locked");
  return std::nullopt;
}

// `fn` runs in the database, where no connection is known: it may outlive the daemon.
template <class T, class Fn>
Task<Result<T>> ask(FakeApp& app, std::string_view what, Fn fn) {
  auto& stage = app.stage();
  stage.witness.asked(Side::app, what);
  std::function<Result<T>()> carry_out = [&app, fn = std::move(fn)]() -> Result<T> {
    if (auto error = trouble(app)) return std::move(*error);
    return fn();
  };
  auto const out = stage.runtime.latency(milliseconds(1), milliseconds(20));
  auto const back = stage.runtime.latency(milliseconds(1), milliseconds(20));
  auto answer = co_await exchange(stage, out, back, std::move(carry_out));
  co_return answer;
}

template <class Fn>
Task<Result<void>> tell(FakeApp& app, std::string_view what, Fn fn) {
  auto run = [fn = std::move(fn)] {
    fn();
    return true;
  };
  auto done = co_await ask<bool>(app, what, std::move(run));
  if (!done) co_return done.error();
  co_return Result<void>(boost::system::in_place_value);
}

class AppEndpoint final : public connectors::Endpoint {
 public:
  AppEndpoint(FakeApp& app, EndpointSpec spec) : app_(app), spec_(std::move(spec)) {}

  Task<Result<Description>> describe() override {
    return ask<Description>(app_, "describe", [] {
      Description description;
      description.schema = customers_schema();
      description.capabilities.compare_and_set = true;
      description.capabilities.receipt_has_values = true;
      description.capabilities.deletes_visible = true;
      description.capabilities.unique_create = true;
      return description;
    });
  }
  Task<Result<void>> prepare() override {
    return tell(app_, "prepare", [] {});
  }
  Task<Result<engine::Cursor>> start_cursor() override {
    return ask<engine::Cursor>(app_, "position", [&app = app_, by_log = by_log()] {
      return by_log ? app.end_of_log() : app.poll_start();
    });
  }
  Task<Result<SnapshotPage>> snapshot(std::string token) override {
    auto const asked_at = app_.stage().runtime.now();
    return ask<SnapshotPage>(app_, "snapshot", [&app = app_, token = std::move(token), asked_at] {
      auto page = app.snapshot(token);
      for (auto& one : page.records) one.observed_at = asked_at;
      return page;
    });
  }
  Task<Result<ChangePage>> changes(engine::Cursor cursor) override {
    return ask<ChangePage>(app_, "changes",
                           [&app = app_, by_log = by_log(), cursor = std::move(cursor)] {
                             return by_log ? app.log_page(cursor) : app.poll_page(cursor);
                           });
  }
  Task<Result<std::vector<engine::Observation>>> fetch(FetchRequest request) override {
    auto const asked_at = app_.stage().runtime.now();
    auto read = [&app = app_, keys = std::move(request.keys), asked_at] {
      std::vector<engine::Observation> seen;
      for (auto const& key : keys) {
        seen.push_back(app.observe(key, engine::ReadSource::by_id));
        seen.back().observed_at = asked_at;
        app.stage().timeline.note("app", "is read", key, [&] {
          return std::string(engine::to_string(seen.back().presence));
        });
      }
      app.stage().witness.in_window(Side::app, keys);
      return seen;
    };
    return ask<std::vector<engine::Observation>>(app_, "read", std::move(read));
  }
  Task<Result<engine::Observation>> lookup_created(Operation create) override {
    auto const asked_at = app_.stage().runtime.now();
    auto look = [&app = app_, id = std::move(create.counterpart), asked_at] {
      auto seen = app.created_for(id);
      seen.observed_at = asked_at;
      return seen;
    };
    return ask<engine::Observation>(app_, "look up", std::move(look));
  }
  Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations, Lane) override;
  Task<Result<void>> acknowledge(engine::Cursor cursor) override {
    return tell(app_, "acknowledge",
                [&app = app_, cursor = std::move(cursor)] { app.acknowledge(cursor); });
  }

 private:
  bool by_log() const { return spec_.capture != EndpointSpec::Capture::poll; }

  FakeApp& app_;
  EndpointSpec spec_;
};

Task<Result<std::vector<Receipt>>> AppEndpoint::apply(std::vector<Operation> operations, Lane) {
  auto& stage = app_.stage();
  if (stage.witness.power_fails("before_send_app")) co_await freeze(stage);
  stage.witness.sent(Side::app, operations);
  if (app_.options().clock_skew != 0) stage.weather.count(Fault::app_clock);
  bool const lost = stage.weather.strikes(Fault::app_lost_answer);
  auto const all = operations;
  bool const deadlock = stage.weather.strikes(Fault::app_deadlock);
  auto write = [&app = app_, operations = std::move(operations), lost,
                deadlock]() -> Result<std::vector<Receipt>> {
    if (deadlock)
      return engine::make_error(Errc::transient, "app", "deadlock: rolled back as the victim");
    auto receipts = app.carry_out(operations);
    if (!lost) return receipts;
    auto error = engine::make_error(Errc::transient, "app", "the connection broke");
    error.maybe_applied = true;
    return error;
  };
  auto answer = co_await ask<std::vector<Receipt>>(app_, "write", std::move(write));
  if (stage.witness.power_fails("after_send_app")) co_await freeze(stage);
  stage.witness.answered(Side::app, all);
  co_return answer;
}

class AppConnector final : public connectors::Connector {
 public:
  explicit AppConnector(FakeApp& app) : app_(app), seen_(app.changes_made()) {}

  std::string_view type() const noexcept override { return "sqlite"; }
  Task<Result<connectors::Identity>> identity() override {
    return ask<connectors::Identity>(app_, "identity", [&app = app_] { return app.identity(); });
  }
  std::unique_ptr<connectors::Endpoint> open(EndpointSpec spec) override {
    return std::make_unique<AppEndpoint>(app_, std::move(spec));
  }
  Task<Result<void>> record_high_water(std::string state_id, std::uint64_t high_water) override {
    return tell(app_, "high water", [&app = app_, state_id = std::move(state_id), high_water] {
      app.remember(state_id, high_water);
    });
  }
  Result<std::vector<connectors::WebhookEvent>> parse_webhook(connectors::WebhookRequest const&,
                                                              engine::Timestamp) const override {
    return engine::make_error(Errc::unsupported, "app", "no webhooks");
  }
  Task<bool> wait_for_commit(milliseconds wait) override {
    co_await app_.stage().runtime.sleep(wait);
    bool const changed = app_.changes_made() != seen_;
    seen_ = app_.changes_made();
    co_return changed;
  }
  connectors::QuotaUsage quota() const override { return {}; }

 private:
  FakeApp& app_;
  std::uint64_t seen_;
};

}  // namespace

std::unique_ptr<connectors::Connector> connect(FakeApp& app) {
  return std::make_unique<AppConnector>(app);
}

}  // namespace crmsync::simulation
