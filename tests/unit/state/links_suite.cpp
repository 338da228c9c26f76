// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

namespace crmsync::state::tests {
namespace {

using ::testing::HasSubstr;

Commit one_link(LinkRow row) {
  Commit changes;
  changes.bases = {base_row(row.id, "b@example.org")};
  changes.links = {std::move(row)};
  return changes;
}

TEST_P(StoreSuite, LinkIsFoundByIdByAppKeyAndByCrmId) {
  auto const contacts = mapping("contacts");
  auto const row = linked(contacts, "7", "901");
  EXPECT_EQ(store().link(row.id).value(), row);
  EXPECT_EQ(store().link_by_app(contacts, "7").value(), row);
  EXPECT_EQ(store().link_by_crm(contacts, "901").value(), row);
  EXPECT_EQ(store().base(row.id).value(), base_row(row.id, "a@example.org"));
}

TEST_P(StoreSuite, UnknownKeysAreNoError) {
  auto const contacts = mapping("contacts");
  EXPECT_FALSE(store().link(99).value().has_value());
  EXPECT_FALSE(store().link_by_app(contacts, "x").value().has_value());
  EXPECT_FALSE(store().link_by_crm(contacts, "").value().has_value());
  EXPECT_FALSE(store().base(99).value().has_value());
  EXPECT_EQ(store().counts(99).value(), MappingCounts{});
}

TEST_P(StoreSuite, SameKeysOfTwoMappingsDoNotMeet) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  auto const first = linked(contacts, "7", "901");
  auto const second = linked(companies, "7", "901");
  EXPECT_EQ(store().link_by_app(contacts, "7").value()->id, first.id);
  EXPECT_EQ(store().link_by_app(companies, "7").value()->id, second.id);
}

TEST_P(StoreSuite, LinkWithChangedKeysIsNoLongerFoundByTheOldOnes) {
  auto const contacts = mapping("contacts");
  auto row = linked(contacts, "7", "901");
  row.app_key = "8";
  row.crm_id = "902";
  keep(one_link(row));
  EXPECT_FALSE(store().link_by_app(contacts, "7").value().has_value());
  EXPECT_FALSE(store().link_by_crm(contacts, "901").value().has_value());
  EXPECT_EQ(store().link_by_app(contacts, "8").value(), row);
  EXPECT_EQ(store().link_by_crm(contacts, "902").value(), row);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, AliasesLeadToTheLinkUntilTheyAreTakenAway) {
  auto const contacts = mapping("contacts");
  auto row = linked(contacts, "7", "901");
  row.crm_id = "905";
  row.crm_aliases = {"901", "902", "905"};
  keep(one_link(row));
  for (auto const* id : {"901", "902", "905"})
    EXPECT_EQ(store().link_by_crm(contacts, id).value(), row) << id;
  row.crm_aliases = {"902"};
  keep(one_link(row));
  EXPECT_FALSE(store().link_by_crm(contacts, "901").value().has_value());
  EXPECT_EQ(store().link_by_crm(contacts, "902").value(), row);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, TakenAppKeyFailsNamingTheOtherLink) {
  auto const contacts = mapping("contacts");
  auto const first = linked(contacts, "7", "901");
  auto const status = commit(store(), one_link(link_row(50, contacts, "7", "902")));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::already_exists);
  EXPECT_EQ(status.error().other_key, std::to_string(first.id));
  EXPECT_THAT(status.error().detail, HasSubstr("app key"));
  EXPECT_FALSE(store().link(50).value().has_value());
}

TEST_P(StoreSuite, TakenCrmIdOrAliasFailsNamingTheOtherLink) {
  auto const contacts = mapping("contacts");
  auto first = linked(contacts, "7", "901");
  first.crm_aliases = {"800"};
  keep(one_link(first));
  for (auto const* id : {"901", "800"}) {
    auto const status = commit(store(), one_link(link_row(50, contacts, "8", id)));
    ASSERT_FALSE(status) << id;
    EXPECT_EQ(status.error().code, Errc::already_exists);
    EXPECT_EQ(status.error().other_key, std::to_string(first.id));
  }
  auto absorbing = link_row(50, contacts, "8", "903");
  absorbing.crm_aliases = {"901"};
  EXPECT_EQ(commit(store(), one_link(absorbing)).error().code, Errc::already_exists);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, KeysCanMoveBetweenLinksWithinOneCommit) {
  auto const contacts = mapping("contacts");
  auto first = linked(contacts, "7", "901");
  auto second = linked(contacts, "8", "902");
  std::swap(first.crm_id, second.crm_id);
  Commit changes;
  changes.links = {first, second};
  keep(std::move(changes));
  EXPECT_EQ(store().link_by_crm(contacts, "902").value(), first);
  EXPECT_EQ(store().link_by_crm(contacts, "901").value(), second);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, KeyOfARemovedLinkIsFreeInTheSameCommit) {
  auto const contacts = mapping("contacts");
  auto const old = linked(contacts, "7", "901");
  auto const fresh = link_row(store().next_link_id(), contacts, "7", "901");
  auto changes = one_link(fresh);
  changes.links_gone = {old.id};
  keep(std::move(changes));
  EXPECT_EQ(store().link_by_app(contacts, "7").value(), fresh);
  EXPECT_FALSE(store().link(old.id).value().has_value());
  EXPECT_FALSE(store().base(old.id).value().has_value());
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, SameLinkTwiceInOneCommitKeepsTheLast) {
  auto const contacts = mapping("contacts");
  auto const first = link_row(store().next_link_id(), contacts, "7", "901");
  auto last = first;
  last.app_key = "9";
  Commit changes;
  changes.links = {first, last};
  changes.bases = {base_row(last.id, "c@example.org")};
  keep(std::move(changes));
  EXPECT_FALSE(store().link_by_app(contacts, "7").value().has_value());
  EXPECT_EQ(store().link_by_app(contacts, "9").value(), last);
  EXPECT_EQ(store().counts(contacts).value().linked, 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, RemovedLinkLeavesNothingBehind) {
  auto const contacts = mapping("contacts");
  auto row = linked(contacts, "7", "901");
  row.crm_aliases = {"800"};
  keep(one_link(row));
  Commit changes;
  changes.links_gone = {row.id, 12'345};
  keep(std::move(changes));
  EXPECT_FALSE(store().link_by_app(contacts, "7").value().has_value());
  EXPECT_FALSE(store().link_by_crm(contacts, "800").value().has_value());
  EXPECT_TRUE(store().links_after(contacts, 0, 10).value().empty());
  EXPECT_EQ(store().counts(contacts).value().linked, 0u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, OnlyLinkedLinksAreCountedAsLinked) {
  auto const contacts = mapping("contacts");
  auto row = linked(contacts, "7", "901");
  linked(contacts, "8", "902");
  EXPECT_EQ(store().counts(contacts).value().linked, 2u);
  for (auto const state : {LinkState::dormant, LinkState::detached, LinkState::tombstone}) {
    row.state = state;
    keep(one_link(row));
    EXPECT_EQ(store().counts(contacts).value().linked, 1u);
  }
  row.state = LinkState::linked;
  keep(one_link(row));
  EXPECT_EQ(store().counts(contacts).value().linked, 2u);
}

TEST_P(StoreSuite, LinksOfAMappingComeInOrderAndInPages) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  std::vector<LinkId> ids;
  for (int i = 0; i < 10; ++i) {
    auto const number = std::to_string(i);
    ids.push_back(linked(contacts, number, "c" + number).id);
    linked(companies, number, "c" + number);
  }
  std::vector<LinkId> seen;
  LinkId after = 0;
  for (;;) {
    auto const page = store().links_after(contacts, after, 3).value();
    if (page.empty()) break;
    EXPECT_LE(page.size(), 3u);
    for (auto const& row : page) seen.push_back(row.id);
    after = page.back().id;
  }
  EXPECT_EQ(seen, ids);
}

TEST_P(StoreSuite, BaseWithoutALinkIsRefused) {
  Commit changes;
  changes.bases = {base_row(4711, "d@example.org")};
  auto const status = commit(store(), std::move(changes));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::internal);
  EXPECT_THAT(status.error().message(), HasSubstr("4711"));
}

TEST_P(StoreSuite, LinkMovesToAnotherMappingWithItsKeys) {
  auto const contacts = mapping("contacts");
  auto const people = mapping("people");
  auto row = linked(contacts, "7", "901");
  row.mapping = people;
  keep(one_link(row));
  EXPECT_FALSE(store().link_by_app(contacts, "7").value().has_value());
  EXPECT_EQ(store().link_by_app(people, "7").value(), row);
  EXPECT_EQ(store().counts(contacts).value().linked, 0u);
  EXPECT_EQ(store().counts(people).value().linked, 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, VeryLongKeysWork) {
  auto const contacts = mapping("contacts");
  std::string const common(2'000, 'k');
  auto const first = linked(contacts, common + "1", common + "a");
  auto const second = linked(contacts, common + "2", common + "b");
  EXPECT_EQ(store().link_by_app(contacts, common + "1").value(), first);
  EXPECT_EQ(store().link_by_crm(contacts, common + "b").value(), second);
  EXPECT_FALSE(store().link_by_app(contacts, common).value().has_value());
  EXPECT_TRUE(store().verify());
}

}  // namespace
}  // namespace crmsync::state::tests
