// The control API, faults on requests, and the saved file.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/options.hpp"
#include "connectors/simulator/saved_state.hpp"
#include "tests/unit/simulator/account.hpp"

namespace crmsync::connectors::simulator {
namespace {

constexpr auto kContacts = "/crm/v3/objects/contacts";

TEST(SimulatorControl, NeedsTheToken) {
  Account account;
  http::Request request;
  request.target = "/_sim/stats";
  EXPECT_EQ(account.send(request).status, 401);
  EXPECT_EQ(account.get("/_sim/stats").status, 200);
  EXPECT_EQ(account.get("/_sim/unknown").status, 404);
}

TEST(SimulatorControl, CountsMutatingRequests) {
  Account account;
  auto const id = account.contact("a@x.org");
  account.contact("a@x.org");
  account.get(std::string(kContacts) + "/" + id);
  account.post(std::string(kContacts) + "/search", "{}");
  auto const stats = account.get("/_sim/stats");
  EXPECT_EQ(stats.text("mutating"), "2");
  EXPECT_EQ(stats.text("created"), "1");
  EXPECT_EQ(stats.text("total"), "4");
  EXPECT_EQ(text_at(stats, "requests/POST create"), "2");
  account.ask("DELETE", "/_sim/stats");
  EXPECT_EQ(account.get("/_sim/stats").text("total"), "0");
}

TEST(SimulatorControl, HookEditsBetweenReadAndWrite) {
  Account account;
  auto const id = account.contact("a@x.org");
  auto const path = std::string(kContacts) + "/" + id;
  account.post("/_sim/hook", R"({"when":"after_read","object":"contacts","id":")" + id +
                                 R"(","properties":{"city":"Ulm"}})");
  EXPECT_EQ(text_at(account.get(path + "?properties=city"), "properties/city"), "(null)");
  EXPECT_EQ(text_at(account.get(path + "?properties=city"), "properties/city"), "Ulm");
  account.post("/_sim/hook", R"({"when":"before_write","object":"contacts",)"
                             R"("properties":{"city":"Bonn","zip":"1"}})");
  account.ask("PATCH", path, R"({"properties":{"city":"Ours"}})");
  auto const read = account.get(path + "?properties=city,zip&propertiesWithHistory=city");
  EXPECT_EQ(text_at(read, "properties/city"), "Ours");
  EXPECT_EQ(text_at(read, "properties/zip"), "1");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/1/value"), "Bonn");
  account.post("/_sim/hook", R"({"when":"after_write","object":"contacts","action":"archive"})");
  EXPECT_EQ(account.ask("PATCH", path, R"({"properties":{"city":"Last"}})").status, 200);
  EXPECT_EQ(account.get(path).status, 404);
  EXPECT_EQ(account.get("/_sim/stats").text("hooks_waiting"), "0");
}

TEST(SimulatorControl, DumpShowsLiveArchivedAndMerged) {
  Account account;
  auto const a = account.contact("a@x.org");
  auto const b = account.contact("b@x.org");
  auto const c = account.contact("c@x.org");
  account.post("/_sim/archive", R"({"object":"contacts","id":")" + c + R"("})");
  auto const merged = account.post(
      "/_sim/merge", R"({"object":"contacts","primary":")" + a + R"(","other":")" + b + R"("})");
  auto const dump = account.get("/_sim/dump?object=contacts&history=true");
  EXPECT_EQ(size_at(dump, "records"), 2u);
  EXPECT_EQ(text_at(dump, "merged/" + a), merged.text("id"));
  EXPECT_EQ(text_at(dump, "records/1/archived"), "true");
  EXPECT_EQ(text_at(dump, "records/0/history/0/property"), "email");
}

TEST(SimulatorControl, SchemaChangesUnderway) {
  Account account;
  EXPECT_EQ(account
                .post("/_sim/property", R"({"object":"contacts","name":"score","type":"number",)"
                                        R"("fieldType":"number","readOnly":true})")
                .status,
            200);
  EXPECT_EQ(account.post(kContacts, R"({"properties":{"lastname":"A","score":"1"}})").status, 400);
  EXPECT_EQ(account.post("/_sim/property", R"({"object":"contacts","name":"city","archived":true})")
                .status,
            200);
  EXPECT_EQ(account.post(kContacts, R"({"properties":{"lastname":"A","city":"1"}})").status, 400);
}

TEST(SimulatorControl, ClockMovesOnlyForward) {
  Account account;
  auto const before = account.get("/_sim/stats").text("now");
  EXPECT_EQ(account.post("/_sim/clock", R"({"advance_ms":60000})").text("now"),
            "2026-01-01T00:01:00Z");
  EXPECT_EQ(before, "2026-01-01T00:00:00Z");
  EXPECT_EQ(account.get("/_sim/stats").text("now"), "2026-01-01T00:01:00Z");
  EXPECT_EQ(account.post("/_sim/clock", R"({"advance_ms":-1})").status, 400);
}

TEST(SimulatorFaults, ErrorsStrikeBeforeAnythingHappens) {
  for (auto const& [kind, status] : std::map<std::string, int>{{"429", 429},
                                                               {"500", 500},
                                                               {"503", 503},
                                                               {"401", 401},
                                                               {"403", 403},
                                                               {"423", 423},
                                                               {"477", 477},
                                                               {"expire_token", 401},
                                                               {"reset_before", 0}}) {
    Account account;
    account.post("/_sim/fault", R"({"kind":")" + kind + R"(","count":1,"route":"create"})");
    EXPECT_EQ(account.get(kContacts).status, 200) << kind;
    auto const answer = account.post(kContacts, R"({"properties":{"lastname":"A"}})");
    EXPECT_EQ(answer.status, status) << kind;
    EXPECT_EQ(account.service.crm().count(0), 0u) << kind;
    EXPECT_EQ(account.post(kContacts, R"({"properties":{"lastname":"A"}})").status, 201) << kind;
  }
}

TEST(SimulatorFaults, ResetAfterHappensAndSaysNothing) {
  Account account;
  account.post("/_sim/fault", R"({"kind":"reset_after","count":1})");
  auto const answer = account.post(kContacts, R"({"properties":{"lastname":"A"}})");
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(account.service.crm().count(0), 1u);
}

TEST(SimulatorFaults, TruncateAndSlowAreToldToTheSender) {
  Account account;
  account.post("/_sim/fault", R"({"kind":"truncate","count":1})");
  account.post("/_sim/fault", R"({"kind":"slow","count":1,"delay_ms":70})");
  auto const answer = account.get(kContacts);
  EXPECT_EQ(answer.header(faces::kCutHeader), std::to_string(answer.response.body.size() / 2));
  EXPECT_EQ(answer.header(faces::kDelayHeader), "70");
}

TEST(SimulatorFaults, NormalisePhoneRewritesPhoneTexts) {
  Account account;
  auto const create = R"({"properties":{"lastname":"A","phone":"+49 30 901820"}})";
  EXPECT_EQ(text_at(account.post(kContacts, create), "properties/phone"), "+49 30 901820");
  account.post("/_sim/fault", R"({"kind":"normalise_phone"})");
  EXPECT_EQ(text_at(account.post(kContacts, create), "properties/phone"), "+4930901820");
}

TEST(SimulatorFaults, UnknownOnesAreRefusedByName) {
  Account account;
  EXPECT_EQ(account.post("/_sim/fault", R"({"kind":"meteor"})").status, 400);
  EXPECT_EQ(account.post("/_sim/fault", R"({"kind":"500","rate":2})").status, 400);
}

TEST(SimulatorFile, RoundTripKeepsRecordsHistoryMergesAndSchema) {
  Account account;
  account.post("/crm/v3/properties/contacts",
               R"({"name":"shop_id","label":"Shop","type":"string","fieldType":"text",)"
               R"("groupName":"contactinformation","hasUniqueValue":true})");
  auto const a = account.contact("a@x.org");
  auto const b = account.contact("b@x.org");
  auto const company =
      account.post("/crm/v3/objects/companies", R"({"properties":{"name":"C"}})").text("id");
  account.ask("PUT",
              "/crm/v4/objects/contacts/" + b + "/associations/default/companies/" + company);
  account.post("/_sim/merge",
               R"({"object":"contacts","primary":")" + a + R"(","other":")" + b + R"("})");
  account.post("/crm/v3/objects/contacts", R"({"properties":{"lastname":"Z","shop_id":"9"}})");
  auto const text = save(account.service.crm());
  Account copy;
  auto const status = load(copy.service.crm(), text, copy.now());
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(save(copy.service.crm()), text);
  EXPECT_EQ(copy.get("/crm/v3/objects/contacts/" + a).text("id"),
            account.get("/crm/v3/objects/contacts/" + a).text("id"));
  EXPECT_EQ(
      copy.post("/crm/v3/objects/contacts", R"({"properties":{"lastname":"Z","shop_id":"9"}})")
          .status,
      400);
  EXPECT_EQ(copy.post("/crm/v3/objects/contacts/search", "{}").text("total"), "2");
}

TEST(SimulatorFile, HandWrittenRecordsNeedPropertiesOnly) {
  Account account;
  auto const good = R"({"version":1,"objects":[{"name":"contacts","records":[
      {"properties":{"email":"A@x.org"}}]}]})";
  ASSERT_TRUE(load(account.service.crm(), good, account.now()));
  EXPECT_EQ(account.get("/crm/v3/objects/contacts/a@x.org?idProperty=email").status, 200);
  auto const bad = load(account.service.crm(),
                        R"({"version":1,"objects":[{"name":"contacts","records":[
      {"properties":{"email":"A@x.org"}}]}]})",
                        account.now());
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().detail.find("contacts records[0]"), std::string::npos);
  EXPECT_FALSE(load(account.service.crm(), "[", account.now()));
  EXPECT_FALSE(load(account.service.crm(), R"({"version":2})", account.now()));
}

TEST(SimulatorOptions, DurationsQuotasAndFaultsReadBack) {
  EXPECT_EQ(parse_duration_ms("2s"), 2'000);
  EXPECT_EQ(parse_duration_ms("5ms"), 5);
  EXPECT_EQ(parse_duration_ms("7"), 7);
  EXPECT_FALSE(parse_duration_ms("s"));
  EXPECT_FALSE(parse_duration_ms("-1s"));
  auto const quota = parse_quota("190/10s");
  ASSERT_TRUE(quota);
  EXPECT_EQ(quota->burst, 190u);
  EXPECT_EQ(quota->window_ms, 10'000);
  EXPECT_FALSE(parse_quota("190"));
  auto const fault = parse_fault_option("500:0.25:update");
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, model::FaultKind::server_error);
  EXPECT_DOUBLE_EQ(fault->rate, 0.25);
  EXPECT_EQ(fault->route, "update");
  EXPECT_FALSE(parse_fault_option("500:2"));
  EXPECT_FALSE(parse_fault_option("nope"));
}

}  // namespace
}  // namespace crmsync::connectors::simulator
