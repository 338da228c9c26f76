// The Chinook sample database: real names in many languages, many phone formats, NULL companies.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sync_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace crmsync::tests {
namespace {

constexpr char kMapping[] = R"(version: 1
mapping: customers
app: {connection: shop-db, object: Customer, key: CustomerId}
crm: {connection: hubspot, object: contacts, external_id: chinook_customer_id}
create: app_to_crm
schedule:
  app: {capture: triggers}
  crm: {webhooks: false, poll: 1s}
  settle: 0s
match: {keys: [{app: Email, crm: email, compare: email}]}
conflict: {default: [app]}
fields:
  - {app: Email,      crm: email, transform: email}
  - {app: FirstName,  crm: firstname}
  - {app: LastName,   crm: lastname}
  - {app: Company,    crm: company}
  - {app: Phone,      crm: phone}
  - {app: Address,    crm: address}
  - {app: City,       crm: city}
  - {app: State,      crm: state}
  - {app: Country,    crm: country}
  - {app: PostalCode, crm: zip}
initial: {prefer: app, require_plan: false}
)";

class Chinook : public ::testing::Test {
 protected:
  void SetUp() override {
    char const* data = std::getenv("CRMSYNC_TEST_DATA");
    if (data == nullptr) GTEST_SKIP() << "CRMSYNC_TEST_DATA is not set: no sample database";
    auto const source = std::string(data) + "/data/chinook/Chinook_Sqlite.sqlite";
    if (!std::filesystem::exists(source)) GTEST_SKIP() << "there is no " << source;
    std::filesystem::copy_file(source, world.folder / "shop.db");
    std::filesystem::permissions(world.folder / "shop.db", std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    world.start_crm({"--search-lag", "200ms"});
    world.configure(kMapping);
  }

  Row contact_of(std::string const& customer) {
    for (auto const& [id, row] : world.crm->records()) {
      auto const it = row.find("chinook_customer_id");
      if (it != row.end() && it->second == customer) return row;
    }
    return {};
  }

  std::string id_of(std::string const& customer) {
    return contact_of(customer).at("hs_object_id").value_or("");
  }

  SyncWorld world;
};

TEST_F(Chinook, EveryCustomerArrivesExactlyAsWritten) {
  ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  auto const rows = world.app->rows("SELECT * FROM Customer");
  ASSERT_EQ(world.crm->records().size(), rows.size());
  for (auto const& row : rows) {
    auto const contact = contact_of(*row.at("CustomerId"));
    ASSERT_FALSE(contact.empty()) << *row.at("CustomerId");
    EXPECT_EQ(contact.at("firstname"), row.at("FirstName"));
    EXPECT_EQ(contact.at("lastname"), row.at("LastName"));
    for (auto const& [column, property] : std::map<std::string, std::string>{
             {"Phone", "phone"}, {"Company", "company"}, {"State", "state"}}) {
      auto const there = contact.find(property);
      EXPECT_EQ(there == contact.end() ? "" : there->second.value_or(""),
                row.at(column).value_or(""))
          << column << " of " << *row.at("CustomerId");
    }
  }
}

TEST_F(Chinook, TwoFurtherFullPollsWriteNothing) {
  ASSERT_EQ(world.run_until_idle()->code, 0);
  auto const before = world.crm->mutating_requests();
  auto const data = world.app->rows("SELECT * FROM Customer");
  ASSERT_EQ(world.run_until_idle()->code, 0);
  ASSERT_EQ(world.run_until_idle()->code, 0);
  EXPECT_EQ(world.crm->mutating_requests(), before);
  EXPECT_EQ(world.app->rows("SELECT * FROM Customer"), data);
}

TEST_F(Chinook, EditsOnEitherSideArriveOnTheOther) {
  ASSERT_EQ(world.run_until_idle()->code, 0);
  world.app->run("UPDATE Customer SET City = 'Århus', Company = NULL WHERE CustomerId = 1");
  world.crm->edit("contacts", id_of("2"),
                  R"({"phone":"+49 0711 2842223","lastname":"Köhler-Łęcka"})");
  world.crm->edit("contacts", id_of("3"), R"({"state":""})");
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] {
    return world.app->value("SELECT LastName FROM Customer WHERE CustomerId = 2") ==
               "Köhler-Łęcka" &&
           world.app->value("SELECT Phone FROM Customer WHERE CustomerId = 2") ==
               "+49 0711 2842223" &&
           world.app->rows("SELECT State FROM Customer WHERE CustomerId = 3")[0].at("State") ==
               std::nullopt &&
           contact_of("1").at("city") == "Århus";
  })) << world.ask("GET", "/v1/status").body
      << world.daemon().err();
  auto const contact = contact_of("1");
  EXPECT_TRUE(!contact.contains("company") || contact.at("company").value_or("").empty());
  EXPECT_EQ(world.stop_daemon()->code, 0);
}

}  // namespace
}  // namespace crmsync::tests
