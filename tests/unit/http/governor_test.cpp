// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/governor.hpp"

#include "tests/unit/http/virtual_runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using engine::Errc;
using std::chrono::milliseconds;
using ::testing::ElementsAre;

// Answers at once with what the test queued, or 200.
struct Script {
  std::deque<engine::Result<Response>> answers;
  std::vector<std::string> targets;
};

class ScriptedClient final : public Client {
 public:
  explicit ScriptedClient(Script& script) : script_(script) {}
  Task<engine::Result<Response>> send(Request request, milliseconds) override {
    script_.targets.push_back(request.target);
    engine::Result<Response> answer = Response{200, {}, {}};
    if (!script_.answers.empty()) {
      answer = std::move(script_.answers.front());
      script_.answers.pop_front();
    }
    co_return answer;
  }

 private:
  Script& script_;
};

class GovernorTest : public ::testing::Test {
 protected:
  void start(QuotaOptions quota, milliseconds wait_max = 30'000ms, std::size_t waiting_max = 100) {
    governor = std::make_unique<Governor>(
        std::make_unique<ScriptedClient>(script),
        GovernorOptions{"shop crm", std::move(quota), wait_max, waiting_max}, runtime);
  }

  static Task<void> keep(Task<engine::Result<Response>> sending, std::size_t at,
                         std::vector<std::optional<engine::Result<Response>>>& results) {
    engine::Result<Response> result = co_await std::move(sending);
    results[at] = std::move(result);
  }

  // Starts a send; its result is results[returned index] once there.
  std::size_t send(std::string target, Lane lane = Lane::interactive,
                   std::string_view scope = "all") {
    Request request;
    request.target = std::move(target);
    std::size_t const at = results.size();
    results.emplace_back();
    runtime.spawn(keep(governor->send(std::move(request), lane, scope, 1'000ms), at, results));
    runtime.settle();
    return at;
  }

  Errc code(std::size_t at) const { return results.at(at)->error().code; }

  VirtualRuntime runtime;
  Script script;
  std::vector<std::optional<engine::Result<Response>>> results;
  std::unique_ptr<Governor> governor;
};

Response answer(int status, Headers headers = {}) {
  return {status, std::move(headers), {}};
}

TEST_F(GovernorTest, SendsAtOnceWhileThereIsBudget) {
  start({{{"all", 2, 1'000ms}}, 0.0});
  send("/1");
  send("/2");
  EXPECT_THAT(script.targets, ElementsAre("/1", "/2"));
  EXPECT_TRUE(results[0] && *results[0]);
}

TEST_F(GovernorTest, WaitsForTheWindowAndKeepsOrder) {
  start({{{"all", 1, 1'000ms}}, 0.0});
  send("/1");
  send("/2");
  send("/3");
  EXPECT_THAT(script.targets, ElementsAre("/1"));
  runtime.advance(1'100ms);
  EXPECT_THAT(script.targets, ElementsAre("/1", "/2"));
  runtime.advance(1'100ms);
  EXPECT_THAT(script.targets, ElementsAre("/1", "/2", "/3"));
}

TEST_F(GovernorTest, ABetterLaneOvertakesThoseThatWait) {
  start({{{"all", 1, 1'000ms}}, 0.0});
  send("/first");
  send("/audit", Lane::audit);
  send("/backfill", Lane::backfill);
  send("/retry", Lane::retry);
  send("/interactive", Lane::interactive);
  runtime.advance(10'000ms);
  EXPECT_THAT(script.targets,
              ElementsAre("/first", "/interactive", "/retry", "/backfill", "/audit"));
}

TEST_F(GovernorTest, AScopeThatWaitsHoldsNoOther) {
  start({{{"all", 10, 1'000ms}, {"search", 1, 1'000ms}}, 0.0});
  send("/s1", Lane::interactive, "search");
  send("/s2", Lane::interactive, "search");
  send("/c1", Lane::backfill, "crud");
  EXPECT_THAT(script.targets, ElementsAre("/s1", "/c1"));
  runtime.advance(1'100ms);
  EXPECT_THAT(script.targets, ElementsAre("/s1", "/c1", "/s2"));
}

TEST_F(GovernorTest, AThousandWaitingUseEveryWindowFully) {
  start({{{"all", 100, 1'000ms}}, 0.0}, 60'000ms, 2'000);
  for (int i = 0; i < 1'000; ++i) send("/" + std::to_string(i), Lane::backfill);
  EXPECT_EQ(script.targets.size(), 100u);
  for (std::size_t window = 2; window <= 10; ++window) {
    runtime.advance(1'020ms);
    EXPECT_EQ(script.targets.size(), window * 100);
  }
  for (std::size_t i = 0; i < 1'000; ++i) EXPECT_EQ(script.targets[i], "/" + std::to_string(i));
}

TEST_F(GovernorTest, RefusesAtOnceWhatCannotLeaveInTime) {
  start({{{"all", 1, 60'000ms}}, 0.0}, 5'000ms);
  send("/1");
  std::size_t const late = send("/2");
  ASSERT_TRUE(results[late]);
  EXPECT_EQ(code(late), Errc::rate_limited);
  EXPECT_GE(results[late]->error().retry_after_ms.value(), 60'000);
  EXPECT_EQ(results[late]->error().op, "shop crm: request budget");
  EXPECT_FALSE(results[late]->error().maybe_applied);
  EXPECT_THAT(script.targets, ElementsAre("/1"));
}

TEST_F(GovernorTest, GivesUpAfterTheLongestWaitWhenBetterLanesTakeAll) {
  start({{{"all", 1, 1'000ms}}, 0.0}, 2'500ms);
  send("/0");
  std::size_t const audit = send("/audit", Lane::audit);
  for (int i = 1; i <= 4; ++i) {
    send("/" + std::to_string(i));
    runtime.advance(1'020ms);
  }
  ASSERT_TRUE(results[audit]);
  EXPECT_EQ(code(audit), Errc::rate_limited);
}

TEST_F(GovernorTest, TheQueueHasALimit) {
  start({{{"all", 1, 1'000ms}}, 0.0}, 30'000ms, 2);
  for (int i = 0; i < 3; ++i) send("/");
  std::size_t const over = send("/over");
  ASSERT_TRUE(results[over]);
  EXPECT_EQ(code(over), Errc::limit_exceeded);
}

TEST_F(GovernorTest, RetryAfterSecondsHoldTheScope) {
  start({});
  script.answers.push_back(answer(429, {{"retry-after", "3"}}));
  std::size_t const refused = send("/1");
  ASSERT_TRUE(results[refused]);
  EXPECT_EQ((*results[refused])->status, 429);  // the answer is the caller's to read
  send("/2");
  runtime.advance(2'999ms);
  EXPECT_THAT(script.targets, ElementsAre("/1"));
  runtime.advance(1ms);
  EXPECT_THAT(script.targets, ElementsAre("/1", "/2"));
}

TEST_F(GovernorTest, RetryAfterDateHoldsTheScope) {
  start({});
  script.answers.push_back(answer(503, {{"Retry-After", "Thu, 01 Jan 2026 00:00:05 GMT"}}));
  send("/1");
  send("/2");
  runtime.advance(4'999ms);
  EXPECT_EQ(script.targets.size(), 1u);
  runtime.advance(1ms);
  EXPECT_EQ(script.targets.size(), 2u);
}

TEST_F(GovernorTest, RefusalsWithoutRetryAfterWaitLongerEachTime) {
  start({}, 60'000ms);
  script.answers.assign(4, answer(429));
  send("/");
  // random01 is 0.5: three quarters of 1 s, 2 s, 4 s.
  std::size_t sent = 1;
  for (milliseconds const wait : {750ms, 1'500ms, 3'000ms}) {
    send("/");
    runtime.advance(wait - 1ms);
    EXPECT_EQ(script.targets.size(), sent);
    runtime.advance(1ms);
    EXPECT_EQ(script.targets.size(), ++sent);
  }
}

TEST_F(GovernorTest, RefusalsDoNotOpenTheCircuit) {
  start({});
  script.answers.assign(10, answer(429, {{"Retry-After", "0"}}));
  for (int i = 0; i < 10; ++i) send("/");
  EXPECT_FALSE(governor->usage().circuit_open);
  EXPECT_EQ(script.targets.size(), 10u);
}

TEST_F(GovernorTest, ServerErrorsOpenTheCircuitAndAProbeClosesIt) {
  start({}, 1'000ms);
  script.answers.assign(5, answer(500));
  for (int i = 0; i < 5; ++i) send("/");
  EXPECT_TRUE(governor->usage().circuit_open);
  std::size_t const refused = send("/refused");
  ASSERT_TRUE(results[refused]);
  EXPECT_EQ(code(refused), Errc::transient);
  EXPECT_EQ(results[refused]->error().retry_after_ms, 2'000);
  runtime.advance(2'000ms);
  send("/probe");
  EXPECT_EQ(script.targets.back(), "/probe");
  EXPECT_FALSE(governor->usage().circuit_open);
}

TEST_F(GovernorTest, TransportFailuresCountTowardsTheCircuit) {
  start({});
  script.answers.assign(5, engine::make_error(Errc::transient, "x", "y"));
  for (int i = 0; i < 5; ++i) send("/");
  EXPECT_TRUE(governor->usage().circuit_open);
}

TEST_F(GovernorTest, ClientErrorsAndOwnLimitsDoNot) {
  start({});
  for (int i = 0; i < 5; ++i) {
    script.answers.push_back(answer(404));
    script.answers.push_back(engine::make_error(Errc::limit_exceeded, "x", "y"));
    script.answers.push_back(engine::make_error(Errc::cancelled, "x", "y"));
  }
  for (int i = 0; i < 15; ++i) send("/");
  EXPECT_FALSE(governor->usage().circuit_open);
}

TEST_F(GovernorTest, AClosedCircuitLetsThoseWaitingGoAtOnce) {
  start({});
  script.answers.assign(5, answer(500));
  for (int i = 0; i < 5; ++i) send("/");
  for (int i = 0; i < 3; ++i) send("/waiting");
  runtime.advance(1'999ms);
  EXPECT_EQ(script.targets.size(), 5u);
  runtime.advance(1ms);
  EXPECT_EQ(script.targets.size(), 8u);
}

TEST_F(GovernorTest, DestructionCancelsThoseThatWait) {
  start({{{"all", 1, 1'000ms}}, 0.0});
  send("/1");
  std::size_t const first = send("/2");
  std::size_t const second = send("/3", Lane::audit);
  governor.reset();
  runtime.settle();
  ASSERT_TRUE(results[first] && results[second]);
  EXPECT_EQ(code(first), Errc::cancelled);
  EXPECT_EQ(code(second), Errc::cancelled);
  EXPECT_THAT(script.targets, ElementsAre("/1"));
}

TEST_F(GovernorTest, RequestsOfTheDayStartAnewAtMidnight) {
  start({});
  send("/1");
  send("/2");
  EXPECT_EQ(governor->usage().requests_today, 2u);
  runtime.advance(std::chrono::hours(24));
  send("/3");
  EXPECT_EQ(governor->usage().requests_today, 1u);
}

}  // namespace
}  // namespace crmsync::connectors::http
