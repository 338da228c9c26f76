// What breaks on the way: every request may fail, every call may be cancelled, and afterwards the
// system is asked again and answers the truth.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/suite.hpp"

#include <algorithm>

namespace crmsync::tests::conformance {
namespace {

// A write that was refused, lost or cancelled is done over; what it left must be one of two states.
Operation once_more(Operation operation, Observation const& now, std::string const& field) {
  operation.op_id += 1000;
  operation.expected.set(field, *now.fields.find(field));
  return operation;
}

bool offers(Fixture& system, Fault fault) {
  auto const faults = system.faults();
  return std::ranges::find(faults, fault) != faults.end();
}

TEST_P(ConnectorConformance, UpdateSurvivesAFailureAtEveryRequest) {
  for (auto const fault : system().faults()) {
    bool reached = true;
    for (std::size_t step = 0; reached && step < 20; ++step) {
      SCOPED_TRACE(std::string(to_string(fault)) + " at request " + std::to_string(step));
      auto const key = create_one();
      auto const operation = update(step + 1, key, names().text, text("new"), text("Ann"));
      auto const before = system().requests();
      system().fail(step, fault);
      auto const answer = await(endpoint().apply({operation}, connectors::Lane::interactive));
      reached = fault == Fault::locked ? step == 0 : system().requests() - before > step;
      system().heal();
      auto const stored = system().stored(key, names().text);
      bool const failed = !answer || answer->front().error;
      EXPECT_TRUE(stored == "new" || (failed && stored == "Ann"));
      if (failed && stored == "new") {
        auto const error = answer ? *answer->front().error : answer.error();
        EXPECT_TRUE(error.maybe_applied) << error.message();
      }
      restart();
      auto const again = apply({once_more(operation, fetch(key), names().text)}).front();
      EXPECT_FALSE(again.error) << again.error->message();
      EXPECT_EQ(system().stored(key, names().text), "new");
    }
  }
}

TEST_P(ConnectorConformance, CreateIsOneRecordWhateverRequestFails) {
  std::uint64_t op_id = 100;
  for (auto const fault : system().faults()) {
    bool reached = true;
    for (std::size_t step = 0; reached && step < 20; ++step) {
      SCOPED_TRACE(std::string(to_string(fault)) + " at request " + std::to_string(step));
      auto const operation = creation(++op_id, "Created");
      auto const records = system().live_records();
      auto const before = system().requests();
      system().fail(step, fault);
      auto const answer = await(endpoint().apply({operation}, connectors::Lane::interactive));
      reached = fault == Fault::locked ? step == 0 : system().requests() - before > step;
      system().heal();
      restart();
      auto const found = await(endpoint().lookup_created(operation));
      ASSERT_TRUE(found) << found.error().message();
      bool const there = system().live_records() == records + 1;
      EXPECT_EQ(found->presence, there ? Presence::present : Presence::none);
      bool const claimed = answer && !answer->front().error;
      EXPECT_TRUE(there || !claimed) << "a create was confirmed that did not happen";
      if (!there) {
        EXPECT_FALSE(apply({operation}).front().error);
      }
      EXPECT_EQ(system().live_records(), records + 1);
    }
  }
}

TEST_P(ConnectorConformance, PollSurvivesAFailureAtEveryRequest) {
  auto const keys = system().create(std::vector<UserRow>(3));
  system().settle();
  for (auto const fault : system().faults()) {
    if (fault == Fault::locked) continue;  // readers do not wait for writers
    bool reached = true;
    for (std::size_t step = 0; reached && step < 20; ++step) {
      SCOPED_TRACE(std::string(to_string(fault)) + " at request " + std::to_string(step));
      auto const cursor = start_cursor();
      system().edit(keys, names().text, std::string(to_string(fault)) + std::to_string(step));
      system().settle();
      auto const before = system().requests();
      system().fail(step, fault);
      auto const answer = await(endpoint().changes(cursor));
      reached = system().requests() - before > step;
      system().heal();
      restart();
      auto const seen = drain(cursor, 5);
      for (auto const& key : keys) EXPECT_TRUE(seen.has(key)) << key;
    }
  }
}

TEST_P(ConnectorConformance, RefusedCredentialIsUnauthorized) {
  if (!offers(system(), Fault::unauthorized)) GTEST_SKIP() << "no credentials here";
  auto const key = create_one();
  system().fail(0, Fault::unauthorized);
  auto const answer = await(endpoint().fetch({.keys = {key},
                                              .with_history = false,
                                              .history_fields = {},
                                              .lane = connectors::Lane::interactive}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unauthorized) << answer.error().message();
}

TEST_P(ConnectorConformance, UnavailableIsTransient) {
  if (!offers(system(), Fault::unavailable)) GTEST_SKIP() << "answers come from the same process";
  auto const key = create_one();
  system().fail(0, Fault::unavailable);
  auto const answer = await(endpoint().fetch({.keys = {key},
                                              .with_history = false,
                                              .history_fields = {},
                                              .lane = connectors::Lane::interactive}));
  if (!answer) {
    EXPECT_EQ(answer.error().code, Errc::transient) << answer.error().message();
  }
  system().heal();
  EXPECT_EQ(fetch(key).presence, Presence::present);
}

TEST_P(ConnectorConformance, TooManyRequestsWaitsAsLongAsAsked) {
  if (!offers(system(), Fault::too_many)) GTEST_SKIP() << "no request budget here";
  auto const key = create_one();
  auto const started = system().runtime().steady_now();
  system().fail(0, Fault::too_many);
  auto const answer = await(endpoint().fetch({.keys = {key},
                                              .with_history = false,
                                              .history_fields = {},
                                              .lane = connectors::Lane::interactive}));
  if (!answer) {
    EXPECT_EQ(answer.error().code, Errc::rate_limited) << answer.error().message();
    EXPECT_GE(answer.error().retry_after_ms.value_or(0), 1000);
  }
  EXPECT_EQ(fetch(key).presence, Presence::present);
  EXPECT_GE(system().runtime().steady_now() - started, milliseconds(990))
      << "the next request left before the time that the account asked for";
}

TEST_P(ConnectorConformance, ForgedWebhookIsRefused) {
  connectors::WebhookRequest const forged{
      .method = "POST",
      .target = "/hooks",
      .headers = {{"X-HubSpot-Signature-v3", "AAAA"}, {"X-HubSpot-Request-Timestamp", "1"}},
      .body = R"([{"eventId":1,"objectId":151}])"};
  auto const parsed = connector().parse_webhook(forged, system().runtime().now());
  ASSERT_FALSE(parsed);
  auto const code = parsed.error().code;
  EXPECT_TRUE(code == Errc::unauthorized || (code == Errc::unsupported && !can().push))
      << parsed.error().message();
}

TEST_P(ConnectorConformance, CancellingAtAnyPointLeavesOneOfTwoStates) {
  bool cancelled = true;
  for (std::size_t turn = 0; cancelled && turn < 200; ++turn) {
    SCOPED_TRACE("cancelled after " + std::to_string(turn) + " turns");
    auto const key = create_one();
    auto const operation = update(turn + 1, key, names().text, text("new"), text("Ann"));
    auto const answer = await_cancelled(
        endpoint().apply({operation}, connectors::Lane::interactive), turn, cancelled);
    if (answer && *answer && !(*answer)->front().error) {
      EXPECT_EQ(system().stored(key, names().text), "new");
    }
    // The same connector goes on working.
    auto const now = fetch(key);
    auto const stored = system().stored(key, names().text);
    EXPECT_TRUE(stored == "new" || stored == "Ann");
    auto const again = apply({once_more(operation, now, names().text)}).front();
    EXPECT_FALSE(again.error) << again.error->message();
    EXPECT_EQ(system().stored(key, names().text), "new");
  }
  EXPECT_FALSE(cancelled) << "the call never ended before its cancellation";
}

}  // namespace
}  // namespace crmsync::tests::conformance
