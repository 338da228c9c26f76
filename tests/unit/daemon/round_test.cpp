// Whole rounds over two sides in memory and a real store: fields and failures.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Round, ARecordOfTheAppIsCreatedInTheCrmAndLinked) {
  SmallWorld world;
  world.app.add("1", person("ann@x.test", "Ann"));
  world.start();
  world.settle();
  auto const link = world.link_of("1");
  ASSERT_TRUE(link);
  EXPECT_EQ(world.crm.value(link->crm_id, "name"), known("Ann"));
  EXPECT_EQ(world.crm.live(), 1u);
  EXPECT_THAT(world.intake_rows(), IsEmpty());
}

TEST(Round, ARecordOfTheCrmIsCreatedInTheAppOnce) {
  SmallWorld world;
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.start();
  world.settle();
  EXPECT_EQ(world.app.live(), 1u);
  EXPECT_EQ(world.crm.live(), 1u);
}

TEST(Round, AnEditFlowsEitherWayAndTwoFurtherPollsWriteNothing) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.edit("1", "name", text("Anna"));
  world.crm.edit("c1", "phone", text("123"));
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
  EXPECT_EQ(world.app.value("1", "phone"), known("123"));
  auto const writes = world.app.apply_calls + world.crm.apply_calls;
  world.settle();
  EXPECT_EQ(world.app.apply_calls + world.crm.apply_calls, writes);
}

TEST(Round, AFailingCrmReadKeepsTheRecordDirtyUntilItSucceeds) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.fail_fetch = read_fails(Errc::transient);
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Ann"));
  EXPECT_EQ(world.run->dirty.size(), 1u);
  EXPECT_THAT(world.intake_rows(), SizeIs(1));
  world.crm.fail_fetch = nullptr;
  world.advance(std::chrono::minutes(10));
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
  EXPECT_THAT(world.intake_rows(), IsEmpty());
}

TEST(Round, AFirstMatchThatTheCrmRefusedForNowIsFinishedLater) {
  MappingYaml yaml;
  yaml.initial = "{prefer: app, require_plan: false}";
  SmallWorld world(yaml);
  world.app.add("1", person("ann@x.test", "Anna"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.crm.refuse = fails(Errc::transient, 1);
  world.start();
  world.settle();
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(Round, AFirstMatchWhoseRowIsGoneBeforeItsOutcomeIsKnownLeavesNothingOpen) {
  MappingYaml yaml;
  yaml.initial = "{prefer: app, require_plan: false}";
  SmallWorld world(yaml);
  world.app.add("1", person("ann@x.test", "Anna"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.crm.lose_answer = [&](connectors::Operation const&) {
    world.app.remove("1");
    world.crm.lose_answer = nullptr;
    auto lost = engine::make_error(engine::Errc::transient, "write", "the answer was lost");
    lost.maybe_applied = true;
    return std::optional(lost);
  };
  world.start();
  world.advance(std::chrono::minutes(10));
  EXPECT_FALSE(world.crm.lose_answer);
  EXPECT_THAT(world.run->open_intents, IsEmpty());
}

TEST(Round, AFirstMatchThatTheCrmRefusedForGoodStaysOpenForTheNextEdit) {
  MappingYaml yaml;
  yaml.initial = "{prefer: app, require_plan: false}";
  SmallWorld world(yaml);
  world.app.add("1", person("ann@x.test", "Anna!"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.crm.refuse = fails(Errc::invalid_value, 1);
  world.start();
  world.settle();
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
  EXPECT_THAT(world.errors(), IsEmpty());
}

TEST(Round, AValueThatCouldNotBeReadWhenItsRecordWasCreatedFlowsOnceItCan) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: status, crm: stage, values: {active: customer, trial: lead}}\n";
  SmallWorld world(yaml);
  world.app.add("1", {{"email", text("ann@x.test")}, {"status", text("odd")}});
  world.start();
  world.settle();
  auto const link = world.link_of("1");
  ASSERT_TRUE(link);
  EXPECT_THAT(world.parked(), SizeIs(1)) << "the unknown label is asked about";
  world.app.edit("1", "status", text("active"));
  world.settle();
  EXPECT_EQ(world.crm.value(link->crm_id, "stage"), known("customer"));
  EXPECT_THAT(world.parked(), IsEmpty());
}

TEST(Round, AFieldThatTheNewRecordCannotBeGivenFlowsBackFromItLater) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: score, crm: hs_score, direction: to_app}\n";
  SmallWorld world(yaml);
  world.app.add("1", {{"email", text("ann@x.test")}, {"score", text("0")}});
  world.start();
  world.settle();
  auto const link = world.link_of("1");
  ASSERT_TRUE(link);
  world.crm.edit(link->crm_id, "hs_score", text("10"));
  world.settle();
  EXPECT_EQ(world.app.value("1", "score"), known("10"));
}

TEST(Round, AFieldThatIsNewToTheMappingWaitsForApplyOnOldLinks) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  state::Commit changes;
  auto base = world.base_of("1");
  base.app.erase("name");  // as if the mapping had not had it
  base.crm.erase("name");
  changes.bases.push_back(base);
  world.store->commit(std::move(changes), [](engine::Status status) { ASSERT_TRUE(status); });
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Ann"));
}

TEST(Round, OneSidesRefusalForGoodDoesNotForgetTheOtherSidesRetry) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.edit("1", "name", text("Anna"));
  world.crm.edit("c1", "phone", text("123"));
  world.app.refuse = fails(Errc::transient, 1);
  world.crm.refuse = fails(Errc::invalid_value);
  world.settle();
  world.settle();
  EXPECT_EQ(world.app.value("1", "phone"), known("123"));
  EXPECT_THAT(world.errors(), SizeIs(1));
}

TEST(Round, AnEditBetweenReadAndWriteInTheAppIsObservedAgainAndKept) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.edit("c1", "name", text("Anna"));
  bool once = true;
  world.app.before_apply = [&] {
    if (std::exchange(once, false)) world.app.edit("1", "name", text("Annika"));
  };
  world.settle();
  EXPECT_EQ(world.app.value("1", "name"), known("Annika"));
  EXPECT_THAT(world.parked(), SizeIs(1)) << "both sides changed it: a person is asked";
}

TEST(Round, AnEditOverwrittenInTheCrmsWindowIsOnRecord) {
  SmallWorld world;
  world.crm.capabilities.history = true;
  world.crm.capabilities.attribution = true;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.edit("1", "name", text("Anna"));
  bool once = true;
  world.crm.before_apply = [&] {
    if (std::exchange(once, false)) world.crm.edit("c1", "name", text("Lost"));
  };
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
  std::vector<engine::FieldValue> lost;
  for (auto const& row : world.history_of("1"))
    if (row.kind == state::HistoryKind::overwritten) lost.push_back(row.crm);
  EXPECT_THAT(lost, ::testing::ElementsAre(known("Lost")));
}

TEST(Round, ALostAnswerToACreateIsLookedUpAndNotRepeated) {
  SmallWorld world;
  world.app.add("1", person("ann@x.test", "Ann"));
  world.crm.lose_answer = fails(Errc::transient, 1);
  world.start();
  world.advance(std::chrono::minutes(5));
  EXPECT_TRUE(world.link_of("1"));
  EXPECT_THAT(world.crm.written, SizeIs(1));
  EXPECT_EQ(world.crm.live(), 1u);
}

TEST(Round, ALostAnswerToARestoreIsLookedUpAndNotRepeated) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.remove("c1");
  world.app.edit("1", "name", text("Anna"));
  world.crm.lose_answer = fails(Errc::transient, 1);
  world.advance(std::chrono::minutes(20));
  EXPECT_THAT(world.crm.written, SizeIs(1));
  ASSERT_TRUE(world.link_of("1"));
  EXPECT_EQ(world.crm.value(world.link_of("1")->crm_id, "name"), known("Anna"));
  world.crm.edit(world.link_of("1")->crm_id, "phone", text("9"));
  world.settle();
  EXPECT_EQ(world.app.value("1", "phone"), known("9"));
}

TEST(Round, AStoreThatRefusesIntentsLetsNothingLeave) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.store->refuse = [](state::Commit const& changes) -> std::optional<engine::Error> {
    if (changes.intents.empty()) return std::nullopt;
    return engine::make_error(Errc::storage_full, "commit", "no room");
  };
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  EXPECT_THAT(world.crm.written, IsEmpty());
  EXPECT_EQ(world.run->dirty.size(), 1u);
  world.store->refuse = nullptr;
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(Round, ARecordWhoseOutcomeCannotBeStoredHoldsNoNeighbour) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.link("2", "c2", person("bob@x.test", "Bob"));
  auto const bad = world.link_of("1")->id;
  world.store->refuse = [bad](state::Commit const& changes) -> std::optional<engine::Error> {
    for (auto const& base : changes.bases)
      if (base.link == bad) return engine::make_error(Errc::internal, "commit", "this row");
    return std::nullopt;
  };
  world.app.edit("1", "name", text("Anna"));
  world.app.edit("2", "name", text("Bobby"));
  world.settle();
  EXPECT_EQ(world.base_of("2").app.get("name"), known("Bobby"));
  EXPECT_EQ(world.base_of("1").app.get("name"), known("Ann"));
  world.store->refuse = nullptr;
  world.settle();
  EXPECT_EQ(world.base_of("1").app.get("name"), known("Anna"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
