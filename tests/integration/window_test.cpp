// The window between our read and our write, which a CRM without compare-and-set leaves open.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

class Window : public ::testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 3);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(shop_mapping());
    ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
    contact = contacts_by_email(*world.crm).at("customer1@shop.example");
  }

  void hook(std::string const& properties) {
    auto const answer = world.crm->control("hook", std::string(R"({"when":")") + GetParam() +
                                                       R"(","object":"contacts","id":")" + contact +
                                                       R"(","properties":)" + properties + "}");
    ASSERT_EQ(answer.status, 200) << answer.body;
  }

  bool explained(std::string const& what, std::string const& value) {
    auto const record = parse_json(world.ask("GET", "/v1/records/customers/1?field=phone").body);
    for (auto const& row : record["history"].GetArray()) {
      if (std::string_view(row["what"].GetString()) != what) continue;
      for (auto const* name : {"crm", "app", "result"})
        if (row.HasMember(name) && row[name].IsString() && value == row[name].GetString())
          return true;
    }
    return false;
  }

  std::string crm_phone() { return world.crm->records().at(contact).at("phone").value_or(""); }
  std::string app_phone() { return world.app->value("SELECT phone FROM customers WHERE id = 1"); }

  SyncWorld world;
  std::string contact;
};

// A user edits the very field that we are about to write: the edit is kept, loses on record, or is
// recorded as overwritten. It never vanishes.
TEST_P(Window, AnEditOfTheSameFieldIsKeptOrRecorded) {
  hook(R"({"phone":"+1 555 0199"})");
  world.app->run("UPDATE customers SET phone = '+49 30 424242' WHERE id = 1");
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] {
    return crm_phone() == app_phone() &&
           (explained("overwritten", "+1 555 0199") || explained("collision", "+1 555 0199") ||
            app_phone() == "+1 555 0199");
  })) << app_phone()
      << " / " << crm_phone() << world.ask("GET", "/v1/records/customers/1").body;
  EXPECT_TRUE(app_phone() == "+49 30 424242" || app_phone() == "+1 555 0199");
  world.stop_daemon();
}

// A user edits another field of the same record at that moment: both edits live.
TEST_P(Window, AnEditOfAnotherFieldSurvives) {
  hook(R"({"city":"Tromsø"})");
  world.app->run("UPDATE customers SET phone = '+49 30 424242' WHERE id = 1");
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] {
    return crm_phone() == "+49 30 424242" &&
           world.app->value("SELECT city FROM customers WHERE id = 1") == "Tromsø";
  })) << world.ask("GET", "/v1/records/customers/1").body;
  world.stop_daemon();
}

// A user edits a record that we are about to archive: it lives on with the edit, or the edit is on
// record.
class BeforeDelete : public Window {};

TEST_P(BeforeDelete, AnEditOfARecordThatIsBeingDeletedIsKeptOrRecorded) {
  hook(R"({"phone":"+1 555 0199"})");
  world.configure(shop_mapping("delete: {app_deleted: archive_crm}\n"));
  world.app->run("DELETE FROM customers WHERE id = 1");
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] {
    auto const back = world.app->value(
        "SELECT phone FROM customers WHERE email = "
        "'customer1@shop.example'");
    return back == "+1 555 0199" ||
           (!world.crm->records().contains(contact) && explained("overwritten", "+1 555 0199"));
  })) << world.ask("GET", "/v1/records/customers/1").body;
  world.stop_daemon();
}

INSTANTIATE_TEST_SUITE_P(EveryPoint, Window,
                         ::testing::Values("after_read", "before_write", "after_write"));
INSTANTIATE_TEST_SUITE_P(EveryPoint, BeforeDelete, ::testing::Values("after_read", "before_write"));

}  // namespace
}  // namespace crmsync::tests
