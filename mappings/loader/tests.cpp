// The entries of `tests`: whom they name, and whether they test anything.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

constexpr std::string_view kAt = "at";

class TestReader {
 public:
  TestReader(YamlNode const& node, Mapping const& mapping, Report& report)
      : node_(node), report_(report) {
    for (auto const& field : mapping.fields) {
      names_.push_back(field.name);
      columns_.insert(columns_.end(), field.app.begin(), field.app.end());
      properties_.insert(properties_.end(), field.crm.begin(), field.crm.end());
    }
  }

  MappingTest read() {
    test_.name = text_at(node_, "name");
    test_.line = node_.at.line;
    if (auto const* base = node_.find("base")) test_.base = read_values(*base, columns_);
    test_.app = read_side("app", columns_);
    test_.crm = read_side("crm", properties_);
    if (auto const* node = node_.find("expect_app"))
      test_.expect_app = read_values(*node, columns_);
    if (auto const* node = node_.find("expect_crm"))
      test_.expect_crm = read_values(*node, properties_);
    if (auto const* node = node_.find("expect")) test_.expect = read_values(*node, columns_);
    if (auto const* writes = node_.find("expect_writes")) {
      test_.app_writes = read_names(writes->find("app"));
      test_.crm_writes = read_names(writes->find("crm"));
    }
    if (auto const* asks = node_.find("expect_asks")) test_.asks = read_names(asks);
    test_.error = text_at(node_, "expect_error");
    test_.round_trip = text_at(node_, "round_trip") == "true";
    check_sense();
    return std::move(test_);
  }

 private:
  using Names = std::vector<std::string_view>;

  void check_name(std::string const& name, Position at, Names const& known) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    report_.error("M223", at, "`" + name + "` is in no row of `fields`", suggest(name, known));
  }

  TestValues read_values(YamlNode const& node, Names const& known) {
    TestValues values;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      check_name(node.keys[i].text, node.keys[i].at, known);
      auto const& value = node.items[i];
      values.emplace_back(node.keys[i].text, value.is_scalar() ? value.text : std::string());
    }
    return values;
  }

  // `at` is when the side was written, unless a row of `fields` has that name.
  std::optional<TestSide> read_side(std::string_view which, Names const& known) {
    auto const* node = node_.find(which);
    if (node == nullptr) return std::nullopt;
    bool const is_time = std::find(known.begin(), known.end(), kAt) == known.end();
    YamlNode rest = *node;
    TestSide side;
    for (std::size_t i = 0; i < node->keys.size() && is_time; ++i) {
      if (node->keys[i].text != kAt) continue;
      side.at = engine::parse_timestamp(node->items[i].text);
      if (!side.at)
        report_.error("M208", node->items[i].at,
                      "`" + node->items[i].text + "` is no time for `at`",
                      "write \"2026-01-31T10:00:00Z\"");
      rest.keys.erase(rest.keys.begin() + static_cast<std::ptrdiff_t>(i));
      rest.items.erase(rest.items.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    side.values = read_values(rest, known);
    return side;
  }

  // No node: nothing is expected there.
  std::vector<std::string> read_names(YamlNode const* node) {
    std::vector<std::string> out;
    if (node == nullptr) return out;
    auto const take = [&](YamlNode const& item) {
      check_name(item.text, item.at, names_);
      out.push_back(item.text);
    };
    if (node->is_scalar()) take(*node);
    for (auto const& item : node->items) take(item);
    return out;
  }

  void senseless(std::string text, std::string cure) {
    report_.error("M224", node_.at, "test `" + test_.name + "` " + std::move(text),
                  std::move(cure));
  }

  void check_sense() {
    bool const decides = test_.base || (test_.app && test_.crm);
    bool const looks = !test_.expect.empty() || test_.app_writes || test_.asks;
    bool const converts =
        !test_.expect_app.empty() || !test_.expect_crm.empty() || test_.round_trip;
    if (!test_.app && !test_.crm) return senseless("holds no record", "give it app or crm");
    if (!looks && !converts && test_.error.empty())
      return senseless("expects nothing", "add expect_crm, expect, expect_writes or expect_asks");
    if (looks && !decides)
      return senseless("has one side only, so nothing is decided",
                       "give it the other side, or a base");
    if (decides && converts)
      return senseless("decides between two sides, but expects a conversion",
                       "write what both hold in the end: expect");
    if (!test_.expect_crm.empty() && !test_.app)
      senseless("has no row that could become a CRM record", "give it app");
    if (!test_.expect_app.empty() && !test_.crm)
      senseless("has no CRM record that could become a row", "give it crm");
  }

  YamlNode const& node_;
  Report& report_;
  Names names_, columns_, properties_;
  MappingTest test_;
};

}  // namespace

void read_tests(YamlNode const& root, Mapping& mapping, Report& report) {
  auto const* tests = root.find("tests");
  if (tests == nullptr || !tests->is_sequence()) return;
  for (auto const& node : tests->items)
    if (node.is_map()) mapping.tests.push_back(TestReader(node, mapping, report).read());
}

}  // namespace crmsync::mappings
