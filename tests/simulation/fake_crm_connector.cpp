// The CRM as the daemon reaches it: over a network that fails in every way a network does.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fake_crm.hpp"

#include <algorithm>
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

constexpr SimTime kSpellMin = 30 * kSecond;
constexpr SimTime kSpellMax = 20 * kMinute;

engine::Error failure(Errc code, std::string detail, bool maybe_applied) {
  auto error = engine::make_error(code, "crm", std::move(detail));
  error.maybe_applied = maybe_applied;
  return error;
}

// How one request will go wrong, drawn when it leaves.
struct Mishap {
  std::optional<engine::Error> before;  // nothing was done
  std::optional<engine::Error> after;   // it was done, but nobody is told
  milliseconds out{0}, back{0};
};

// Windows of ten seconds; what is refused counts as well, as it does at the vendor.
std::optional<engine::Error> over_quota(FakeCrm& crm) {
  auto& stage = crm.stage();
  auto const now = stage.runtime.time();
  if (now >= crm.quota_until) {
    crm.quota_until = now + 10 * kSecond;
    crm.quota_used = 0;
  }
  if (++crm.quota_used <= crm.options().requests_per_10s || stage.weather.calm())
    return std::nullopt;
  stage.weather.count(Fault::crm_quota);
  auto error = failure(Errc::rate_limited, "the quota of ten seconds is used up", false);
  error.retry_after_ms = (crm.quota_until - now) / kMilli + 1;
  return error;
}

std::optional<engine::Error> refused_outright(FakeCrm& crm, bool mutating) {
  auto& stage = crm.stage();
  auto& weather = stage.weather;
  auto const now = stage.runtime.time();
  if (weather.strikes(Fault::crm_outage))
    crm.down_until = now + weather.tape().between(kSpellMin, kSpellMax);
  if (weather.strikes(Fault::crm_unauthorized))
    crm.unauthorized_until = now + weather.tape().between(kSpellMin, kSpellMax);
  if (weather.calm()) crm.down_until = crm.unauthorized_until = 0;
  if (now < crm.unauthorized_until)
    return failure(Errc::unauthorized, "the token was refused", false);
  if (now < crm.down_until) return failure(Errc::transient, "no answer", mutating);
  if (weather.strikes(Fault::crm_limited)) {
    auto error = failure(Errc::rate_limited, "too many requests", false);
    error.retry_after_ms = weather.tape().between(1'000, 30'000);
    return error;
  }
  if (auto error = over_quota(crm)) return error;
  if (weather.strikes(Fault::crm_limited_silent))
    return failure(Errc::rate_limited, "too many requests", false);
  if (weather.strikes(Fault::crm_server_error)) return failure(Errc::transient, "502", mutating);
  if (weather.strikes(Fault::crm_reset_before))
    return failure(Errc::transient, "the connection broke", mutating);
  return std::nullopt;
}

Mishap draw(FakeCrm& crm, bool mutating) {
  auto& stage = crm.stage();
  Mishap mishap;
  mishap.out = stage.runtime.latency(milliseconds(10), milliseconds(400));
  mishap.back = stage.runtime.latency(milliseconds(10), milliseconds(400));
  if (stage.weather.strikes(Fault::crm_slow)) {
    auto const extra = milliseconds(stage.weather.tape().between(1'000, 25'000));
    (stage.weather.tape().below(2) == 0 ? mishap.back : mishap.out) += extra;
  }
  mishap.before = refused_outright(crm, mutating);
  if (mishap.before) return mishap;
  if (stage.weather.strikes(Fault::crm_reset_after))
    mishap.after = failure(Errc::transient, "the connection broke", mutating);
  else if (stage.weather.strikes(Fault::crm_truncated))
    mishap.after = failure(Errc::corrupt, "the answer was cut off", mutating);
  return mishap;
}

// `fn` runs in the CRM, where no connection is known: it may outlive the daemon.
template <class T, class Fn>
Task<Result<T>> ask(FakeCrm& crm, std::string_view what, bool mutating, Fn fn) {
  auto& stage = crm.stage();
  stage.witness.asked(Side::crm, what);
  auto const mishap = draw(crm, mutating);
  std::function<Result<T>()> carry_out = [&crm, mishap, fn = std::move(fn)]() -> Result<T> {
    crm.advance();
    if (mishap.before) return *mishap.before;
    auto answer = fn();
    if (mishap.after) return *mishap.after;
    return answer;
  };
  auto answer = co_await exchange(stage, mishap.out, mishap.back, std::move(carry_out));
  if (!answer && answer.error().retry_after_ms)
    stage.witness.told_to_wait(Side::crm, what, milliseconds(*answer.error().retry_after_ms));
  co_return answer;
}

// A property is missing from the answer: not known, which is not blank.
void leave_one_out(engine::Record& fields, engine::Timestamp asked_at) {
  auto left = static_cast<std::size_t>(asked_at.micros / 1'000) % fields.size();
  for (auto const& [name, value] : fields)
    if (left-- == 0) return fields.erase(name);
}

class CrmEndpoint final : public connectors::Endpoint {
 public:
  CrmEndpoint(FakeCrm& crm, EndpointSpec spec) : crm_(crm), spec_(std::move(spec)) {}

  Task<Result<Description>> describe() override {
    return ask<Description>(crm_, "describe", false, [&crm = crm_]() -> Result<Description> {
      Description description;
      description.schema = crm.schema();
      auto& can = description.capabilities;
      can.receipt_has_values = true;
      can.history = can.attribution = crm.options().history;
      can.deletes_visible = can.unique_create = can.push = true;
      can.visibility_lag = milliseconds(crm.options().overlap / kMilli);
      can.fetch_batch_max = crm.options().fetch_batch_max;
      can.apply_batch_max = crm.options().apply_batch_max;
      return description;
    });
  }
  Task<Result<void>> prepare() override {
    auto const nothing = []() -> Result<bool> { return true; };
    auto done = co_await ask<bool>(crm_, "prepare", false, nothing);
    if (!done) co_return done.error();
    co_return Result<void>(boost::system::in_place_value);
  }
  Task<Result<engine::Cursor>> start_cursor() override {
    return ask<engine::Cursor>(crm_, "position", false, [&crm = crm_]() -> Result<engine::Cursor> {
      return crm.position();
    });
  }
  Task<Result<SnapshotPage>> snapshot(std::string token) override {
    auto const asked_at = crm_.stage().runtime.now();
    auto list = [&crm = crm_, token = std::move(token), asked_at]() -> Result<SnapshotPage> {
      auto page = crm.snapshot(token);
      for (auto& one : page.records) one.observed_at = asked_at;
      return page;
    };
    return ask<SnapshotPage>(crm_, "list", false, std::move(list));
  }
  Task<Result<ChangePage>> changes(engine::Cursor cursor) override {
    auto const asked_at = crm_.stage().runtime.now();
    auto search = [&crm = crm_, cursor = std::move(cursor), asked_at]() -> Result<ChangePage> {
      auto page = crm.search(cursor);
      if (!page) return page;
      for (auto& event : page->events)
        if (event.payload) event.payload->observed_at = asked_at;
      return page;
    };
    return ask<ChangePage>(crm_, "search", false, std::move(search));
  }
  Task<Result<std::vector<engine::Observation>>> fetch(FetchRequest request) override;
  Task<Result<engine::Observation>> lookup_created(Operation create) override {
    auto const asked_at = crm_.stage().runtime.now();
    auto look = [&crm = crm_, id = std::move(create.external_id),
                 asked_at]() -> Result<engine::Observation> {
      auto seen = crm.created_as(id);
      seen.observed_at = asked_at;
      return seen;
    };
    return ask<engine::Observation>(crm_, "look up", false, std::move(look));
  }
  Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations, Lane) override;
  Task<Result<void>> acknowledge(engine::Cursor) override {
    co_return Result<void>(boost::system::in_place_value);
  }

 private:
  FakeCrm& crm_;
  EndpointSpec spec_;
};

Task<Result<std::vector<engine::Observation>>> CrmEndpoint::fetch(FetchRequest request) {
  auto const asked_at = crm_.stage().runtime.now();
  bool const gap = crm_.stage().weather.strikes(Fault::crm_read_gap);
  auto read = [&crm = crm_, request = std::move(request), asked_at,
               gap]() -> Result<std::vector<engine::Observation>> {
    std::vector<engine::Observation> seen;
    std::vector<std::string> history;
    if (request.with_history && crm.options().history) history = request.history_fields;
    for (auto const& key : request.keys) {
      engine::Observation one;
      bool const here = gap && seen.empty();
      bool const whole = asked_at.micros % 2 == 0;
      if (here && whole)
        one.key = one.current_key = key;  // left out of the answer: unknown
      else
        one = crm.observe(key, history);
      if (here && !whole && one.presence == engine::Presence::present)
        leave_one_out(one.fields, asked_at);
      one.observed_at = asked_at;
      crm.stage().timeline.note("crm", "is read", key, [&] {
        return std::string(engine::to_string(one.presence)) + " as " + one.current_key;
      });
      seen.push_back(std::move(one));
    }
    crm.stage().witness.in_window(Side::crm, request.keys);
    return seen;
  };
  return ask<std::vector<engine::Observation>>(crm_, "read", false, std::move(read));
}

Task<Result<std::vector<Receipt>>> CrmEndpoint::apply(std::vector<Operation> operations, Lane) {
  auto& stage = crm_.stage();
  if (stage.witness.power_fails("before_send_crm")) co_await freeze(stage);
  stage.witness.sent(Side::crm, operations);
  auto const all = operations;
  bool const partial = operations.size() > 1 && stage.weather.strikes(Fault::crm_partial);
  auto const bad = stage.weather.tape().below(operations.size());
  auto write = [&crm = crm_, operations = std::move(operations), partial,
                bad]() -> Result<std::vector<Receipt>> {
    std::vector<Receipt> receipts;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (partial && i == bad) {
        Receipt receipt;
        receipt.op_id = operations[i].op_id;
        receipt.key = operations[i].key;
        receipt.error = failure(Errc::transient, "this one could not be done", false);
        receipts.push_back(std::move(receipt));
        continue;
      }
      receipts.push_back(crm.carry_out(operations[i]));
    }
    return receipts;
  };
  auto answer = co_await ask<std::vector<Receipt>>(crm_, "write", true, std::move(write));
  if (stage.witness.power_fails("after_send_crm")) co_await freeze(stage);
  stage.witness.answered(Side::crm, all);
  co_return answer;
}

// One event a line: kind, key, new key.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words(1);
  for (char const c : line) {
    if (c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  }
  return words;
}

class CrmConnector final : public connectors::Connector {
 public:
  explicit CrmConnector(FakeCrm& crm) : crm_(crm) {}

  std::string_view type() const noexcept override { return "hubspot"; }
  Task<Result<connectors::Identity>> identity() override {
    return ask<connectors::Identity>(crm_, "identity", false, []() -> Result<connectors::Identity> {
      return connectors::Identity{"portal-1", "", "", 0};
    });
  }
  std::unique_ptr<connectors::Endpoint> open(EndpointSpec spec) override {
    return std::make_unique<CrmEndpoint>(crm_, std::move(spec));
  }
  Task<Result<void>> record_high_water(std::string, std::uint64_t) override {
    co_return Result<void>(boost::system::in_place_value);
  }
  Result<std::vector<connectors::WebhookEvent>> parse_webhook(
      connectors::WebhookRequest const& request, engine::Timestamp now) const override {
    std::vector<connectors::WebhookEvent> events;
    std::string_view rest = request.body;
    while (!rest.empty()) {
      auto const end = std::min(rest.find('\n'), rest.size());
      auto const words = words_of(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (words.size() != 3) return engine::make_error(Errc::invalid_value, "webhook", "malformed");
      connectors::WebhookEvent event;
      event.object = "contacts";
      event.change.kind = static_cast<engine::ChangeKind>(words[0].front() - '0');
      event.change.key = words[1];
      event.change.new_key = words[2];
      event.occurred_at = now;
      events.push_back(std::move(event));
    }
    return events;
  }
  Task<bool> wait_for_commit(milliseconds wait) override {
    co_await crm_.stage().runtime.sleep(wait);
    co_return false;
  }
  connectors::QuotaUsage quota() const override { return {}; }

 private:
  FakeCrm& crm_;
};

}  // namespace

std::unique_ptr<connectors::Connector> connect(FakeCrm& crm) {
  return std::make_unique<CrmConnector>(crm);
}

}  // namespace crmsync::simulation
