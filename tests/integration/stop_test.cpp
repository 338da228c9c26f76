// SIGTERM in the middle of work: what is under way is finished, nothing is left in doubt.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace crmsync::tests {
namespace {

TEST(Stop, ATermFinishesWhatIsUnderWayAndLeavesNothingInDoubt) {
  SyncWorld world;
  world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
  fill_shop(*world.app, 600);
  // Slow enough that writes are under way when the signal comes.
  world.start_crm({"--search-lag", "100ms", "--latency", "300ms", "--quota", "100000/10s"});
  world.configure(shop_mapping());
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] {
    auto const status = world.mapping_status();
    return status.IsObject() && status["open_intents"].GetUint64() > 0;
  })) << world.daemon().err();
  auto const ended = world.stop_daemon();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  auto const made = world.crm->records().size();
  EXPECT_LT(made, 600u) << "it was done before the signal: nothing is shown";
  EXPECT_EQ(world.everything_logged().find("still busy"), std::string::npos);
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
  EXPECT_EQ(world.crm->records().size(), 600u);
  expect_same_on_both_sides(world);
  // Whoever was in doubt would have been looked up and say so.
  world.start_daemon();
  for (int n = 1; n <= 600; ++n) {
    auto const record = world.ask("GET", "/v1/records/customers/" + std::to_string(n));
    ASSERT_EQ(record.status, 200) << n;
    EXPECT_EQ(record.body.find("recovered"), std::string::npos) << record.body;
  }
  EXPECT_EQ(world.stop_daemon()->code, 0);
}

TEST(Stop, ASecondTermEndsItAtOnce) {
  SyncWorld world;
  world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
  fill_shop(*world.app, 100);
  world.start_crm({"--search-lag", "100ms", "--latency", "20s"});
  world.configure(shop_mapping());
  world.start_daemon();
  // Signals that come at once count as one: it is told until it has heard twice.
  EXPECT_TRUE(world.eventually(
      [&] {
        world.daemon().signal(SIGTERM);
        return !world.daemon().running();
      },
      std::chrono::seconds(10)));
  auto const ended = world.daemon().wait_exit(std::chrono::seconds(1));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 1) << "not the end that a second signal makes";
}

}  // namespace
}  // namespace crmsync::tests
