// Tests that stand in mapping files.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/mapping_trial.hpp"

#include "mappings/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace crmsync::daemon::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kHead = R"(version: 1
mapping: customers
app: {connection: shop-db, object: customers, key: id}
crm: {connection: hubspot, object: contacts, external_id: shop_customer_id}
match: {keys: [{app: email, crm: email}]}
conflict: {default: [app]}
fields:
  - {app: email, crm: email, transform: email}
  - {app: phone, crm: mobile, compare: digits, conflict: crm_unless_blank}
  - {app: cents, crm: amount, transform: {scale: 100}, direction: to_crm}
  - {app: points, crm: points, conflict: sum_deltas}
  - {app: tags, crm: tags, conflict: merge_set}
  - {app: name, crm: name, conflict: [newest, ask]}
  - {app: status, crm: stage, values: {trial: lead, active: customer}}
tests:
)";

std::vector<TrialResult> run(std::string const& tests) {
  auto loaded = mappings::load_mapping(std::string(kHead) + tests, "mappings.d/customers.yaml");
  for (auto const& one : loaded.diagnostics) ADD_FAILURE() << mappings::render(one);
  if (!loaded.mapping) return {};
  return run_tests(std::move(*loaded.mapping));
}

std::vector<std::string> failures_of(std::string const& test) {
  auto const results = run("  - " + test + "\n");
  EXPECT_THAT(results, SizeIs(1));
  return results.empty() ? std::vector<std::string>{} : results.front().failures;
}

TEST(MappingTrial, AConversionIsLookedAtInBothDirections) {
  EXPECT_THAT(failures_of(R"({name: a, app: {email: " Ann@X.test ", cents: "1250", status: active},
      expect_crm: {email: ann@x.test, amount: "12.50", stage: customer}, round_trip: true})"),
              IsEmpty());
  EXPECT_THAT(failures_of("{name: a, crm: {stage: lead}, expect_app: {status: trial}}"), IsEmpty());
}

TEST(MappingTrial, AWrongExpectationIsToldWithWhatCame) {
  auto const results =
      run("  - {name: first, app: {phone: '1'}, expect_crm: {mobile: '1'}}\n"
          "  - {name: second, app: {phone: '1'}, expect_crm: {mobile: '2'}}\n");
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_TRUE(results[0].passed());
  EXPECT_EQ(results[1].line, 17);
  EXPECT_THAT(results[1].failures, ElementsAre("mobile: expected `2`, but it becomes `1`"));
}

TEST(MappingTrial, WhatDoesNotFlowThatWayIsNotWritten) {
  EXPECT_THAT(failures_of("{name: a, crm: {amount: '1'}, expect_app: {cents: '100'}}"),
              ElementsAre("cents: expected `100`, but nothing is written there"));
}

TEST(MappingTrial, TheRuleThatDecidedIsNamedWithItsPlace) {
  auto const failures = failures_of(
      "{name: a, base: {phone: '1'}, app: {phone: '2'}, crm: {mobile: '3'}, expect: {phone: '2'}}");
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_THAT(failures.front(), AllOf(HasSubstr("it ends as `3`"), HasSubstr("crm_unless_blank"),
                                      HasSubstr("mappings.d/customers.yaml:9")));
}

TEST(MappingTrial, NumbersAndSetsAreDecidedAsSuch) {
  EXPECT_THAT(failures_of("{name: a, base: {points: '10', tags: vip}, app: {points: '15', tags: "
                          "'vip;shop'}, crm: {points: '12', tags: 'fair;vip'}, expect: {points: "
                          "'17', tags: 'fair;shop;vip'}}"),
              IsEmpty());
}

TEST(MappingTrial, TheLaterEditWinsByTheTestsOwnClock) {
  std::string const both =
      "{name: a, base: {name: Ann}, app: {name: Bea, at: '2026-01-01T10:00:00Z'}, "
      "crm: {name: Cleo, at: '2026-01-01T11:00:00Z'}, ";
  EXPECT_THAT(failures_of(both + "expect: {name: Cleo}}"), IsEmpty());
  EXPECT_THAT(failures_of("{name: a, base: {name: Ann}, app: {name: Bea}, crm: {name: Cleo}, "
                          "expect_asks: [name]}"),
              IsEmpty());
}

TEST(MappingTrial, EveryWriteHasToBeExpected) {
  std::string const edit =
      "{name: a, base: {phone: '1', email: a@x.test}, app: {email: b@x.test}, ";
  EXPECT_THAT(failures_of(edit + "expect_writes: {crm: [email]}}"), IsEmpty());
  EXPECT_THAT(failures_of(edit + "expect_writes: {app: [phone]}}"),
              ElementsAre("written to the app: expected phone, but it is nothing",
                          "written to the CRM: expected nothing, but it is email"));
}

TEST(MappingTrial, AQuestionThatNobodyExpectedIsTold) {
  auto const failures = failures_of(
      "{name: a, base: {name: Ann}, app: {name: Bea}, crm: {name: "
      "Cleo}, expect: {name: Bea}}");
  ASSERT_THAT(failures, testing::Not(IsEmpty()));
  EXPECT_THAT(failures.front(), HasSubstr("a person is asked"));
}

TEST(MappingTrial, RecordsWithoutABaseMeetForTheFirstTime) {
  EXPECT_THAT(failures_of("{name: a, app: {name: Ann}, crm: {name: Anna}, expect_asks: [name]}"),
              IsEmpty())
      << "initial: ask";
}

TEST(MappingTrial, AnErrorIsExpectedByAPartOfItsWords) {
  EXPECT_THAT(failures_of("{name: a, app: {status: dormant}, expect_error: unknown label}"),
              IsEmpty());
  EXPECT_THAT(failures_of("{name: a, app: {status: active}, expect_error: unknown label}"),
              ElementsAre("expected an error with `unknown label`, but there is none"));
  auto const failures =
      failures_of("{name: a, app: {status: dormant}, expect_crm: {stage: customer}}");
  EXPECT_THAT(failures, ::testing::UnorderedElementsAre(HasSubstr("nothing is written"),
                                                        "status: unknown label"));
}

TEST(MappingTrial, AValueThatCannotPassFailsATestThatDoesNotExpectIt) {
  EXPECT_THAT(failures_of("{name: a, app: {status: dormant, email: a@x.test}, round_trip: true}"),
              ElementsAre("status: unknown label"));
}

TEST(MappingTrial, ARoundTripThatLooksAtNothingFails) {
  EXPECT_THAT(failures_of("{name: a, app: {cents: '100'}, round_trip: true}"),
              ElementsAre("round_trip: no value of the test flows both ways"));
}

TEST(MappingTrial, EveryExampleIsValidAndPassesItsOwnTests) {
  namespace fs = std::filesystem;
  std::size_t files = 0;
  for (auto const* folder : {"mappings/examples", "packaging/demo/config/mappings.d"})
    for (auto const& entry : fs::directory_iterator(fs::path(CRMSYNC_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      auto loaded = mappings::load_mapping_file(entry.path(), entry.path().filename().string());
      for (auto const& one : loaded.diagnostics) ADD_FAILURE() << mappings::render(one);
      ASSERT_TRUE(loaded.mapping);
      for (auto const& result : run_tests(std::move(*loaded.mapping)))
        EXPECT_THAT(result.failures, IsEmpty()) << entry.path() << ":" << result.line;
      ++files;
    }
  EXPECT_GE(files, 7u);
}

}  // namespace
}  // namespace crmsync::daemon::tests
