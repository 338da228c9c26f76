// SIGKILL, for real, during a load and live edits on both sides. CRMSYNC_KILLS and
// CRMSYNC_KILL_ROWS set the size of the run.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/crash_point.hpp"
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <random>
#include <thread>

namespace crmsync::tests {
namespace {

// A daemon under AddressSanitizer takes several times as long to start.
#ifdef CRMSYNC_SANITIZED
constexpr int kKills = 12, kRows = 400;
#else
constexpr int kKills = 100, kRows = 2'000;
#endif

int from_environment(char const* name, int standard) {
  char const* text = std::getenv(name);
  return text == nullptr ? standard : std::atoi(text);
}

class Crash : public ::testing::Test {
 protected:
  void prepare(int rows) {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, rows);
    world.start_crm({"--search-lag", "200ms", "--quota", "100000/10s", "--search-quota", "1000"});
    world.configure(shop_mapping());
  }

  // One edit on each side, of different fields, so that both must live.
  void edit_both(int n) {
    auto const id = std::to_string(n);
    world.app->run("UPDATE customers SET phone = 'app-" + id + "' WHERE id = " + id);
    app_edits.push_back(n);
    auto const contacts = contacts_by_email(*world.crm);
    auto const it = contacts.find("customer" + id + "@shop.example");
    if (it == contacts.end()) return;  // not created yet
    world.crm->edit("contacts", it->second, R"({"city":"crm-)" + id + "\"}");
    crm_edits.push_back(n);
  }

  // An edit that the CRM's index does not show yet is no business of --until-idle, which ends with
  // one full poll. The CRM's clock goes ahead, so that the index has caught up.
  void end_in_step() {
    ASSERT_EQ(world.crm->control("clock", R"({"advance_ms":1000})").status, 200);
    auto const ended = world.run_until_idle();
    ASSERT_TRUE(ended && ended->code == 0) << world.daemon().out() << world.daemon().err();
  }

  void expect_nothing_lost() {
    expect_same_on_both_sides(world);
    for (int const n : app_edits)
      EXPECT_EQ(world.app->value("SELECT phone FROM customers WHERE id = " + std::to_string(n)),
                "app-" + std::to_string(n));
    for (int const n : crm_edits)
      EXPECT_EQ(world.app->value("SELECT city FROM customers WHERE id = " + std::to_string(n)),
                "crm-" + std::to_string(n));
  }

  SyncWorld world;
  std::vector<int> app_edits, crm_edits;
};

TEST_F(Crash, KilledAtRandomMomentsItEndsInStepWithoutLossOrDuplicate) {
  int const kills = from_environment("CRMSYNC_KILLS", kKills);
  int const rows = from_environment("CRMSYNC_KILL_ROWS", kRows);
  unsigned const seed = static_cast<unsigned>(from_environment("CRMSYNC_SEED", 7));
  RecordProperty("seed", static_cast<int>(seed));
  // Half of the rows are there; the others come while the daemon lives and dies, so that creates
  // are under way at every kill.
  prepare(rows / 2);
  std::mt19937 random(seed);
  int there = rows / 2;
  for (int i = 0; i < kills; ++i) {
    world.start_daemon();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 100));
    int const next = rows / 2 + (rows - rows / 2) * (i + 1) / kills;
    add_customers(*world.app, there + 1, next);
    there = next;
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 100));
    edit_both(1 + static_cast<int>(random() % static_cast<unsigned>(there)));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 100));
    world.daemon().signal(SIGKILL);
    ASSERT_TRUE(world.daemon().wait_exit(std::chrono::seconds(10)));
  }
  SCOPED_TRACE("seed " + std::to_string(seed));
  end_in_step();
  expect_nothing_lost();
}

// The window between our read and our write is looked at after the write; killed before that, the
// next start looks.
TEST_F(Crash, AnEditOverwrittenJustBeforeAKillIsOnRecordAllTheSame) {
  prepare(3);
  ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  auto const contact = contacts_by_email(*world.crm).at("customer1@shop.example");
  auto const hook =
      world.crm->control("hook", R"({"when":"before_write","object":"contacts","id":")" + contact +
                                     R"(","properties":{"phone":"+1 555 0199"}})");
  ASSERT_EQ(hook.status, 200) << hook.body;
  world.app->run("UPDATE customers SET phone = '+49 30 424242' WHERE id = 1");
  ASSERT_EQ(world.run_until_idle({{"CRMSYNC_CRASH_AT", "after_send_crm"}})->signal, SIGKILL);
  ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().out() << world.daemon().err();
  EXPECT_EQ(world.crm->records().at(contact).at("phone"), "+49 30 424242");
  world.start_daemon();
  auto const told = world.crmsync({"explain", "customers", "1", "phone"});
  EXPECT_NE(told.out.find("overwritten"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("+1 555 0199"), std::string::npos) << told.out;
  world.stop_daemon();
}

class CrashPoint : public Crash, public ::testing::WithParamInterface<std::string_view> {};

TEST_P(CrashPoint, EndsWhereItWouldHaveEnded) {
  prepare(120);
  std::string const point(GetParam());
  // In the first load, where creates are in flight.
  auto killed = world.run_until_idle({{"CRMSYNC_CRASH_AT", point}});
  bool const passed = killed->signal == SIGKILL;
  EXPECT_TRUE(passed || point.ends_with("_app")) << point << " was never passed";
  end_in_step();
  expect_nothing_lost();
  // And again with updates towards both sides in flight.
  for (int n = 1; n <= 20; ++n) edit_both(n);
  killed = world.run_until_idle({{"CRMSYNC_CRASH_AT", point}});
  EXPECT_EQ(killed->signal, SIGKILL) << point << " was never passed";
  end_in_step();
  expect_nothing_lost();
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, CrashPoint, ::testing::ValuesIn(daemon::kCrashPoints),
                         [](auto const& point) { return std::string(point.param); });

}  // namespace
}  // namespace crmsync::tests
