// How a diagnostic looks, and the nearest name.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/codes.hpp"
#include "mappings/report.hpp"
#include "tests/unit/mappings/mapping_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace crmsync::mappings {
namespace {

TEST(RenderDiagnostic, ShowsCodePlaceLineUnderlineAndCure) {
  Diagnostic const d{"M204",
                     "mappings.d/contacts-customers.yaml",
                     36,
                     28,
                     8,
                     "unknown key `directon` in fields[3]",
                     "did you mean `direction`?",
                     "  - {app: phone, crm: phone, directon: to_crm}",
                     false};
  EXPECT_EQ(render(d),
            "error[M204]: unknown key `directon` in fields[3]\n"
            "  --> mappings.d/contacts-customers.yaml:36:28\n"
            "   36 |   - {app: phone, crm: phone, directon: to_crm}\n"
            "      |                            ^^^^^^^^ did you mean `direction`?\n");
}

TEST(RenderDiagnostic, WholeFileHasNoPlace) {
  Diagnostic const d{"M113", "a.yaml", 0, 0, 1, "the file is empty", "delete it", "", true};
  EXPECT_EQ(render(d), "warning[M113]: the file is empty\n  --> a.yaml\n      = delete it\n");
}

TEST(RenderDiagnostic, ControlBytesAndTabsCannotMoveTheTerminal) {
  Diagnostic const d{"M204", "a.yaml", 1, 3, 1, "x", "", "\t\x1b[2Jx", false};
  auto const text = render(d);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\t'), std::string::npos);
}

TEST(RenderDiagnostic, LongLinesShowTheirPartAroundTheFault) {
  Diagnostic d{"M204", "a.yaml", 1,  501,
               4,      "x",      "", std::string(500, '.') + "here" + std::string(500, '.'),
               false};
  auto const text = render(d);
  EXPECT_NE(text.find("here"), std::string::npos);
  EXPECT_LT(text.size(), 400u);
  auto const line = text.substr(text.find("    1 | "));
  EXPECT_EQ(line.find("here"), line.find("^^^^", line.find('\n')) - line.find('\n') - 1);
}

TEST(NearestName, StaysWithinAThirdOfTheWord) {
  std::vector<std::string_view> const known{"direction", "drift", "compare", "app"};
  EXPECT_EQ(nearest_name("directon", known), "direction");
  EXPECT_EQ(nearest_name("dirft", known), "drift");
  EXPECT_EQ(nearest_name("comparison", known), "");
  EXPECT_EQ(nearest_name("ap", known), "app");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'a'), known), "");
  EXPECT_EQ(nearest_name("anything", {}), "");
}

TEST(NearestName, SwappedNeighboursAreOneStep) {
  EXPECT_EQ(nearest_name("fisrtname", {"firstname", "lastname"}), "firstname");
}

TEST(Report, ManyFaultsAreBounded) {
  Report report("a", "");
  for (int i = 0; i < 10'000; ++i) report.error("M204", {}, "x");
  EXPECT_EQ(report.take().size(), Report::kDiagnosticsMax);
}

TEST(Report, MaskedPartsLeaveNoTrace) {
  Report report("a", "k: {token: abc, y: def} # abc\n");
  report.mask({1, 12, 3});
  report.error("M204", {1, 17, 1}, "x");
  report.mask({1, 20, 3});
  auto const d = report.take().front();
  EXPECT_EQ(d.excerpt, "k: {token: ***, y: ***} # abc");
  EXPECT_EQ(d.column, 17);
}

TEST(CodeTable, HoldsExactlyTheCodesThatSourcesUse) {
  std::set<std::string> used;
  std::regex const code("\"(M[0-9]{3})\"");
  auto const folder = std::filesystem::path(CRMSYNC_SOURCE_DIR) / "mappings";
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp" || entry.path().filename() == "codes.cpp") continue;
    auto const text = read_text(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match)
      used.insert((*match)[1]);
  }
  std::set<std::string> tabled;
  std::string last;
  for (auto const& row : code_table()) {
    EXPECT_LT(last, row.code);
    last = row.code;
    tabled.emplace(row.code);
    EXPECT_FALSE(row.title.empty() || row.explanation.empty() || row.cure.empty()) << row.code;
  }
  EXPECT_EQ(used, tabled);
  EXPECT_EQ(find_code("M999"), nullptr);
  EXPECT_EQ(find_code("M204")->title, "unknown key");
}

}  // namespace
}  // namespace crmsync::mappings
