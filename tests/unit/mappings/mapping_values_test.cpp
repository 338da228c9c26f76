// Native -> canonical -> native through a bound mapping, and what the live schemas forbid.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mappings/mapping_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace crmsync::mappings {
namespace {

using engine::Decimal;
using engine::Errc;
using engine::FieldValue;
using engine::Null;
using engine::Record;
using engine::Side;
using engine::StringSet;
using engine::Value;
using engine::ValueType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Value text(std::string value) {
  return value;
}

SchemaView app_schema() {
  SchemaView view{
      {"id", ValueType::int64},    {"email", ValueType::string},  {"gone_at", ValueType::timestamp},
      {"name", ValueType::string}, {"cents", ValueType::int64},   {"active", ValueType::int64},
      {"tags", ValueType::string}, {"born", ValueType::string},   {"status", ValueType::string},
      {"score", ValueType::int64}, {"needed", ValueType::string}, {"amount", ValueType::int64}};
  view[10].nullable = false;
  view[11].nullable = false;
  view[3].length_max = 5;
  return view;
}

SchemaView crm_schema() {
  SchemaView view{{"email", ValueType::string},    {"name", ValueType::string},
                  {"amount", ValueType::decimal},  {"active", ValueType::boolean},
                  {"tags", ValueType::string_set}, {"born", ValueType::date},
                  {"stage", ValueType::string},    {"score", ValueType::decimal},
                  {"tag_text", ValueType::string}, {"hs_score", ValueType::decimal}};
  view[6].options = {"lead", "customer"};
  view[6].options_closed = true;
  view[9].read_only = true;
  return view;
}

Mapping bound(std::string const& fields, std::string const& more = {}) {
  auto mapping = loaded(with(fields, more));
  auto const defects = mapping.bind(app_schema(), crm_schema());
  for (auto const& defect : defects) ADD_FAILURE() << defect.code << " " << defect.text;
  return mapping;
}

std::vector<SchemaDefect> defects_of(std::string const& fields, std::string const& more = {}) {
  auto mapping = loaded(with(fields, more));
  return mapping.bind(app_schema(), crm_schema());
}

FieldValue in(Mapping const& m, Side side, Record const& native) {
  return m.to_canonical(side, 0, native).value;
}
Record out(Mapping const& m, Side side, Value const& value) {
  auto const record = m.from_canonical(side, 0, value);
  EXPECT_TRUE(record) << (record ? "" : record.error().message());
  return record ? *record : Record{};
}
engine::Error refused(Mapping const& m, Side side, Value const& value) {
  auto const record = m.from_canonical(side, 0, value);
  EXPECT_FALSE(record);
  return record ? engine::Error{} : record.error();
}

TEST(MappingValues, BlankIsNullAndMissingIsUnknown) {
  auto const m = bound("  - {app: name, crm: name, transform: trim}\n");
  for (auto const& blank : {Value(Null{}), text(""), text(" \t"), text("\xC2\xA0")})
    EXPECT_EQ(in(m, Side::app, {{"name", blank}}), Value(Null{}));
  auto const missing = m.to_canonical(Side::crm, 0, Record{});
  EXPECT_EQ(missing.value, std::nullopt);
  EXPECT_EQ(missing.problem, "");
}

TEST(MappingValues, TransformsNormaliseBothSides) {
  auto const m = bound("  - {app: email, crm: email, transform: email}\n");
  EXPECT_EQ(in(m, Side::app, {{"email", text(" A@B.C")}}), text("a@b.c"));
  EXPECT_EQ(in(m, Side::crm, {{"email", text("A@b.c ")}}), text("a@b.c"));
  EXPECT_EQ(out(m, Side::crm, text("a@b.c")), (Record{{"email", text("a@b.c")}}));
}

TEST(MappingValues, UnreadableIsUnknownAndItsProblemHidesTheValue) {
  auto const m = bound("  - {app: email, crm: email, transform: email}\n");
  auto const result = m.to_canonical(Side::app, 0, {{"email", text("geheim")}});
  EXPECT_EQ(result.value, std::nullopt);
  EXPECT_EQ(result.problem, "not an e-mail address");
}

TEST(MappingValues, CentsMeetAmounts) {
  auto const m = bound("  - {app: cents, crm: amount, transform: {scale: 100}}\n");
  EXPECT_EQ(in(m, Side::app, {{"cents", std::int64_t{1999}}}), Value(*Decimal::parse("19.99")));
  EXPECT_EQ(in(m, Side::crm, {{"amount", *Decimal::parse("19.990")}}),
            Value(*Decimal::parse("19.99")));
  EXPECT_EQ(out(m, Side::app, *Decimal::parse("19.99")), (Record{{"cents", std::int64_t{1999}}}));
  EXPECT_THAT(refused(m, Side::app, *Decimal::parse("0.001")).detail, HasSubstr("whole number"));
}

TEST(MappingValues, IntegersMeetBooleansAndDecimals) {
  auto const flag = bound("  - {app: active, crm: active}\n");
  EXPECT_EQ(in(flag, Side::app, {{"active", std::int64_t{1}}}), Value(true));
  EXPECT_EQ(out(flag, Side::app, false), (Record{{"active", std::int64_t{0}}}));
  auto const number = bound("  - {app: score, crm: score}\n");
  EXPECT_EQ(in(number, Side::app, {{"score", std::int64_t{7}}}), Value(Decimal::from_int(7)));
  EXPECT_EQ(out(number, Side::app, Decimal::from_int(7)), (Record{{"score", std::int64_t{7}}}));
}

TEST(MappingValues, ValuesOfAnotherTypeThanTheColumnAreReadAsTheyAre) {
  auto const m = bound("  - {app: score, crm: score}\n");
  EXPECT_EQ(in(m, Side::app, {{"score", text("7")}}), Value(Decimal::from_int(7)));
  EXPECT_NE(m.to_canonical(Side::app, 0, {{"score", text("many")}}).problem, "");
  EXPECT_NE(m.to_canonical(Side::app, 0, {{"score", StringSet({"a"})}}).problem, "");
}

TEST(MappingValues, SplitTextMeetsASetAndAText) {
  auto const set = bound("  - {app: tags, crm: tags, transform: split}\n");
  EXPECT_EQ(in(set, Side::app, {{"tags", text("b; a")}}), Value(StringSet({"a", "b"})));
  EXPECT_EQ(in(set, Side::crm, {{"tags", StringSet({"b", "a"})}}), Value(StringSet({"a", "b"})));
  EXPECT_EQ(in(set, Side::app, {{"tags", text(";")}}), Value(Null{}));
  EXPECT_EQ(out(set, Side::app, StringSet({"b", "a"})), (Record{{"tags", text("a;b")}}));
  EXPECT_THAT(refused(set, Side::app, StringSet({"x;y"})).detail, HasSubstr("separator"));
  auto const both_text = bound("  - {app: tags, crm: tag_text, transform: split}\n");
  EXPECT_EQ(in(both_text, Side::crm, {{"tag_text", text("b;a")}}), Value(StringSet({"a", "b"})));
  EXPECT_EQ(out(both_text, Side::crm, StringSet({"b", "a"})), (Record{{"tag_text", text("a;b")}}));
}

TEST(MappingValues, DatesPassInTheAppsFormat) {
  auto const m = bound("  - {app: born, crm: born, transform: {date: {format: DD.MM.YYYY}}}\n");
  EXPECT_EQ(in(m, Side::app, {{"born", text("31.01.1990")}}), Value(engine::Date{1990, 1, 31}));
  EXPECT_EQ(in(m, Side::crm, {{"born", engine::Date{1990, 1, 31}}}),
            Value(engine::Date{1990, 1, 31}));
  EXPECT_EQ(out(m, Side::app, engine::Date{1990, 1, 31}), (Record{{"born", text("31.01.1990")}}));
}

TEST(MappingValues, LabelsAreTranslatedAndUnknownOnesAsked) {
  auto const m = bound("  - {app: status, crm: stage, values: {trial: lead, paid: customer}}\n");
  EXPECT_EQ(in(m, Side::app, {{"status", text("paid")}}), text("customer"));
  EXPECT_EQ(in(m, Side::crm, {{"stage", text("lead")}}), text("lead"));
  EXPECT_EQ(out(m, Side::app, text("lead")), (Record{{"status", text("trial")}}));
  EXPECT_EQ(out(m, Side::crm, text("lead")), (Record{{"stage", text("lead")}}));
  EXPECT_EQ(m.to_canonical(Side::crm, 0, {{"stage", text("odd")}}).problem, "unknown label");
  EXPECT_EQ(m.to_canonical(Side::app, 0, {{"status", text("odd")}}).problem, "unknown label");
  auto const error = refused(m, Side::app, text("odd"));
  EXPECT_EQ(error.code, Errc::invalid_value);
  EXPECT_THAT(error.fields, ElementsAre("status"));
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("odd")));
  EXPECT_EQ(in(m, Side::crm, {{"stage", Null{}}}), Value(Null{}));
}

TEST(MappingValues, UnknownLabelsCanBeKeptOrGivenADefault) {
  std::string const row = "  - {app: status, crm: stage, values: {trial: lead}, on_unknown: ";
  auto const keep = bound(row + "keep}\n").to_canonical(Side::crm, 0, {{"stage", text("odd")}});
  EXPECT_EQ(keep.value, std::nullopt);
  EXPECT_EQ(keep.problem, "");
  auto const fallback = bound(row + "{default: trial}}\n");
  EXPECT_EQ(in(fallback, Side::crm, {{"stage", text("odd")}}), text("lead"));
  EXPECT_EQ(fallback.to_canonical(Side::app, 0, {{"status", text("odd")}}).problem,
            "unknown label");
}

TEST(MappingValues, BlankIntoANotNullColumn) {
  auto const words = bound("  - {app: needed, crm: name}\n");
  EXPECT_EQ(out(words, Side::app, Null{}), (Record{{"needed", text("")}}));
  EXPECT_EQ(out(words, Side::crm, Null{}), (Record{{"name", Null{}}}));
  auto const number = bound("  - {app: amount, crm: amount}\n");
  auto const error = refused(number, Side::app, Null{});
  EXPECT_EQ(error.code, Errc::invalid_value);
  EXPECT_THAT(error.detail, HasSubstr("NOT NULL"));
  auto const nullable = bound("  - {app: name, crm: name}\n");
  EXPECT_EQ(out(nullable, Side::app, Null{}), (Record{{"name", Null{}}}));
}

TEST(MappingValues, LengthIsCountedInCharacters) {
  auto const m = bound("  - {app: name, crm: name}\n");
  EXPECT_EQ(out(m, Side::app, text("größe")), (Record{{"name", text("größe")}}));
  auto const error = refused(m, Side::app, text("größen"));
  EXPECT_EQ(error.code, Errc::invalid_value);
  EXPECT_THAT(error.detail, HasSubstr("5 characters"));
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("größe")));
}

TEST(MappingValues, CompareChangesWhatIsEqualNotWhatIsWritten) {
  auto const m = bound("  - {app: name, crm: name, compare: digits}\n");
  EXPECT_EQ(m.comparable(0, text("+49 30")), m.comparable(0, text("(49) 30")));
  EXPECT_NE(m.comparable(0, text("n/a")), m.comparable(0, text("none")));
  EXPECT_EQ(m.comparable(0, Null{}), Value(Null{}));
  EXPECT_EQ(out(m, Side::crm, text("+49 30")), (Record{{"name", text("+49 30")}}));
}

TEST(MatchValue, IsNormalisedAndBlankWhenThereIsNothingToGoBy) {
  auto const m = bound("  - {app: email, crm: email}\n", "initial: {prefer: app}\n");
  auto by_email = m;
  by_email.match = {{"email", "email", "email", 1}, {"", "id", "exact", 1}};
  Record const ann{{"email", text(" Ann@X.de ")}};
  EXPECT_EQ(by_email.match_value(Side::app, 0, "7", ann), "ann@x.de");
  EXPECT_EQ(by_email.match_value(Side::crm, 0, "512", ann), "ann@x.de");
  EXPECT_EQ(by_email.match_value(Side::app, 0, "7", {{"email", text("none")}}), "");
  EXPECT_EQ(by_email.match_value(Side::app, 0, "7", {{"email", Null{}}}), "");
  EXPECT_EQ(by_email.match_value(Side::app, 0, "7", Record{}), "");
  EXPECT_EQ(by_email.match_value(Side::app, 1, "7", ann), "7");
  EXPECT_EQ(by_email.match_value(Side::crm, 1, "512", ann), "512");
}

TEST(MatchValue, NumbersAndTextsMeet) {
  auto m = bound("  - {app: email, crm: email}\n");
  m.match = {{"score", "name", "exact", 1}};
  EXPECT_EQ(m.match_value(Side::app, 0, "", {{"score", std::int64_t{12}}}),
            m.match_value(Side::crm, 0, "", {{"name", text("12")}}));
  EXPECT_EQ(m.match_value(Side::crm, 0, "", {{"name", Decimal::from_int(12)}}), "12");
}

TEST(NativeNames, AreReadOnceAndWrittenOnlyWhereTheFieldFlows) {
  auto const m =
      loaded(with("  - {app: email, crm: email}\n  - {app: score, crm: hs_score, "
                  "direction: to_app}\n  - {app: name, crm: name, direction: to_crm}\n",
                  "delete: {crm_deleted: {set: {gone_at: now}}}\n"));
  EXPECT_THAT(m.native_fields(Side::app),
              UnorderedElementsAre("email", "score", "name", "gone_at"));
  EXPECT_THAT(m.native_fields(Side::crm), UnorderedElementsAre("email", "hs_score", "name"));
  EXPECT_THAT(m.writable_fields(Side::app), UnorderedElementsAre("email", "score", "gone_at"));
  EXPECT_THAT(m.writable_fields(Side::crm), UnorderedElementsAre("email", "name"));
  EXPECT_EQ(m.field_index("score"), 1);
  EXPECT_EQ(m.field_index("nothing"), -1);
}

TEST(FieldNames, AreTheColumnsAndUnique) {
  auto const m =
      loaded(with("  - {app: email, crm: work_email, direction: to_crm}\n"
                  "  - {app: email, crm: email}\n"));
  EXPECT_EQ(m.fields[0].name, "email:work_email");
  EXPECT_EQ(m.fields[1].name, "email");
  EXPECT_EQ(m.rules.fields[1].name, "email");
}

std::vector<std::string> codes_in(std::vector<SchemaDefect> const& defects) {
  std::vector<std::string> out;
  for (auto const& defect : defects) out.push_back(defect.code);
  return out;
}

TEST(BindMapping, NamesWhatIsMissingAndTheNearest) {
  auto const defects = defects_of("  - {app: emial, crm: email}\n  - {app: name, crm: nmae}\n");
  ASSERT_THAT(codes_in(defects), ElementsAre("M301", "M302"));
  EXPECT_THAT(defects[0].text, HasSubstr("`emial` in `t`"));
  EXPECT_THAT(defects[0].hint, HasSubstr("`email`"));
  EXPECT_EQ(defects[0].where, "m.yaml:7");
  EXPECT_THAT(defects[1].hint, HasSubstr("`name`"));
}

TEST(BindMapping, ReadOnlyPropertiesAreNotWritten) {
  EXPECT_THAT(codes_in(defects_of("  - {app: score, crm: hs_score}\n")), ElementsAre("M303"));
  EXPECT_THAT(defects_of("  - {app: score, crm: hs_score, direction: to_app}\n"), IsEmpty());
}

TEST(BindMapping, TypesThatCannotMeetAreSaid) {
  auto const defects = defects_of("  - {app: tags, crm: tags}\n");
  ASSERT_THAT(codes_in(defects), ElementsAre("M304"));
  EXPECT_THAT(defects[0].hint, HasSubstr("split"));
  EXPECT_THAT(codes_in(defects_of("  - {app: name, crm: tags, transform: trim}\n")),
              ElementsAre("M304"));
  EXPECT_THAT(codes_in(defects_of("  - {app: gone_at, crm: born, direction: to_crm}\n")),
              ElementsAre("M304"));
}

TEST(BindMapping, PoliciesFitTheTypeOnlyIfTheRowNamesThem) {
  EXPECT_THAT(codes_in(defects_of("  - {app: name, crm: name, conflict: merge_set}\n")),
              ElementsAre("M305"));
  EXPECT_THAT(
      defects_of("  - {app: name, crm: name}\n", "conflict: {default: [sum_deltas, app]}\n"),
      IsEmpty());
  EXPECT_THAT(defects_of("  - {app: score, crm: score, conflict: sum_deltas}\n"), IsEmpty());
}

TEST(BindMapping, LabelsAreOptionsOfAClosedList) {
  auto const defects =
      defects_of("  - {app: status, crm: stage, values: {a: lead, b: custommer}}\n");
  ASSERT_THAT(codes_in(defects), ElementsAre("M306"));
  EXPECT_THAT(defects[0].hint, HasSubstr("`customer`"));
}

TEST(BindMapping, CreatedRowsNeedEveryNotNullColumn) {
  auto const defects = defects_of("  - {app: email, crm: email}\n  - {app: needed, crm: name}\n",
                                  "create: crm_to_app\n");
  ASSERT_THAT(codes_in(defects), ElementsAre("M307"));
  EXPECT_THAT(defects[0].text, HasSubstr("`amount`"));
  EXPECT_THAT(defects_of("  - {app: email, crm: email}\n", "create: app_to_crm\n"), IsEmpty());
}

}  // namespace
}  // namespace crmsync::mappings
