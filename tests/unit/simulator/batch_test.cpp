// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/account.hpp"

#include <set>

namespace crmsync::connectors::simulator {
namespace {

std::string batch_path(std::string const& verb, bool legacy = true) {
  return (legacy ? "/crm/v3/objects/contacts/batch/" : "/crm/objects/2026-09/contacts/batch/") +
         verb;
}

std::string inputs(std::initializer_list<std::string> items) {
  std::string list;
  for (auto const& item : items) list += (list.empty() ? "" : ",") + item;
  return R"({"inputs":[)" + list + "]}";
}

std::string create_input(std::string const& email, std::string const& trace = {}) {
  auto const id = trace.empty() ? "" : R"(,"objectWriteTraceId":")" + trace + R"(")";
  return R"({"properties":{"email":")" + email + R"("})" + id + "}";
}

class BatchTest : public ::testing::Test {
 protected:
  void add_unique() {
    account.post("/crm/v3/properties/contacts",
                 R"({"name":"shop_id","label":"Shop","type":"string","fieldType":"text",)"
                 R"("groupName":"contactinformation","hasUniqueValue":true})");
  }
  std::size_t live() { return account.service.crm().count(0); }

  Account account;
};

TEST_F(BatchTest, WithTraceIdsOneConflictFailsAlone) {
  account.contact("taken@x.org");
  auto const answer =
      account.post(batch_path("create"),
                   inputs({create_input("taken@x.org", "t1"), create_input("b@x.org", "t2")}));
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(answer.text("status"), "COMPLETE");
  EXPECT_EQ(answer.text("numErrors"), "1");
  EXPECT_EQ(size_at(answer, "results"), 1u);
  EXPECT_EQ(text_at(answer, "results/0/objectWriteTraceId"), "t2");
  EXPECT_EQ(text_at(answer, "errors/0/context/objectWriteTraceId/0"), "t1");
  EXPECT_EQ(text_at(answer, "errors/0/category"), "CONFLICT");
  EXPECT_EQ(live(), 2u);
}

TEST_F(BatchTest, WithoutTraceIdsOneConflictFailsAll) {
  auto const id = account.contact("taken@x.org");
  auto const answer = account.post(batch_path("create"),
                                   inputs({create_input("b@x.org"), create_input("taken@x.org")}));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.text("message"), "Contact already exists. Existing ID: " + id);
  EXPECT_EQ(live(), 1u);
}

TEST_F(BatchTest, DatedReleasesTellPartialFailureBySometimesOnlyTheBody) {
  account.contact("taken@x.org");
  std::set<int> statuses;
  for (int i = 0; i < 2; ++i) {
    auto const answer = account.post(batch_path("create", false),
                                     inputs({create_input("taken@x.org", "t1"),
                                             create_input(std::to_string(i) + "@x.org", "t2")}));
    EXPECT_EQ(answer.text("numErrors"), "1");
    statuses.insert(answer.status);
  }
  EXPECT_EQ(statuses, (std::set<int>{201, 207}));
}

TEST_F(BatchTest, TwoInputsWithTheSameUniqueValueDoNotBothPass) {
  auto const answer = account.post(
      batch_path("create"), inputs({create_input("a@x.org", "t1"), create_input("A@x.org", "t2")}));
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer, "errors/0/context/objectWriteTraceId/0"), "t2");
  EXPECT_EQ(live(), 1u);
}

TEST_F(BatchTest, ReadNamesMissingIds) {
  auto const id = account.contact("a@x.org");
  auto const answer = account.post(
      batch_path("read"),
      R"({"properties":["email"],"propertiesWithHistory":["email"],"inputs":[{"id":")" + id +
          R"("},{"id":"77"},{"id":"x"}]})");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(size_at(answer, "results"), 1u);
  EXPECT_EQ(text_at(answer, "errors/0/category"), "OBJECT_NOT_FOUND");
  EXPECT_EQ(text_at(answer, "errors/0/context/ids/0"), "77");
  EXPECT_EQ(text_at(answer, "errors/0/context/ids/1"), "x");
  EXPECT_EQ(text_at(answer, "results/0/propertiesWithHistory/email/0/value"), "a@x.org");
}

TEST_F(BatchTest, ReadByUniquePropertyOnly) {
  add_unique();
  account.post("/crm/v3/objects/contacts", R"({"properties":{"email":"a@x.org","shop_id":"K 1"}})");
  auto const found =
      account.post(batch_path("read"),
                   R"({"idProperty":"shop_id","properties":["email"],"inputs":[{"id":"K 1"}]})");
  EXPECT_EQ(text_at(found, "results/0/properties/email"), "a@x.org");
  EXPECT_EQ(account
                .post(batch_path("read"),
                      R"({"idProperty":"city","properties":[],"inputs":[{"id":"x"}]})")
                .status,
            400);
}

TEST_F(BatchTest, UpdateOfMissingRecordsIsTold) {
  auto const id = account.contact("a@x.org");
  auto const answer = account.post(batch_path("update"),
                                   inputs({R"({"id":")" + id + R"(","properties":{"city":"Ulm"}})",
                                           R"({"id":"77","properties":{"city":"Ulm"}})"}));
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer, "results/0/properties/city"), "Ulm");
  EXPECT_EQ(text_at(answer, "errors/0/context/ids/0"), "77");
}

TEST_F(BatchTest, UpsertOnOwnUniquePropertyCreatesOnce) {
  add_unique();
  auto const body = inputs({R"({"id":"k1","idProperty":"shop_id","objectWriteTraceId":"t",)"
                            R"("properties":{"lastname":"A"}})"});
  auto const first = account.post(batch_path("upsert"), body);
  auto const second = account.post(batch_path("upsert"), body);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(text_at(first, "results/0/new"), "true");
  EXPECT_EQ(text_at(second, "results/0/new"), "false");
  EXPECT_EQ(text_at(first, "results/0/id"), text_at(second, "results/0/id"));
  EXPECT_EQ(text_at(first, "results/0/properties/shop_id"), "k1");
  EXPECT_EQ(live(), 1u);
  EXPECT_EQ(account
                .post(batch_path("upsert"),
                      inputs({R"({"id":"x","idProperty":"city","properties":{"lastname":"A"}})"}))
                .status,
            400);
}

TEST_F(BatchTest, UpsertOnEmailIsAllOrNothing) {
  auto const answer = account.post(
      batch_path("upsert"),
      inputs({R"({"id":"a@x.org","idProperty":"email","objectWriteTraceId":"1","properties":{}})",
              R"({"id":"b@x.org","idProperty":"email","objectWriteTraceId":"2",)"
              R"("properties":{"lifecyclestage":"no"}})"}));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(live(), 0u);
}

TEST_F(BatchTest, BoundsAndDuplicatesAreRefused) {
  std::string many;
  for (int i = 0; i < 101; ++i)
    many += (i ? "," : "") + create_input("m" + std::to_string(i) + "@x.org");
  EXPECT_EQ(account.post(batch_path("create"), R"({"inputs":[)" + many + "]}").status, 400);
  EXPECT_EQ(account.post(batch_path("create"), R"({"inputs":[]})").status, 400);
  EXPECT_EQ(account
                .post(batch_path("create"),
                      inputs({create_input("a@x.org", "t"), create_input("b@x.org", "t")}))
                .status,
            400);
  auto const id = account.contact("a@x.org");
  auto const same = R"({"id":")" + id + R"(","properties":{"city":"Ulm"}})";
  EXPECT_EQ(account.post(batch_path("update"), inputs({same, same})).status, 400);
}

TEST_F(BatchTest, ArchiveIgnoresWhatIsNotThere) {
  auto const id = account.contact("a@x.org");
  EXPECT_EQ(
      account.post(batch_path("archive"), inputs({R"({"id":")" + id + R"("})", R"({"id":"77"})"}))
          .status,
      204);
  EXPECT_EQ(live(), 0u);
}

TEST_F(BatchTest, CreateWithAssociations) {
  auto const company =
      account.post("/crm/v3/objects/companies", R"({"properties":{"name":"C"}})").text("id");
  auto const with = [&](std::string const& target) {
    return account.post("/crm/v3/objects/contacts",
                        R"({"properties":{"lastname":"A"},"associations":[{"to":{"id":")" + target +
                            R"("},"types":[{"associationCategory":"HUBSPOT_DEFINED",)"
                            R"("associationTypeId":279}]}]})");
  };
  auto const made = with(company);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(text_at(made, "properties/associatedcompanyid"), company);
  EXPECT_EQ(with("999").status, 400);
  EXPECT_EQ(live(), 1u);
}

TEST_F(BatchTest, PartialFaultFailsOneRecord) {
  account.post("/_sim/fault", R"({"kind":"207_partial","count":1})");
  auto const body = inputs(
      {create_input("a@x.org", "1"), create_input("b@x.org", "2"), create_input("c@x.org", "3")});
  auto const answer = account.post(batch_path("create"), body);
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(size_at(answer, "results"), 2u);
  EXPECT_EQ(text_at(answer, "errors/0/context/objectWriteTraceId/0"), "2");
  EXPECT_EQ(live(), 2u);
}

}  // namespace
}  // namespace crmsync::connectors::simulator
