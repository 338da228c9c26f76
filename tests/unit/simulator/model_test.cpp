// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/model_fixture.hpp"

namespace crmsync::connectors::simulator::model {
namespace {

TEST_F(ModelTest, WritesAreRewrittenAsTheVendorDoes) {
  auto const id = make("contacts", {{"email", "  Ann@Example.COM "},
                                    {"firstname", " Ann \t"},
                                    {"hs_whatsapp_phone_number", "+49 (30) 901 820"},
                                    {"phone", "+49 (30) 901 820"},
                                    {"numemployees", "007.50"},
                                    {"closedate", "1767225600000"},
                                    {"hs_persona", "persona_3;persona_1"}});
  EXPECT_EQ(held("contacts", id, "email"), "ann@example.com");
  EXPECT_EQ(held("contacts", id, "firstname"), " Ann");
  EXPECT_EQ(held("contacts", id, "hs_whatsapp_phone_number"), "+4930901820");
  EXPECT_EQ(held("contacts", id, "phone"), "+49 (30) 901 820");
  EXPECT_EQ(held("contacts", id, "numemployees"), "7.5");
  EXPECT_EQ(held("contacts", id, "closedate"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(held("contacts", id, "hs_persona"), "persona_1;persona_3");
}

TEST_F(ModelTest, LeadingSemicolonAddsToAMultiSelect) {
  auto const id = make("contacts", {{"lastname", "A"}, {"hs_persona", "persona_2"}});
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"hs_persona", ";persona_1"}}, api(), at_ms(1)));
  EXPECT_EQ(held("contacts", id, "hs_persona"), "persona_1;persona_2");
}

TEST_F(ModelTest, NullDoesNotClearAndEmptyTextDoes) {
  auto const id = make("contacts", {{"lastname", "A"}, {"city", "Bonn"}});
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"city", std::nullopt}}, api(), at_ms(1)));
  EXPECT_EQ(held("contacts", id, "city"), "Bonn");
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"city", ""}}, api(), at_ms(2)));
  EXPECT_EQ(held("contacts", id, "city"), "");
}

TEST_F(ModelTest, EveryOffendingPropertyIsNamed) {
  auto const made = crm.create(type("contacts"),
                               {{"email", "not an address"},
                                {"lifecyclestage", "Customer"},
                                {"closedate", "yesterday"},
                                {"numemployees", "many"},
                                {"hubspot_owner_id", "1"},
                                {"hs_object_id", "5"},
                                {"no_such", "x"}},
                               api(), at_ms(0));
  ASSERT_FALSE(made);
  std::vector<std::string> codes;
  for (auto const& problem : made.error().problems) codes.push_back(problem.code);
  EXPECT_THAT(codes, ElementsAre("INVALID_EMAIL", "INVALID_OPTION", "INVALID_DATE", "INVALID_LONG",
                                 "INVALID_OWNER_ID", "READ_ONLY_VALUE", "PROPERTY_DOESNT_EXIST"));
  EXPECT_EQ(crm.count(type("contacts")), 0u);
}

TEST_F(ModelTest, DateMustBeMidnightUtc) {
  Property birthday;
  birthday.name = birthday.label = "birthday";
  birthday.group = "contactinformation";
  birthday.type = PropertyType::date;
  birthday.field_type = "date";
  ASSERT_TRUE(crm.catalog().create_property(type("contacts"), birthday));
  auto const id = make("contacts", {{"lastname", "A"}, {"birthday", "1767225600000"}});
  EXPECT_EQ(held("contacts", id, "birthday"), "2026-01-01");
  auto const late =
      crm.update(type("contacts"), id, {{"birthday", "1767225600001"}}, api(), at_ms(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().problems.front().code, "INVALID_DATE");
}

TEST_F(ModelTest, TakenEmailNamesTheHolderAlsoForAdditionalOnes) {
  auto const a = make("contacts", {{"email", "a@example.com"}});
  auto const b = make("contacts", {{"email", "b@example.com"}});
  auto const taken = crm.create(type("contacts"), {{"email", "A@example.com"}}, api(), at_ms(1));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, Reason::conflict);
  EXPECT_EQ(taken.error().message, "Contact already exists. Existing ID: " + std::to_string(a));
  auto const survivor = crm.merge(type("contacts"), a, b, user(), at_ms(2));
  ASSERT_TRUE(survivor);
  auto const secondary =
      crm.create(type("contacts"), {{"email", "b@example.com"}}, api(), at_ms(3));
  ASSERT_FALSE(secondary);
  EXPECT_EQ(secondary.error().existing, *survivor);
}

TEST_F(ModelTest, CustomUniqueValueIsRefusedByName) {
  add_unique("shop_id");
  auto const a = make("contacts", {{"lastname", "A"}, {"shop_id", "7"}});
  auto const again =
      crm.create(type("contacts"), {{"lastname", "B"}, {"shop_id", "7"}}, api(), at_ms(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().problems.front().code, "CONFLICTING_UNIQUE_VALUE");
  EXPECT_EQ(again.error().existing, a);
  ASSERT_TRUE(crm.archive(type("contacts"), a, user(), at_ms(2)));
  EXPECT_TRUE(crm.create(type("contacts"), {{"lastname", "B"}, {"shop_id", "7"}}, api(), at_ms(3)));
  EXPECT_FALSE(crm.restore(type("contacts"), a, user(), at_ms(4)));
}

TEST_F(ModelTest, MergeMintsAnIdFillsBlanksAndKeepsOldIdsReadable) {
  auto const a = make("contacts", {{"email", "a@example.com"}, {"firstname", "Ann"}});
  auto const b = make("contacts", {{"firstname", "Beth"}, {"city", "Bonn"}});
  auto const survivor = crm.merge(type("contacts"), a, b, user(), at_ms(5));
  ASSERT_TRUE(survivor);
  EXPECT_NE(*survivor, a);
  EXPECT_NE(*survivor, b);
  EXPECT_EQ(crm.find(type("contacts"), a)->now.id, *survivor);
  EXPECT_EQ(crm.find(type("contacts"), b)->now.id, *survivor);
  EXPECT_EQ(held("contacts", a, "firstname"), "Ann");
  EXPECT_EQ(held("contacts", b, "city"), "Bonn");
  EXPECT_EQ(held("contacts", a, "hs_merged_object_ids"),
            std::to_string(a) + ";" + std::to_string(b));
  EXPECT_EQ(crm.count(type("contacts")), 1u);
  EXPECT_FALSE(crm.archive(type("contacts"), a, api(), at_ms(6)));
}

TEST_F(ModelTest, DealMergeKeepsThePrimaryId) {
  auto const a = make("deals", {{"dealname", "A"}, {"dealstage", "contractsent"}});
  auto const b = make("deals", {{"dealname", "B"}, {"dealstage", "contractsent"}});
  auto const survivor = crm.merge(type("deals"), a, b, user(), at_ms(1));
  ASSERT_TRUE(survivor);
  EXPECT_EQ(*survivor, a);
  EXPECT_EQ(crm.find(type("deals"), b)->now.id, a);
}

TEST_F(ModelTest, SearchLagsBehindAndNeverShowsArchivedRecords) {
  auto const id = make("contacts", {{"lastname", "A"}}, 0);
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 0u);
  crm.advance(at_ms(2'000));
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 1u);
  ASSERT_TRUE(crm.archive(type("contacts"), id, user(), at_ms(3'000)));
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 1u);
  crm.advance(at_ms(5'000));
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 0u);
}

TEST_F(ModelTest, LaterWritesMayBecomeVisibleFirstAndOldStateNeverReturns) {
  bool overtaken = false;
  std::vector<RecordId> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(make("contacts", {{"lastname", "A"}}, i));
  for (int ms = 400; ms <= 2'100; ms += 20) {
    crm.advance(at_ms(ms));
    auto const hits = crm.search(type("contacts"), modified_since(0));
    std::vector<RecordId> seen;
    for (auto const& hit : hits.page) seen.push_back(hit.id);
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      bool const first = std::ranges::find(seen, ids[i]) != seen.end();
      bool const second = std::ranges::find(seen, ids[i + 1]) != seen.end();
      overtaken = overtaken || (second && !first);
    }
  }
  EXPECT_TRUE(overtaken);
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(crm.update(type("contacts"), ids[0], {{"city", std::to_string(i)}}, api(),
                           at_ms(3'000 + i)));
  std::uint64_t newest = 0;
  for (int ms = 3'100; ms <= 5'100; ms += 10) {
    crm.advance(at_ms(ms));
    auto query = modified_since(0);
    query.groups[0].push_back({"hs_object_id", Operator::eq, std::to_string(ids[0]), {}, {}});
    auto const hits = crm.search(type("contacts"), query);
    ASSERT_EQ(hits.total, 1u);
    EXPECT_GE(hits.page[0].version, newest);
    newest = hits.page[0].version;
  }
  EXPECT_EQ(newest, 31u);
}

TEST_F(ModelTest, HistoryIsNewestLastBoundedAndAttributed) {
  auto const id = make("contacts", {{"lastname", "v0"}});
  for (int i = 1; i <= 30; ++i)
    ASSERT_TRUE(crm.update(type("contacts"), id, {{"lastname", "v" + std::to_string(i)}},
                           i % 2 == 0 ? api() : user(), at_ms(i)));
  auto const& history = crm.find(type("contacts"), id)->history;
  ASSERT_EQ(history.size(), kVersionsPerPropertyMax);
  EXPECT_EQ(history.back().value, "v30");
  EXPECT_EQ(crm.actor(history.back().actor).source_type, "INTEGRATION");
  EXPECT_EQ(crm.actor(history[history.size() - 2].actor).source_type, "CRM_UI");
}

TEST_F(ModelTest, SameValueMovesTheStampButWritesNoHistory) {
  auto const id = make("contacts", {{"lastname", "A"}}, 0);
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lastname", "A"}}, api(), at_ms(50)));
  auto const* record = crm.find(type("contacts"), id);
  EXPECT_EQ(record->now.modified_at, at_ms(50));
  EXPECT_EQ(record->history.size(), 1u);
}

TEST_F(ModelTest, LifecycleStageOnlyMovesForwardForIntegrations) {
  auto const id = make("contacts", {{"lastname", "A"}, {"lifecyclestage", "customer"}});
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lifecyclestage", "lead"}}, api(), at_ms(1)));
  EXPECT_EQ(held("contacts", id, "lifecyclestage"), "customer");
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lifecyclestage", ""}}, api(), at_ms(2)));
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lifecyclestage", "lead"}}, api(), at_ms(3)));
  EXPECT_EQ(held("contacts", id, "lifecyclestage"), "lead");
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lifecyclestage", "customer"}}, api(), at_ms(4)));
  ASSERT_TRUE(crm.update(type("contacts"), id, {{"lifecyclestage", "lead"}}, user(), at_ms(5)));
  EXPECT_EQ(held("contacts", id, "lifecyclestage"), "lead");
}

TEST_F(ModelTest, WorkflowEditsSomeSecondsAfterAWriteAndNotAfterItsOwn) {
  crm.add_workflow({"contacts", "", "city", "SET BY WORKFLOW", 1'000, 30'000});
  auto const id = make("contacts", {{"lastname", "A"}}, 0);
  crm.advance(at_ms(999));
  EXPECT_EQ(held("contacts", id, "city"), "(none)");
  crm.advance(at_ms(30'001));
  EXPECT_EQ(held("contacts", id, "city"), "SET BY WORKFLOW");
  auto const version = crm.find(type("contacts"), id)->now.version;
  crm.advance(at_ms(3'600'000));
  EXPECT_EQ(crm.find(type("contacts"), id)->now.version, version);
  EXPECT_EQ(crm.actor(crm.find(type("contacts"), id)->history.back().actor).source_type,
            "AUTOMATION_PLATFORM");
}

TEST_F(ModelTest, HookFiresOnceAtItsMoment) {
  auto const id = make("contacts", {{"lastname", "A"}});
  crm.add_hook({Moment::after_read, type("contacts"), id, Hook::Action::edit, {{"city", "Ulm"}}});
  crm.reach(Moment::before_write, type("contacts"), id, at_ms(1));
  EXPECT_EQ(held("contacts", id, "city"), "(none)");
  crm.reach(Moment::after_read, type("contacts"), id, at_ms(2));
  EXPECT_EQ(held("contacts", id, "city"), "Ulm");
  EXPECT_EQ(crm.hooks_waiting(), 0u);
}

TEST_F(ModelTest, PurgeLeavesNothing) {
  auto const id = make("contacts", {{"email", "gone@example.com"}}, 0);
  crm.advance(at_ms(5'000));
  ASSERT_TRUE(crm.purge(type("contacts"), id, api(), at_ms(6'000)));
  EXPECT_EQ(crm.find(type("contacts"), id), nullptr);
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 0u);
  crm.advance(at_ms(60'000));
  EXPECT_EQ(crm.search(type("contacts"), modified_since(0)).total, 0u);
  for (auto const& event : crm.events()) EXPECT_NE(event.value, "gone@example.com");
  EXPECT_TRUE(crm.create(type("contacts"), {{"email", "gone@example.com"}}, api(), at_ms(61'000)));
}

TEST_F(ModelTest, SearchOperators) {
  make("contacts", {{"lastname", "Müller"}, {"city", "Köln"}, {"numemployees", "10"}}, 0);
  make("contacts", {{"lastname", "Smith"}, {"city", "New York"}, {"numemployees", "9"}}, 1);
  make("contacts", {{"lastname", "Nemo"}}, 2);
  crm.advance(at_ms(5'000));
  auto const count = [&](Filter filter) {
    Query query;
    query.groups = {{std::move(filter)}};
    EXPECT_FALSE(check(query, crm.catalog().type(type("contacts"))));
    return crm.search(type("contacts"), query).total;
  };
  EXPECT_EQ(count({"lastname", Operator::eq, "SMITH", {}, {}}), 1u);
  EXPECT_EQ(count({"lastname", Operator::in, {}, {}, {"Smith"}}), 0u);
  EXPECT_EQ(count({"lastname", Operator::in, {}, {}, {"smith", "nemo"}}), 2u);
  EXPECT_EQ(count({"numemployees", Operator::gt, "9", {}, {}}), 1u);
  EXPECT_EQ(count({"numemployees", Operator::between, "9", "10", {}}), 2u);
  EXPECT_EQ(count({"city", Operator::has_property, {}, {}, {}}), 2u);
  EXPECT_EQ(count({"city", Operator::not_has_property, {}, {}, {}}), 1u);
  EXPECT_EQ(count({"city", Operator::neq, "Köln", {}, {}}), 1u);
  EXPECT_EQ(count({"city", Operator::contains_token, "york", {}, {}}), 1u);
  EXPECT_EQ(count({"city", Operator::contains_token, "yo*", {}, {}}), 1u);
  EXPECT_EQ(count({"city", Operator::contains_token, "or", {}, {}}), 0u);
}

TEST_F(ModelTest, DeletedPropertyTakesItsValuesWithIt) {
  add_unique("shop_id");
  auto const id = make("contacts", {{"lastname", "A"}, {"shop_id", "7"}});
  ASSERT_TRUE(crm.catalog().archive_property(type("contacts"), "shop_id", at_ms(1)));
  EXPECT_EQ(held("contacts", id, "shop_id"), "(none)");
  add_unique("shop_id");
  EXPECT_EQ(held("contacts", id, "shop_id"), "(none)");
}

// The whole state after a run of mixed verbs, as one text.
std::string trace(std::uint64_t seed) {
  CrmOptions options;
  options.seed = seed;
  options.started_at = at_ms(0);
  options.record_events = true;
  Crm crm(options);
  crm.add_workflow({"contacts", "city", "zip", "00000", 1'000, 30'000});
  auto const type = *crm.catalog().find("contacts");
  Random random(7);
  std::vector<RecordId> ids;
  std::string out;
  for (int i = 0; i < 300; ++i) {
    auto const now = at_ms(i * 100);
    crm.advance(now);
    auto const pick = ids.empty() ? 0 : ids[random.below(ids.size())];
    switch (random.below(5)) {
      case 0:
      case 1:
        if (auto id = crm.create(type, {{"lastname", std::to_string(i)}}, api(), now))
          ids.push_back(*id);
        break;
      case 2:
        (void)crm.update(type, pick, {{"city", std::to_string(i)}}, user(), now);
        break;
      case 3:
        (void)crm.archive(type, pick, user(), now);
        break;
      default:
        if (!ids.empty()) (void)crm.merge(type, pick, ids[random.below(ids.size())], user(), now);
    }
    Query query;
    query.limit = 200;
    for (auto const& hit : crm.search(type, query).page)
      out += std::to_string(hit.id) + ":" + std::to_string(hit.version) + " ";
  }
  for (auto const& event : crm.events())
    out += std::to_string(event.record) + event.property + event.value + ";";
  return out;
}

TEST(Model, SameSeedSameCrm) {
  EXPECT_EQ(trace(11), trace(11));
  EXPECT_NE(trace(11), trace(12));
}

}  // namespace
}  // namespace crmsync::connectors::simulator::model
