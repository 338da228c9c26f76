// Creates whose answer never came.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/recovery.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Record;
using engine::Side;
using state::IntentKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t kOp = 90;

Record ann(std::string name = "Ann") {
  return {{"email", text("ann@x.test")}, {"name", text(std::move(name))}, {"phone", text("1")}};
}

// A create in the CRM whose answer never came.
class LostCreate : public ::testing::Test {
 protected:
  LostCreate() {
    one_.see(Side::app, ann());
    state::IntentRow intent;
    intent.op_id = kOp;
    intent.side = Side::crm;
    intent.kind = IntentKind::create;
    intent.app_key = "1";
    intent.fields = {"email", "name", "phone"};
    intent.sent = intent.source = ann();
    one_.pair.open_intents = {intent};
  }
  // What the lookup by our unique key said; empty: it made nothing.
  void made(engine::RecordKey key) { one_.pair.creates_made[kOp] = std::move(key); }
  RecoveryResult resolve() { return resolve_intents(one_.mapping, one_.pair); }
  PairCase one_;
};

TEST_F(LostCreate, ThatWasFoundHasTheBaseItWouldHaveCommitted) {
  made("c1");
  one_.see(Side::crm, ann());
  auto const result = resolve();
  EXPECT_TRUE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  ASSERT_TRUE(one_.pair.base);
  EXPECT_EQ(one_.pair.base->app, ann());
  EXPECT_EQ(one_.pair.base->crm, ann());
}

TEST_F(LostCreate, EditedSinceFlowsAsAnEdit) {
  made("c1");
  one_.see(Side::crm, ann("Edited"));
  EXPECT_TRUE(resolve().applied);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Ann"));
  one_.pair.link.emplace();
  one_.pair.link->state = engine::LinkState::linked;
  EXPECT_EQ(one_.plan_of("name").action, engine::FieldAction::write_app);
}

TEST_F(LostCreate, IsNotRepeatedWhileNobodyKnows) {
  EXPECT_THAT(resolve().closed, IsEmpty());
}

TEST_F(LostCreate, StaysOpenWhileNobodyKnowsOfTheRecordItWasMadeFor) {
  made("c1");
  one_.see(Side::crm, ann());
  one_.pair.app = one_.observation(Side::app, engine::Presence::unknown);
  EXPECT_THAT(resolve().closed, IsEmpty());
}

TEST_F(LostCreate, ThatCertainlyDidNotHappenIsClosed) {
  made("");
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_THAT(result.notes.front().text, HasSubstr("not been applied"));
}

// The pair got its CRM record from a match meanwhile: that is no proof of the create, and what the
// create would have written was never held there.
TEST_F(LostCreate, ThatMadeNothingIsNotTakenForTheRecordMatchedMeanwhile) {
  made("");
  one_.see(Side::crm, ann("Bea"));
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_FALSE(one_.pair.base);
}

// The row that was copied went, and another one got the contact: what it held is no base of this
// pair.
TEST_F(LostCreate, ForAnotherRowMovesNoBase) {
  one_.pair.open_intents.front().app_key = "another row";
  made("c1");
  one_.see(Side::crm, ann("Bea"));
  EXPECT_THAT(resolve().closed, ElementsAre(kOp));
  EXPECT_FALSE(one_.pair.base && one_.pair.base->crm.contains("name"));
}

TEST_F(LostCreate, ForTheRowUnderItsFormerKeyHasTheBaseItWouldHaveCommitted) {
  one_.pair.open_intents.front().app_key = "before";
  one_.pair.app_keys_before = {"before"};
  made("c1");
  one_.see(Side::crm, ann());
  resolve();
  EXPECT_EQ(one_.pair.base->crm, ann());
}

TEST_F(LostCreate, ThatWasNotLookedUpStaysOpenWhateverRecordThePairHas) {
  one_.see(Side::crm, ann("Bea"));
  EXPECT_THAT(resolve().closed, IsEmpty());
  EXPECT_FALSE(one_.pair.base);
}

TEST_F(LostCreate, ThatMadeAnotherRecordSaysWhich) {
  made("c9");
  one_.see(Side::crm, ann("Bea"));
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.notes.front().text, HasSubstr("c9"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
