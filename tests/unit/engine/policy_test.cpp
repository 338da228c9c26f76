// Every row of the policy table over every pair of {null, a, b} that can collide, and over every
// base of {absent, null, a, b}, with the expected verdicts written out.
// SPDX-License-Identifier: Apache-2.0
#include "engine/policy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <map>

namespace crmsync::engine {
namespace {

Value text(std::string_view value) {
  return std::string(value);
}
Value number(std::int64_t value) {
  return value;
}
Value dec(std::string_view value) {
  return Decimal::parse(value).value();
}
Value set(std::vector<std::string> items) {
  return StringSet(std::move(items));
}
Value const null = Null{};

Policy policy(PolicyKind kind) {
  Policy one;
  one.kind = kind;
  if (kind == PolicyKind::furthest) one.order = {"lead", "customer", "partner"};
  return one;
}

// "app", "crm", "-" (undecided), "ask", or the written value.
std::string shown(Verdict const& verdict) {
  if (std::holds_alternative<Undecided>(verdict)) return "-";
  if (std::holds_alternative<Ask>(verdict)) return "ask";
  if (auto const* keep = std::get_if<Keep>(&verdict)) return std::string(to_string(keep->side));
  auto const& value = std::get<Write>(verdict).value;
  return type_of(value) == ValueType::string_set ? "{" + display(value) + "}" : display(value);
}

std::string decide(PolicyKind kind, Collision const& collision) {
  auto const& row = policy_table()[static_cast<std::size_t>(kind)];
  return shown(row.decide(collision, policy(kind)));
}

Collision collision(Value const& app, Value const& crm, FieldBase const& base = {}) {
  Collision one;
  one.base = base;
  one.app = app;
  one.crm = crm;
  return one;
}

// Verdicts for (app, crm) = (null,a) (null,b) (a,null) (b,null) (a,b) (b,a).
struct Row {
  PolicyKind kind;
  Value a;
  Value b;
  std::array<std::string_view, 6> expected;
};

std::vector<Row> rows() {
  using K = PolicyKind;
  auto const one = number(1);
  auto const two = number(2);
  auto const lead = text("lead");
  auto const customer = text("customer");
  return {
      {K::app, one, two, {"app", "app", "app", "app", "app", "app"}},
      {K::crm, one, two, {"crm", "crm", "crm", "crm", "crm", "crm"}},
      {K::app_unless_blank, lead, customer, {"crm", "crm", "app", "app", "app", "app"}},
      {K::crm_unless_blank, lead, customer, {"crm", "crm", "app", "app", "crm", "crm"}},
      {K::fill_blank, lead, customer, {"crm", "crm", "app", "app", "-", "-"}},
      {K::newest, one, two, {"-", "-", "-", "-", "-", "-"}},
      {K::oldest, one, two, {"-", "-", "-", "-", "-", "-"}},
      {K::max, one, two, {"-", "-", "-", "-", "crm", "app"}},
      {K::max, Date{2025, 1, 1}, Date{2024, 12, 31}, {"-", "-", "-", "-", "app", "crm"}},
      {K::max, Timestamp{5}, Timestamp{6}, {"-", "-", "-", "-", "crm", "app"}},
      {K::max, dec("1.5"), two, {"-", "-", "-", "-", "crm", "app"}},
      {K::max, dec("2.5"), two, {"-", "-", "-", "-", "app", "crm"}},
      {K::max, lead, customer, {"-", "-", "-", "-", "-", "-"}},
      {K::max, one, lead, {"-", "-", "-", "-", "-", "-"}},
      {K::min, one, two, {"-", "-", "-", "-", "app", "crm"}},
      {K::min, Date{2025, 1, 1}, Date{2024, 12, 31}, {"-", "-", "-", "-", "crm", "app"}},
      {K::min, Timestamp{5}, Timestamp{6}, {"-", "-", "-", "-", "app", "crm"}},
      {K::min, Date{2025, 1, 1}, Timestamp{5}, {"-", "-", "-", "-", "-", "-"}},
      {K::sum_deltas, lead, customer, {"-", "-", "-", "-", "-", "-"}},
      {K::union_,
       set({"x", "y"}),
       set({"y", "z"}),
       {"{x; y}", "{y; z}", "{x; y}", "{y; z}", "{x; y; z}", "{x; y; z}"}},
      {K::union_, set({}), set({"y"}), {"{}", "{y}", "{}", "{y}", "{y}", "{y}"}},
      {K::union_, lead, customer, {"-", "-", "-", "-", "-", "-"}},
      {K::intersection,
       set({"x", "y"}),
       set({"y", "z"}),
       {"null", "null", "null", "null", "{y}", "{y}"}},
      {K::intersection, set({"x"}), set({"z"}), {"null", "null", "null", "null", "{}", "{}"}},
      {K::intersection, set({}), set({"z"}), {"{}", "null", "{}", "null", "{}", "{}"}},
      {K::furthest, lead, customer, {"-", "-", "-", "-", "crm", "app"}},
      {K::furthest, lead, text("other"), {"-", "-", "-", "-", "-", "-"}},
      {K::furthest, lead, one, {"-", "-", "-", "-", "-", "-"}},
      {K::longest, text("ab"), text("abc"), {"crm", "crm", "app", "app", "crm", "app"}},
      {K::longest, text("Zo\xC3\xAB"), text("abc"), {"crm", "crm", "app", "app", "-", "-"}},
      {K::longest, text(""), text("abc"), {"-", "crm", "-", "app", "crm", "app"}},
      {K::longest, one, text("abc"), {"-", "crm", "-", "app", "-", "-"}},
      {K::ask, one, two, {"ask", "ask", "ask", "ask", "ask", "ask"}},
  };
}

TEST(PolicyTable, EveryPairOfEveryPolicyOverEveryBase) {
  for (auto const& row : rows()) {
    std::array<std::pair<Value, Value>, 6> const pairs = {{{null, row.a},
                                                           {null, row.b},
                                                           {row.a, null},
                                                           {row.b, null},
                                                           {row.a, row.b},
                                                           {row.b, row.a}}};
    std::array<FieldValue, 4> const bases = {FieldValue(), null, row.a, row.b};
    for (auto const& base_app : bases)
      for (auto const& base_crm : bases)
        for (std::size_t i = 0; i < pairs.size(); ++i)
          EXPECT_EQ(
              decide(row.kind, collision(pairs[i].first, pairs[i].second, {base_app, base_crm})),
              row.expected[i])
              << to_string(row.kind) << " app=" << display(pairs[i].first)
              << " crm=" << display(pairs[i].second) << " base=" << display(base_app) << "/"
              << display(base_crm);
  }
}

TEST(PolicyTable, EveryRowIsTested) {
  std::map<PolicyKind, int> tested;
  for (auto const& row : rows()) ++tested[row.kind];
  ++tested[PolicyKind::merge_set];  // depends on the base: its own table below
  for (auto const& row : policy_table()) EXPECT_GT(tested[row.kind], 0) << row.name;
}

TEST(PolicyTable, NamesAreUniqueAndFound) {
  std::map<std::string_view, int> names;
  for (auto const& row : policy_table()) {
    ++names[row.name];
    EXPECT_EQ(find_policy(row.name), &row);
    EXPECT_EQ(to_string(row.kind), row.name);
    EXPECT_EQ(row.takes_order, row.kind == PolicyKind::furthest);
    EXPECT_FALSE(row.summary.empty());
  }
  EXPECT_EQ(names.size(), 16U);
  EXPECT_EQ(find_policy("newest_wins"), nullptr);
  EXPECT_EQ(find_policy("union")->kind, PolicyKind::union_);
}

TEST(MergeSet, BasePlusAdditionsMinusRemovals) {
  auto const a = set({"x", "y"});
  auto const b = set({"y", "z"});
  struct Case {
    FieldValue base;
    std::array<std::string_view, 6> expected;
  };
  std::array<std::pair<Value, Value>, 6> const pairs = {
      {{null, a}, {null, b}, {a, null}, {b, null}, {a, b}, {b, a}}};
  Case const cases[] = {
      {FieldValue(), {"-", "-", "-", "-", "-", "-"}},
      {null, {"{x; y}", "{y; z}", "{x; y}", "{y; z}", "{x; y; z}", "{x; y; z}"}},
      {a, {"null", "{z}", "null", "{z}", "{y; z}", "{y; z}"}},
      {b, {"{x}", "null", "{x}", "null", "{x; y}", "{x; y}"}},
      {text("x"), {"-", "-", "-", "-", "-", "-"}},
  };
  for (auto const& one : cases)
    for (std::size_t i = 0; i < pairs.size(); ++i)
      EXPECT_EQ(decide(PolicyKind::merge_set,
                       collision(pairs[i].first, pairs[i].second, {one.base, one.base})),
                one.expected[i])
          << display(one.base) << " " << i;
}

TEST(MergeSet, EachSideIsComparedWithItsOwnBase) {
  // The CRM never stored "odd"; that is no removal.
  FieldBase const base{set({"odd", "p"}), set({"p"})};
  EXPECT_EQ(decide(PolicyKind::merge_set, collision(set({"odd", "p", "q"}), set({"p", "r"}), base)),
            "{odd; p; q; r}");
}

TEST(MergeSet, RemovalWinsOverAnAdditionOfTheSameItem) {
  FieldBase const base{set({"x", "p"}), set({"p"})};
  EXPECT_EQ(decide(PolicyKind::merge_set, collision(set({"p"}), set({"p", "x"}), base)), "{p}");
}

TEST(SumDeltas, AddsBothChangesToTheBase) {
  std::array<FieldValue, 4> const bases = {FieldValue(), null, number(3), number(10)};
  for (auto const& base : bases) {
    bool const numeric = base && type_of(*base) == ValueType::int64;
    auto const b = numeric ? std::get<std::int64_t>(*base) : 0;
    for (auto const& [app, crm] : {std::pair<std::int64_t, std::int64_t>{3, 10}, {10, 3}, {7, -4}})
      EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(number(app), number(crm), {base, base})),
                numeric ? std::to_string(b + (app - b) + (crm - b)) : "-");
    EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(null, number(3), {base, base})), "-");
    EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(number(3), null, {base, base})), "-");
  }
}

TEST(SumDeltas, EachSideCountsFromItsOwnBase) {
  // The CRM rounds: 10.005 was stored as 10.01.
  FieldBase const base{dec("10.005"), dec("10.01")};
  EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(dec("11.005"), dec("12.01"), base)), "13.005");
}

TEST(SumDeltas, IsExactAndNeverOverflows) {
  EXPECT_EQ(
      decide(PolicyKind::sum_deltas, collision(dec("0.3"), dec("0.2"), {dec("0.1"), dec("0.1")})),
      "0.4");
  auto const most = std::numeric_limits<std::int64_t>::max();
  FieldBase const zero{number(0), number(0)};
  EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(number(most), number(1), zero)), "-");
  EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(number(most), number(-1), zero)),
            std::to_string(most - 1));
  Value const huge = Decimal::parse(std::string(1000, '9')).value();
  EXPECT_EQ(decide(PolicyKind::sum_deltas, collision(huge, dec("1.5"), zero)), "-");
}

TEST(SumDeltas, AbstainsAfterACrash) {
  auto one = collision(number(3), number(4), {number(1), number(1)});
  EXPECT_EQ(decide(PolicyKind::sum_deltas, one), "6");
  one.after_crash = true;
  EXPECT_EQ(decide(PolicyKind::sum_deltas, one), "-");
}

TEST(MaxMin, EqualNumbersOfDifferentTypesKeepTheApp) {
  EXPECT_EQ(decide(PolicyKind::max, collision(number(5), dec("5"))), "app");
  EXPECT_EQ(decide(PolicyKind::min, collision(number(5), dec("5"))), "app");
}

TEST(UnlessBlank, BlankIsAValueWhereTheFieldSaysSo) {
  for (auto const& blank : {null, text(""), text("  "), set({})}) {
    auto one = collision(blank, text("x"));
    EXPECT_EQ(decide(PolicyKind::app_unless_blank, one), "crm");
    one.blank = BlankMode::value;
    EXPECT_EQ(decide(PolicyKind::app_unless_blank, one), "app");
    auto two = collision(text("x"), blank);
    EXPECT_EQ(decide(PolicyKind::crm_unless_blank, two), "app");
    two.blank = BlankMode::value;
    EXPECT_EQ(decide(PolicyKind::crm_unless_blank, two), "crm");
  }
}

// ---- newest, oldest

Collision timed(ChangeInterval app, ChangeInterval crm, std::int64_t skew = 5) {
  auto one = collision(number(1), number(2));
  one.app_changed = app;
  one.crm_changed = crm;
  one.skew_bound_micros = skew;
  return one;
}

TEST(Newest, DecidesOnlyBeyondTheSkewBound) {
  EXPECT_EQ(decide(PolicyKind::newest, timed({{106}, {110}}, {{90}, {100}})), "app");
  EXPECT_EQ(decide(PolicyKind::oldest, timed({{106}, {110}}, {{90}, {100}})), "crm");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{105}, {110}}, {{90}, {100}})), "-");
  EXPECT_EQ(decide(PolicyKind::oldest, timed({{105}, {110}}, {{90}, {100}})), "-");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{90}, {100}}, {{106}, {106}})), "crm");
  EXPECT_EQ(decide(PolicyKind::oldest, timed({{90}, {100}}, {{106}, {106}})), "app");
}

TEST(Newest, OverlappingIntervalsDoNotTell) {
  EXPECT_EQ(decide(PolicyKind::newest, timed({{0}, {1000}}, {{500}, {2000}}, 0)), "-");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{7}, {7}}, {{7}, {7}}, 0)), "-");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{8}, {8}}, {{7}, {7}}, 0)), "app");
}

TEST(Newest, AbstainsWithoutTrustworthyTimes) {
  auto const certain = timed({{200}, {200}}, {{100}, {100}});
  EXPECT_EQ(decide(PolicyKind::newest, certain), "app");
  auto one = certain;
  one.after_crash = true;
  EXPECT_EQ(decide(PolicyKind::newest, one), "-");
  EXPECT_EQ(decide(PolicyKind::oldest, one), "-");
  one = certain;
  one.app_changed.reset();
  EXPECT_EQ(decide(PolicyKind::newest, one), "-");
  one = certain;
  one.crm_changed.reset();
  EXPECT_EQ(decide(PolicyKind::oldest, one), "-");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{300}, {200}}, {{100}, {100}})), "-");
}

TEST(Newest, ExtremesDoNotOverflow) {
  auto const most = std::numeric_limits<std::int64_t>::max();
  auto const least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(decide(PolicyKind::newest, timed({{most}, {most}}, {{least}, {least}}, most)), "app");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{1}, {1}}, {{0}, {0}}, -7)), "app");
  EXPECT_EQ(decide(PolicyKind::newest, timed({{0}, {most}}, {{least}, {most}})), "-");
}

// ---- chains

TEST(Resolve, FirstDeciderWins) {
  std::vector<Policy> const chain = {policy(PolicyKind::newest), policy(PolicyKind::max),
                                     policy(PolicyKind::app), policy(PolicyKind::ask)};
  auto const numbers = resolve(collision(number(1), number(2)), chain);
  EXPECT_EQ(shown(numbers.verdict), "crm");
  EXPECT_EQ(numbers.chain_index, 1U);
  EXPECT_EQ(numbers.fired, PolicyKind::max);
  auto const texts = resolve(collision(text("x"), text("y")), chain);
  EXPECT_EQ(shown(texts.verdict), "app");
  EXPECT_EQ(texts.chain_index, 2U);
}

TEST(Resolve, ChainThatNeverDecidesAsks) {
  std::vector<Policy> const chain = {policy(PolicyKind::newest), policy(PolicyKind::fill_blank)};
  auto const resolution = resolve(collision(text("x"), text("y")), chain);
  EXPECT_EQ(shown(resolution.verdict), "ask");
  EXPECT_EQ(resolution.chain_index, 2U);
  EXPECT_EQ(resolution.fired, PolicyKind::ask);
}

TEST(Resolve, EmptyChainAsks) {
  auto const resolution = resolve(collision(text("x"), text("y")), {});
  EXPECT_EQ(shown(resolution.verdict), "ask");
  EXPECT_EQ(resolution.chain_index, 0U);
}

TEST(Resolve, AskStopsTheChain) {
  std::vector<Policy> const chain = {policy(PolicyKind::ask), policy(PolicyKind::app)};
  auto const resolution = resolve(collision(text("x"), text("y")), chain);
  EXPECT_EQ(shown(resolution.verdict), "ask");
  EXPECT_EQ(resolution.chain_index, 0U);
}

}  // namespace
}  // namespace crmsync::engine
