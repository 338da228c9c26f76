// What a write owes its caller: one effect, told per operation, on what was named and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/suite.hpp"

#include <algorithm>

namespace crmsync::tests::conformance {
namespace {

bool names_field(engine::Error const& error, std::string const& field) {
  return std::ranges::find(error.fields, field) != error.fields.end() ||
         error.message().find(field) != std::string::npos;
}

TEST_P(ConnectorConformance, WriteIsStoredExactlyAndReadBack) {
  auto const key = create_one(row("Ann", "old", "1"));
  auto operation = update(1, key, names().text, text("Bj\xc3\xb6rn O'Neil \"x\""), text("Ann"));
  operation.fields.set(names().exact, decimal("12345678901234567.89"));
  operation.expected.set(names().exact, *fetch(key).fields.find(names().exact));
  auto const receipt = apply({operation}).front();
  ASSERT_FALSE(receipt.error) << receipt.error->message();
  EXPECT_EQ(receipt.op_id, 1u);
  EXPECT_EQ(receipt.key, key);
  EXPECT_EQ(system().stored(key, names().text), "Bj\xc3\xb6rn O'Neil \"x\"");
  EXPECT_EQ(system().stored(key, names().exact), "12345678901234567.89");
  EXPECT_EQ(system().stored(key, names().note), "old") << "a field was written that was not named";
  auto const read = fetch(key);
  for (auto const& [field, value] : receipt.stored)
    EXPECT_EQ(read.fields.get(field), value) << field;
  if (can().receipt_has_values) {
    EXPECT_TRUE(receipt.stored.contains(names().text));
  }
}

TEST_P(ConnectorConformance, NumberIsStoredExactlyOrRefused) {
  for (std::string const number : {"0.1", "-3.5", "9007199254740993", "12345678901234567.89"}) {
    auto const key = create_one();
    auto const seen = *fetch(key).fields.find(names().number);
    auto const receipt = apply({update(1, key, names().number, decimal(number), seen)}).front();
    auto const value = fetch(key).fields.get(names().number);
    ASSERT_TRUE(value);
    if (receipt.error) {
      EXPECT_EQ(receipt.error->code, Errc::invalid_value) << receipt.error->message();
      EXPECT_TRUE(names_field(*receipt.error, names().number)) << receipt.error->message();
      EXPECT_EQ(*value, seen);
    } else {
      EXPECT_EQ(engine::display(*value), number);
    }
  }
}

TEST_P(ConnectorConformance, WritingNullEmptiesTheField) {
  auto const key = create_one(row("Ann", "old", "1"));
  auto const receipt = apply({update(1, key, names().note, engine::Null{}, text("old"))}).front();
  ASSERT_FALSE(receipt.error) << receipt.error->message();
  EXPECT_EQ(system().stored(key, names().note).value_or(""), "");
  EXPECT_TRUE(engine::is_blank(*fetch(key).fields.find(names().note)));
}

TEST_P(ConnectorConformance, VersionsGrowWithEveryWrite) {
  auto const key = create_one();
  auto const before = fetch(key);
  ASSERT_FALSE(apply({update(1, key, names().text, text("B"), text("Ann"))}).front().error);
  auto const after = fetch(key);
  if (before.version.known() && after.version.known()) {
    EXPECT_GE(after.version, before.version);
  }
}

TEST_P(ConnectorConformance, CreatingTwiceIsOneRecord) {
  auto const operation = creation(7, "Once");
  auto const first = apply({operation}).front();
  ASSERT_FALSE(first.error) << first.error->message();
  EXPECT_TRUE(first.created);
  ASSERT_FALSE(first.key.empty());
  auto const records = system().live_records();
  restart();
  auto const second = apply({operation}).front();
  if (second.error) {
    EXPECT_EQ(second.error->code, Errc::already_exists) << second.error->message();
    EXPECT_EQ(second.error->other_key, first.key);
  } else {
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.key, first.key);
  }
  EXPECT_EQ(system().live_records(), records);
}

TEST_P(ConnectorConformance, LookupAfterACreateIsStrong) {
  auto const operation = creation(8, "Looked up");
  auto const before = await(endpoint().lookup_created(operation));
  ASSERT_TRUE(before) << before.error().message();
  EXPECT_EQ(before->presence, Presence::none);
  auto const receipt = apply({operation}).front();
  ASSERT_FALSE(receipt.error) << receipt.error->message();
  restart();  // and no time passes: an index would not know the record yet
  auto const after = await(endpoint().lookup_created(operation));
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(after->presence, Presence::present);
  EXPECT_EQ(after->current_key.empty() ? after->key : after->current_key, receipt.key);
  EXPECT_EQ(after->fields.get(names().text), text("Looked up"));
}

TEST_P(ConnectorConformance, StaleWriteIsRefusedAndChangesNothing) {
  if (!can().compare_and_set) GTEST_SKIP() << "this system has no compare-and-set";
  auto const key = create_one();
  system().edit({key}, names().text, "edited by a person");
  auto const receipt = apply({update(1, key, names().text, text("ours"), text("Ann"))}).front();
  ASSERT_TRUE(receipt.error);
  EXPECT_EQ(receipt.error->code, Errc::precondition_failed) << receipt.error->message();
  EXPECT_EQ(system().stored(key, names().text), "edited by a person");
}

TEST_P(ConnectorConformance, NullIsComparedLikeAValue) {
  if (!can().compare_and_set) GTEST_SKIP() << "this system has no compare-and-set";
  auto const key = create_one(row("Ann", {}, {}));
  auto const wrong = apply({update(1, key, names().note, text("n"), text("x"))}).front();
  ASSERT_TRUE(wrong.error);
  EXPECT_EQ(wrong.error->code, Errc::precondition_failed);
  auto const right = apply({update(2, key, names().note, text("n"), engine::Null{})}).front();
  EXPECT_FALSE(right.error) << right.error->message();
  EXPECT_EQ(system().stored(key, names().note), "n");
}

TEST_P(ConnectorConformance, OneBadOperationDoesNotSpoilTheBatch) {
  auto const keys = system().create({{}, {}, {}, {}});
  std::string field = names().note;
  auto const refused = system().refused_value(field);
  std::vector<Operation> batch;
  for (std::size_t i = 0; i < keys.size(); ++i)
    batch.push_back(update(i + 1, keys[i], names().text, text("good"), text("Ann")));
  batch[1].fields.set(field, refused);
  if (auto const seen = fetch(keys[1]).fields.get(field)) batch[1].expected.set(field, *seen);
  batch[2].key = "987654321";
  auto const receipts = apply(batch);
  for (std::size_t i : {0u, 3u}) {
    EXPECT_FALSE(receipts[i].error) << receipts[i].error->message();
    EXPECT_EQ(system().stored(keys[i], names().text), "good");
  }
  for (std::size_t i : {1u, 2u}) {
    ASSERT_TRUE(receipts[i].error) << i;
    EXPECT_EQ(receipts[i].op_id, i + 1);
    EXPECT_NE(receipts[i].error->code, Errc::internal) << receipts[i].error->message();
    EXPECT_FALSE(receipts[i].error->maybe_applied);
  }
  EXPECT_TRUE(names_field(*receipts[1].error, field)) << receipts[1].error->message();
  EXPECT_EQ(system().stored(keys[1], names().text), "Ann");
}

TEST_P(ConnectorConformance, ErasedOrArchivedRecordIsGoneAndStaysSo) {
  auto const keys = system().create({{}, {}});
  Operation operation;
  operation.op_id = 1;
  operation.kind = OperationKind::archive;
  operation.key = keys[0];
  auto receipt = apply({operation}).front();
  if (receipt.error) {  // no soft form here
    EXPECT_EQ(receipt.error->code, Errc::unsupported) << receipt.error->message();
    operation.kind = OperationKind::erase;
    receipt = apply({operation}).front();
  }
  ASSERT_FALSE(receipt.error) << receipt.error->message();
  EXPECT_EQ(fetch(keys[0]).presence, Presence::deleted);
  EXPECT_EQ(fetch(keys[1]).presence, Presence::present);
  operation.op_id = 2;
  auto const again = apply({operation}).front();
  if (again.error) {
    EXPECT_EQ(again.error->code, Errc::not_found) << again.error->message();
  }
}

TEST_P(ConnectorConformance, UnknownFieldsAndObjectsAreNamed) {
  auto spec = system().spec();
  spec.fields.emplace_back("no_such_field");
  auto described = await(connector().open(spec)->describe());
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().code, Errc::invalid_schema) << described.error().message();
  EXPECT_TRUE(names_field(described.error(), "no_such_field")) << described.error().message();

  spec = system().spec();
  spec.object = "no_such_object";
  described = await(connector().open(spec)->describe());
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().code, Errc::invalid_schema) << described.error().message();
  EXPECT_NE(described.error().message().find("no_such_object"), std::string::npos);
}

TEST_P(ConnectorConformance, ReadOnlyFieldIsRefusedBeforeAnythingIsWritten) {
  auto const* field = description().schema.find(names().read_only);
  ASSERT_NE(field, nullptr);
  EXPECT_TRUE(field->read_only);
  auto spec = system().spec();
  spec.writable.push_back(names().read_only);
  auto const described = await(connector().open(spec)->describe());
  ASSERT_FALSE(described);
  auto const code = described.error().code;
  EXPECT_TRUE(code == Errc::read_only || code == Errc::invalid_schema)
      << described.error().message();
  EXPECT_TRUE(names_field(described.error(), names().read_only)) << described.error().message();
}

TEST_P(ConnectorConformance, SchemaSaysWhatValuesAre) {
  auto const& schema = description().schema;
  for (auto const& name : {names().text, names().note, names().exact, names().number}) {
    ASSERT_NE(schema.find(name), nullptr) << name;
    EXPECT_FALSE(schema.find(name)->read_only) << name;
  }
  EXPECT_EQ(schema.find(names().text)->type, engine::ValueType::string);
  EXPECT_EQ(schema.find(names().number)->type, engine::ValueType::decimal);
  EXPECT_GE(can().fetch_batch_max, 1u);
  EXPECT_GE(can().apply_batch_max, 1u);
}

}  // namespace
}  // namespace crmsync::tests::conformance
