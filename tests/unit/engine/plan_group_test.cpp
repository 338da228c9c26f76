// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/plan_builder.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine::testing {
namespace {

using K = PolicyKind;

FieldRule member(std::string name, std::vector<Policy> policies = {}) {
  auto one = rule(std::move(name), std::move(policies));
  one.group = "address";
  return one;
}

// The plans of city, zip and street, which form one group; the chain is the first one's.
std::vector<std::string> planned(std::vector<Policy> policies, std::vector<FieldInput> inputs,
                                 bool link_is_new = false,
                                 InitialPrefer prefer = InitialPrefer::ask) {
  PairBuilder pair;
  pair.input.link_is_new = link_is_new;
  pair.rules.initial = prefer;
  std::vector<std::string> const names = {"city", "zip", "street"};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    pair.add(member(names[i], i == 0 ? policies : std::vector<Policy>()), inputs[i]);
  std::vector<std::string> out;
  for (auto const& plan : pair.plan().fields) out.push_back(shown(plan));
  return out;
}

using Plans = std::vector<std::string>;
Value const berlin = text("Berlin");
Value const hamburg = text("Hamburg");
Value const zip_old = text("10115");
Value const zip_new = text("20095");

TEST(PlanGroup, ChangesOnDifferentMembersAreOneCollision) {
  std::vector<FieldInput> const moved = {settled(berlin, hamburg, berlin),
                                         settled(zip_old, zip_old, zip_new)};
  EXPECT_EQ(planned(chain({K::app}), moved), (Plans{"write_crm Hamburg", "write_crm 10115"}));
  EXPECT_EQ(planned(chain({K::crm}), moved), (Plans{"write_app Berlin", "write_app 20095"}));
  EXPECT_EQ(planned({}, moved), (Plans{"park", "park"}));
}

TEST(PlanGroup, ChangesOnOneSideFlow) {
  EXPECT_EQ(planned({}, {settled(berlin, hamburg, berlin), settled(zip_old, zip_new, zip_old)}),
            (Plans{"write_crm Hamburg", "write_crm 20095"}));
}

TEST(PlanGroup, UntouchedAndAgreedMembersStayOut) {
  EXPECT_EQ(planned(chain({K::app}),
                    {settled(berlin, hamburg, text("Kiel")), settled(zip_old, zip_new, zip_new),
                     settled(text("x"), text("x"), text("x"))}),
            (Plans{"write_crm Hamburg", "settle", "none"}));
  // The other side moved to the same zip: that is no change of the CRM that could collide.
  EXPECT_EQ(planned({}, {settled(berlin, hamburg, berlin), settled(zip_old, zip_new, zip_new)}),
            (Plans{"write_crm Hamburg", "settle"}));
}

TEST(PlanGroup, VerdictsThatDifferDoNotDecide) {
  // app_unless_blank would mix the app's city with the CRM's zip.
  std::vector<FieldInput> const mixed = {settled(berlin, hamburg, text("Kiel")),
                                         settled(zip_old, null, zip_new)};
  EXPECT_EQ(planned(chain({K::app_unless_blank}), mixed), (Plans{"park", "park"}));
  EXPECT_EQ(planned(chain({K::app_unless_blank, K::crm}), mixed),
            (Plans{"write_app Kiel", "write_app 20095"}));
}

TEST(PlanGroup, CombiningPoliciesDoNotDecide) {
  std::vector<FieldInput> const sets = {settled(set({}), set({"a"}), set({"b"})),
                                        settled(zip_old, zip_old, zip_new)};
  EXPECT_EQ(planned(chain({K::union_}), sets), (Plans{"park", "park"}));
  EXPECT_EQ(planned(chain({K::union_, K::crm}), sets), (Plans{"write_app b", "write_app 20095"}));
}

TEST(PlanGroup, NewestJudgesTheWholeSpan) {
  auto city = settled(berlin, hamburg, berlin);
  auto zip = settled(zip_old, zip_old, zip_new);
  auto street = settled(text("s"), text("t"), text("s"));
  city.app_changed = ChangeInterval{{100'000'000}, {110'000'000}};
  zip.crm_changed = ChangeInterval{{50'000'000}, {60'000'000}};
  street.app_changed = ChangeInterval{{70'000'000}, {71'000'000}};
  EXPECT_EQ(planned(chain({K::newest}), {city, zip, street}),
            (Plans{"write_crm Hamburg", "write_crm 10115", "write_crm t"}));
  street.app_changed = ChangeInterval{{10'000'000}, {11'000'000}};
  EXPECT_EQ(planned(chain({K::newest}), {city, zip, street}), (Plans{"park", "park", "park"}));
  street.app_changed.reset();
  EXPECT_EQ(planned(chain({K::newest}), {city, zip, street}), (Plans{"park", "park", "park"}));
}

TEST(PlanGroup, CrashOfOneMemberCountsForAll) {
  auto city = settled(berlin, hamburg, berlin);
  auto zip = settled(zip_old, zip_old, zip_new);
  city.app_changed = ChangeInterval{{100'000'000}, {100'000'000}};
  zip.crm_changed = ChangeInterval{{50'000'000}, {50'000'000}};
  EXPECT_EQ(planned(chain({K::newest}), {city, zip}),
            (Plans{"write_crm Hamburg", "write_crm 10115"}));
  zip.after_crash = true;
  EXPECT_EQ(planned(chain({K::newest}), {city, zip}), (Plans{"park", "park"}));
}

TEST(PlanGroup, MembersWaitForOneThatIsUnknown) {
  auto zip = settled(zip_old, zip_old, absent);
  EXPECT_EQ(planned(chain({K::app}), {settled(berlin, hamburg, berlin), zip}),
            (Plans{"none", "none"}));
  zip.crm_problem = "unknown label";
  EXPECT_EQ(planned(chain({K::app}), {settled(berlin, hamburg, berlin), zip}),
            (Plans{"none", "park"}));
}

TEST(PlanGroup, CutOffMemberParksAll) {
  auto zip = settled(zip_old, zip_old, zip_new);
  zip.crm_lost_data = true;
  EXPECT_EQ(planned(chain({K::app}), {settled(berlin, hamburg, berlin), zip}),
            (Plans{"park", "park"}));
  EXPECT_EQ(planned({}, {settled(berlin, berlin, hamburg), zip}), (Plans{"park", "park"}));
}

TEST(PlanGroup, FirstMatchTakesOneSide) {
  std::vector<FieldInput> const differ = {unadopted(berlin, hamburg), unadopted(zip_old, null)};
  EXPECT_EQ(planned({}, differ, true, InitialPrefer::app),
            (Plans{"write_crm Berlin", "write_crm 10115"}));
  EXPECT_EQ(planned({}, differ, true, InitialPrefer::crm),
            (Plans{"write_app Hamburg", "write_app null (clears)"}));
  EXPECT_EQ(planned({}, differ, true, InitialPrefer::ask), (Plans{"park", "park"}));
}

TEST(PlanGroup, FirstMatchFillsOnlyOneSidesBlanks) {
  EXPECT_EQ(planned({}, {unadopted(berlin, null), unadopted(zip_old, text(""))}, true),
            (Plans{"write_crm Berlin", "write_crm 10115"}));
  EXPECT_EQ(planned({}, {unadopted(berlin, berlin), unadopted(zip_old, null)}, true),
            (Plans{"settle", "write_crm 10115"}));
  EXPECT_EQ(planned({}, {unadopted(berlin, null), unadopted(null, zip_old)}, true),
            (Plans{"park", "park"}));
}

TEST(PlanGroup, AnsweredMemberIsOutOfTheGroup) {
  auto city = settled(berlin, hamburg, text("Kiel"));
  city.answer = hamburg;
  EXPECT_EQ(planned({}, {city, settled(zip_old, zip_old, zip_new)}),
            (Plans{"write_crm Hamburg", "write_app 20095"}));
}

TEST(PlanGroup, OneWayMembersKeepTheirDirection) {
  PairBuilder pair;
  auto label = member("label");
  label.direction = Direction::to_crm;
  pair.add(label, settled(text("x"), text("y"), text("x")));
  pair.add(member("city", chain({K::crm})), settled(berlin, berlin, hamburg));
  auto const plan = pair.plan();
  EXPECT_EQ(shown(plan.fields[0]), "write_crm y");
  EXPECT_EQ(shown(plan.fields[1]), "write_app Hamburg");
}

TEST(PlanGroup, OtherGroupsAreNotTouched) {
  PairBuilder pair;
  auto phone = rule("phone");
  phone.group = "phones";
  pair.add(member("city", chain({K::app})), settled(berlin, hamburg, berlin));
  pair.add(phone, settled(text("1"), text("1"), text("2")));
  pair.add(member("zip"), settled(zip_old, zip_old, zip_new));
  auto const plan = pair.plan();
  EXPECT_EQ(shown(plan.fields[0]), "write_crm Hamburg");
  EXPECT_EQ(shown(plan.fields[1]), "write_app 2");
  EXPECT_EQ(shown(plan.fields[2]), "write_crm 10115");
}

TEST(PlanGroup, MembersWhoseFirstMatchIsUnfinishedAreStillMatched) {
  auto unfinished = [](FieldValue app, FieldValue crm) {
    auto in = unadopted(std::move(app), std::move(crm));
    in.first_match = true;
    return in;
  };
  EXPECT_EQ(planned({}, {unfinished(berlin, hamburg), unfinished(zip_old, zip_new)}, false,
                    InitialPrefer::app),
            (Plans{"write_crm Berlin", "write_crm 10115"}));
  EXPECT_EQ(planned({}, {unadopted(berlin, hamburg), unadopted(zip_old, zip_new)}, false,
                    InitialPrefer::app),
            (Plans{"none", "none"}));
}

}  // namespace
}  // namespace crmsync::engine::testing
