// Loading one mapping file: what it says, its defaults, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mappings/mapping_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::mappings {
namespace {

using ::testing::ElementsAre;

TEST(MappingExamples, EveryExampleLoadsWithoutAnyDiagnostic) {
  int seen = 0;
  auto const folder = std::filesystem::path(CRMSYNC_SOURCE_DIR) / "mappings/examples";
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    auto const result = load_mapping(read_text(entry.path()), entry.path().filename().string());
    EXPECT_TRUE(result.mapping) << all(result.diagnostics);
    EXPECT_TRUE(result.diagnostics.empty()) << all(result.diagnostics);
    ++seen;
  }
  EXPECT_GE(seen, 2);
}

TEST(MappingExamples, ContactsCustomersSaysWhatItsTextSays) {
  auto const m = loaded(read_text(std::filesystem::path(CRMSYNC_SOURCE_DIR) /
                                  "mappings/examples/contacts-customers.yaml"));
  EXPECT_EQ(m.name, "contacts-customers");
  EXPECT_EQ(m.app.connection, "shop-db");
  EXPECT_THAT(m.app.key, ElementsAre("id"));
  EXPECT_EQ(m.app.changed_at, "updated_at");
  EXPECT_EQ(m.app.deleted_field, "deleted_at");
  EXPECT_EQ(m.app.capture, Capture::triggers);
  EXPECT_TRUE(m.crm.webhooks);
  EXPECT_EQ(m.crm.poll_every, std::chrono::seconds(60));
  EXPECT_EQ(m.crm.external_id, "shop_customer_id");
  EXPECT_EQ(m.rules.presence.create, engine::CreateMode::both);
  EXPECT_EQ(m.rules.presence.app_deleted, engine::DeleteRule::propagate);
  EXPECT_EQ(m.deletes.crm_deleted, CrmDeleted::set);
  EXPECT_EQ(m.deletes.set_column, "deleted_at");
  EXPECT_EQ(m.match.size(), 2u);
  EXPECT_EQ(m.match[1].compare, "digits");
  ASSERT_EQ(m.fields.size(), m.rules.fields.size());
  auto const field = [&](std::string_view name) {
    return static_cast<std::size_t>(m.field_index(name));
  };
  EXPECT_TRUE(m.fields[field("email")].required);
  EXPECT_EQ(m.rules.fields[field("first_name")].chain[0].kind, engine::PolicyKind::app);
  EXPECT_EQ(m.rules.fields[field("lead_score")].direction, engine::Direction::to_app);
  EXPECT_EQ(m.rules.fields[field("city")].group, "address");
  EXPECT_EQ(m.rules.fields[field("notes")].blank, engine::BlankMode::value);
  EXPECT_THAT(m.rules.fields[field("status")].chain[0].order, ElementsAre("lead", "customer"));
  EXPECT_EQ(m.fields[field("ltv_cents")].transforms[0].param("by"), "100");
  EXPECT_THAT(m.stamped_fields(engine::Side::crm), ElementsAre("birthday"));
  EXPECT_EQ(m.fields[field("email")].source.line, 28);
}

TEST(MappingLoader, ARuleIsWhereItsChainIsWritten) {
  auto const m =
      loaded(with("  - {app: email, crm: email}\n"
                  "  - app: name\n"
                  "    crm: name\n"
                  "    conflict: app\n",
                  "conflict: {default: crm}\n"));
  EXPECT_EQ(m.rules.fields[0].source.line, 6) << "conflict.default";
  EXPECT_EQ(m.fields[0].source.line, 8);
  EXPECT_EQ(m.rules.fields[1].source.line, 11) << "its own chain";
}

TEST(MappingLoader, DefaultsAreTheSafeOnes) {
  auto const m = loaded(with("  - {app: email, crm: email}\n"));
  EXPECT_EQ(m.rules.presence.create, engine::CreateMode::none);
  EXPECT_EQ(m.deletes.app_deleted, AppDeleted::unlink);
  EXPECT_EQ(m.deletes.crm_deleted, CrmDeleted::unlink);
  EXPECT_EQ(m.rules.presence.versus_edit, engine::VersusEdit::edit_wins);
  EXPECT_EQ(m.rules.initial, engine::InitialPrefer::ask);
  EXPECT_TRUE(m.require_plan);
  EXPECT_EQ(m.app.capture, Capture::poll);
  EXPECT_EQ(m.app.poll_every, std::chrono::seconds(30));
  EXPECT_EQ(m.settle, std::chrono::seconds(2));
  EXPECT_EQ(m.deletes.guard_per_hour, 50u);
  EXPECT_TRUE(m.rules.fields[0].chain.empty());
  EXPECT_EQ(m.rules.fields[0].direction, engine::Direction::both);
  EXPECT_EQ(m.rules.fields[0].drift, engine::Drift::report);
  EXPECT_FALSE(m.fields[0].own_chain);
}

}  // namespace
}  // namespace crmsync::mappings
