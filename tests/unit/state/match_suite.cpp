// The index of unlinked records by match value.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

namespace crmsync::state::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Keys = std::vector<RecordKey>;

Commit match_values(MappingId mapping, Side side, RecordKey key, std::vector<std::string> values) {
  Commit changes;
  changes.match = {{mapping, side, std::move(key), std::move(values)}};
  return changes;
}

TEST_P(StoreSuite, UnlinkedRecordsAreFoundByEachMatchValue) {
  auto const contacts = mapping("contacts");
  keep(match_values(contacts, Side::app, "7", {"a@example.org", "4930"}));
  keep(match_values(contacts, Side::app, "8", {"a@example.org", ""}));
  keep(match_values(contacts, Side::crm, "901", {"a@example.org", "4930"}));
  EXPECT_THAT(store().match(contacts, Side::app, 0, "a@example.org", 10).value(),
              ElementsAre("7", "8"));
  EXPECT_THAT(store().match(contacts, Side::app, 0, "a@example.org", 1).value(), ElementsAre("7"));
  EXPECT_THAT(store().match(contacts, Side::app, 1, "4930", 10).value(), ElementsAre("7"));
  EXPECT_THAT(store().match(contacts, Side::app, 1, "a@example.org", 10).value(), IsEmpty());
  EXPECT_THAT(store().match(contacts, Side::crm, 0, "a@example.org", 10).value(),
              ElementsAre("901"));
  EXPECT_THAT(store().match(contacts, Side::app, 1, "", 10).value(), IsEmpty());
  EXPECT_EQ(store().counts(contacts).value().unlinked_app, 2u);
  EXPECT_EQ(store().counts(contacts).value().unlinked_crm, 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, NewMatchValuesReplaceTheOldOnes) {
  auto const contacts = mapping("contacts");
  keep(match_values(contacts, Side::app, "7", {"old@example.org", "1"}));
  keep(match_values(contacts, Side::app, "7", {"new@example.org"}));
  EXPECT_THAT(store().match(contacts, Side::app, 0, "old@example.org", 10).value(), IsEmpty());
  EXPECT_THAT(store().match(contacts, Side::app, 1, "1", 10).value(), IsEmpty());
  EXPECT_THAT(store().match(contacts, Side::app, 0, "new@example.org", 10).value(),
              ElementsAre("7"));
  EXPECT_EQ(store().counts(contacts).value().unlinked_app, 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, RecordWithoutMatchValuesLeavesTheIndex) {
  auto const contacts = mapping("contacts");
  keep(match_values(contacts, Side::app, "7", {"a@example.org"}));
  keep(match_values(contacts, Side::app, "7", {}));
  keep(match_values(contacts, Side::app, "never there", {}));
  EXPECT_THAT(store().match(contacts, Side::app, 0, "a@example.org", 10).value(), IsEmpty());
  EXPECT_THAT(store().unlinked_after(contacts, Side::app, "", 10).value(), IsEmpty());
  EXPECT_EQ(store().counts(contacts).value().unlinked_app, 0u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, RecordWithBlankMatchValuesIsUnlinkedAllTheSame) {
  auto const contacts = mapping("contacts");
  keep(match_values(contacts, Side::crm, "901", {"", ""}));
  EXPECT_THAT(store().unlinked_after(contacts, Side::crm, "", 10).value(), ElementsAre("901"));
  EXPECT_EQ(store().counts(contacts).value().unlinked_crm, 1u);
}

TEST_P(StoreSuite, UnlinkedRecordsComeInKeyOrderAndInPages) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  for (auto const* key : {"b", "a", "ab", "c"}) keep(match_values(contacts, Side::app, key, {"v"}));
  keep(match_values(contacts, Side::crm, "aa", {"v"}));
  keep(match_values(companies, Side::app, "aa", {"v"}));
  EXPECT_EQ(store().unlinked_after(contacts, Side::app, "", 10).value(),
            (Keys{"a", "ab", "b", "c"}));
  EXPECT_EQ(store().unlinked_after(contacts, Side::app, "a", 2).value(), (Keys{"ab", "b"}));
  EXPECT_EQ(store().unlinked_after(contacts, Side::app, "aa", 1).value(), Keys{"ab"});
  EXPECT_THAT(store().unlinked_after(contacts, Side::app, "c", 2).value(), IsEmpty());
}

TEST_P(StoreSuite, LongKeysAndValuesComeBackWhole) {
  auto const contacts = mapping("contacts");
  std::string const common(1'000, 'k');
  std::string const value(5'000, 'v');
  keep(match_values(contacts, Side::app, common + "1", {value}));
  keep(match_values(contacts, Side::app, common + "2", {value}));
  EXPECT_THAT(store().match(contacts, Side::app, 0, value, 10).value(),
              ::testing::UnorderedElementsAre(common + "1", common + "2"));
  auto const first = store().unlinked_after(contacts, Side::app, "", 1).value();
  ASSERT_EQ(first.size(), 1u);
  auto const second = store().unlinked_after(contacts, Side::app, first[0], 5).value();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_NE(first[0], second[0]);
  keep(match_values(contacts, Side::app, common + "1", {}));
  EXPECT_THAT(store().match(contacts, Side::app, 0, value, 10).value(), ElementsAre(common + "2"));
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, TooManyMatchValuesAreRefused) {
  auto const status =
      commit(store(), match_values(1, Side::app, "7", std::vector<std::string>(257, "v")));
  EXPECT_EQ(status.error().code, Errc::limit_exceeded);
}

TEST_P(StoreSuite, LinkingTakesNothingFromTheMatchIndexByItself) {
  auto const contacts = mapping("contacts");
  keep(match_values(contacts, Side::app, "7", {"a@example.org"}));
  linked(contacts, "7", "901");
  EXPECT_EQ(store().counts(contacts).value().unlinked_app, 1u);
}

}  // namespace
}  // namespace crmsync::state::tests
