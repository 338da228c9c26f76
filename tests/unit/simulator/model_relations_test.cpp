// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/model_fixture.hpp"

namespace crmsync::connectors::simulator::model {
namespace {

TEST_F(ModelTest, NewPrimaryCompanyDemotesTheFormerAndKeepsIt) {
  auto const contact = make("contacts", {{"lastname", "A"}});
  auto const first = make("companies", {{"name", "First"}});
  auto const second = make("companies", {{"name", "Second"}});
  auto const c = type("contacts");
  auto const o = type("companies");
  ASSERT_TRUE(crm.associate(c, contact, o, first, {279}, api(), at_ms(1)));
  EXPECT_EQ(held("contacts", contact, "associatedcompanyid"), std::to_string(first));
  ASSERT_TRUE(crm.associate(c, contact, o, second, {1}, api(), at_ms(2)));
  EXPECT_EQ(held("contacts", contact, "associatedcompanyid"), std::to_string(second));
  auto const edges = crm.associations().edges(c, contact, o);
  ASSERT_EQ(edges.size(), 2u);
  EXPECT_THAT(edges[0].types, UnorderedElementsAre(279));
  EXPECT_THAT(edges[1].types, UnorderedElementsAre(1, 279));
  EXPECT_THAT(crm.associations().edges(o, second, c)[0].types, UnorderedElementsAre(2, 280));
  crm.dissociate(c, contact, o, second, {}, api(), at_ms(3));
  EXPECT_EQ(held("contacts", contact, "associatedcompanyid"), "");
}

TEST_F(ModelTest, MergeCarriesAssociationsToTheSurvivor) {
  auto const a = make("contacts", {{"lastname", "A"}});
  auto const b = make("contacts", {{"lastname", "B"}});
  auto const company = make("companies", {{"name", "C"}});
  ASSERT_TRUE(
      crm.associate(type("contacts"), b, type("companies"), company, {279}, api(), at_ms(1)));
  auto const survivor = crm.merge(type("contacts"), a, b, user(), at_ms(2));
  ASSERT_TRUE(survivor);
  auto const edges = crm.associations().edges(type("companies"), company, type("contacts"));
  ASSERT_EQ(edges.size(), 1u);
  EXPECT_EQ(edges[0].to, *survivor);
  EXPECT_EQ(held("contacts", *survivor, "associatedcompanyid"), std::to_string(company));
}

}  // namespace
}  // namespace crmsync::connectors::simulator::model
