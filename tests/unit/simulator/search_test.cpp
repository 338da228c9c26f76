// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/account.hpp"

#include <set>

namespace crmsync::connectors::simulator {
namespace {

constexpr auto kSearch = "/crm/v3/objects/contacts/search";

std::string filter(std::string const& name, std::string const& op, std::string const& rest = {}) {
  return R"({"propertyName":")" + name + R"(","operator":")" + op + R"(")" + rest + "}";
}
std::string groups(std::string const& filters) {
  return R"({"filterGroups":[{"filters":[)" + filters + "]}]";
}

void seed(Account& account, int count) {
  std::string records;
  for (int i = 0; i < count; ++i)
    records += (i ? "," : "") + (R"({"properties":{"lastname":"n)" + std::to_string(i)) + R"("}})";
  auto const made =
      account.post("/_sim/records", R"({"object":"contacts","records":[)" + records + "]}");
  ASSERT_EQ(made.status, 200);
}

TEST(HubspotSearch, LagsByTheGivenTime) {
  auto options = Account::options();
  options.crm.search_lag_ms = 2'000;
  Account account(options);
  account.contact("a@x.org");
  EXPECT_EQ(account.post(kSearch, "{}").text("total"), "0");
  account.elapsed_ms = 2'000;
  EXPECT_EQ(account.post(kSearch, "{}").text("total"), "1");
}

TEST(HubspotSearch, TimesInFiltersAreMilliseconds) {
  Account account;
  account.contact("a@x.org");
  auto const since = [&](std::string const& value) {
    return account.post(
        kSearch, groups(filter("lastmodifieddate", "GTE", R"(,"value":")" + value + R"(")")) + "}");
  };
  EXPECT_EQ(since(std::to_string(Account::start_ms)).text("total"), "1");
  EXPECT_EQ(since(std::to_string(Account::start_ms + 1)).text("total"), "0");
  EXPECT_EQ(since("2026-01-01T00:00:00Z").status, 400);
}

TEST(HubspotSearch, TenThousandIsTheWallAndTheKeysetGetsPastIt) {
  Account account;
  seed(account, 10'050);
  auto const at = std::to_string(Account::start_ms);
  auto const page = [&](std::string const& after) {
    return account.post(kSearch, R"({"limit":200,"after":")" + after + R"("})");
  };
  EXPECT_EQ(page("0").text("total"), "10050");
  EXPECT_EQ(page("9800").status, 200);
  EXPECT_EQ(text_at(page("9800"), "paging/next/after"), "10000");
  EXPECT_EQ(page("9801").status, 400);
  EXPECT_EQ(page("10000").status, 400);
  std::set<std::string> seen;
  std::string last = "0";
  for (int i = 0; i < 60; ++i) {
    auto const body =
        groups(filter("lastmodifieddate", "EQ", R"(,"value":")" + at + R"(")") + "," +
               filter("hs_object_id", "GT", R"(,"value":")" + last + R"(")")) +
        R"(,"sorts":[{"propertyName":"hs_object_id","direction":"ASCENDING"}],"limit":200})";
    auto const answer = account.post(kSearch, body);
    ASSERT_EQ(answer.status, 200);
    auto const count = size_at(answer, "results");
    if (count == 0) break;
    for (std::size_t k = 0; k < count; ++k)
      seen.insert(text_at(answer, "results/" + std::to_string(k) + "/id"));
    last = text_at(answer, "results/" + std::to_string(count - 1) + "/id");
  }
  EXPECT_EQ(seen.size(), 10'050u);
}

TEST(HubspotSearch, SameStampComesUnorderedButPagesAddUp) {
  Account account;
  seed(account, 50);
  std::vector<std::string> ids;
  for (int after = 0; after < 50; after += 10) {
    auto const answer = account.post(
        kSearch, R"({"sorts":[{"propertyName":"lastmodifieddate","direction":"ASCENDING"}],)"
                 R"("limit":10,"after":")" +
                     std::to_string(after) + R"("})");
    for (std::size_t k = 0; k < size_at(answer, "results"); ++k)
      ids.push_back(text_at(answer, "results/" + std::to_string(k) + "/id"));
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 50u);
  EXPECT_FALSE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(HubspotSearch, BoundsAreRefused) {
  Account account;
  auto const one = filter("city", "HAS_PROPERTY");
  std::string seven = one;
  for (int i = 0; i < 6; ++i) seven += "," + one;
  std::string four_groups;
  std::string const five_filters = one + "," + one + "," + one + "," + one + "," + one;
  for (int i = 0; i < 4; ++i)
    four_groups += (i ? "," : "") + (R"({"filters":[)" + five_filters) + "]}";
  std::string six_groups;
  for (int i = 0; i < 6; ++i) six_groups += (i ? "," : "") + (R"({"filters":[)" + one) + "]}";
  for (auto const& body : {
           groups(seven) + "}",
           R"({"filterGroups":[)" + four_groups + "]}",
           R"({"filterGroups":[)" + six_groups + "]}",
           groups(filter("city", "HAS_PROPERTY", R"(,"value":"x")")) + "}",
           groups(filter("city", "LIKE", R"(,"value":"x")")) + "}",
           groups(filter("nope", "EQ", R"(,"value":"x")")) + "}",
           groups(filter("city", "EQ")) + "}",
           groups(filter("city", "IN")) + "}",
           std::string(R"({"limit":201})"),
           std::string(R"({"after":"x"})"),
           std::string(R"({"sorts":["city","zip"]})"),
           R"({"query":")" + std::string(3'000, 'x') + R"("})",
       }) {
    auto const answer = account.post(kSearch, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 120);
    EXPECT_EQ(answer.text("category"), "VALIDATION_ERROR");
  }
}

TEST(HubspotSearch, MissFaultHidesAWriteForLong) {
  Account account;
  account.post("/_sim/fault", R"({"kind":"search_miss","count":1})");
  account.contact("a@x.org");
  account.contact("b@x.org");
  account.elapsed_ms = 60'000;
  EXPECT_EQ(account.post(kSearch, "{}").text("total"), "1");
  account.elapsed_ms = 300'000;
  EXPECT_EQ(account.post(kSearch, "{}").text("total"), "2");
}

}  // namespace
}  // namespace crmsync::connectors::simulator
