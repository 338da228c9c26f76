// The checker checked: small texts that break one rule each, and near misses that break none.
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/include_rules.hpp"
#include "tests/tidy/text_rules.hpp"
#include "tests/tidy/tree_rules.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace crmsync::tests::tidy {
namespace {

SourceFile file(std::string path, std::string text) {
  return source_file(std::move(path), std::move(text));
}

std::string only(Findings const& findings) {
  return findings.size() == 1 ? findings.front().text()
                              : std::to_string(findings.size()) + " findings";
}

std::string include(std::string path, std::string_view name) {
  return only(check_includes(file(std::move(path), "\n#include " + std::string(name) + "\n")));
}

constexpr char const* kNone = "0 findings";

TEST(IncludeTable, EngineTakesTheStandardLibraryAndResultOnly) {
  EXPECT_EQ(include("engine/plan.cpp", "<boost/asio.hpp>"),
            "engine/plan.cpp:2 includes <boost/asio.hpp>: engine is pure, see engine/README.md");
  EXPECT_EQ(include("engine/plan.cpp", "<vector>"), kNone);
  EXPECT_EQ(include("engine/error.hpp", "<boost/system/result.hpp>"), kNone);
  EXPECT_EQ(include("engine/plan.cpp", "\"engine/merge.hpp\""), kNone);
  for (auto const* bad : {"<thread>", "<random>", "<unistd.h>", "\"state/rows.hpp\"",
                          "<boost/system/error_code.hpp>", "\"merge.hpp\"", "\"../merge.hpp\""})
    EXPECT_NE(include("engine/plan.cpp", bad), kNone) << bad;
}

TEST(IncludeTable, ConnectorsDoNotSeeEachOtherNorTheStore) {
  EXPECT_EQ(include("connectors/sqlite/rows.cpp", "<sqlite3.h>"), kNone);
  EXPECT_EQ(include("connectors/hubspot/hubspot.cpp", "\"connectors/http/client.hpp\""), kNone);
  EXPECT_EQ(include("connectors/hubspot/hubspot.cpp", "\"connectors/connector.hpp\""), kNone);
  EXPECT_EQ(include("connectors/registry.cpp", "\"connectors/sqlite/sqlite.hpp\""), kNone);
  for (auto const* bad :
       {"\"connectors/sqlite/sqlite.hpp\"", "\"state/rows.hpp\"", "\"mappings/mapping.hpp\"",
        "\"daemon/app.hpp\"", "<boost/beast/http.hpp>", "<boost/beast.hpp>", "<lmdb.h>"})
    EXPECT_NE(include("connectors/hubspot/hubspot.cpp", bad), kNone) << bad;
}

TEST(IncludeTable, WireFilesArePure) {
  EXPECT_EQ(include("connectors/hubspot/wire.cpp", "<rapidjson/reader.h>"), kNone);
  EXPECT_EQ(include("connectors/hubspot/webhook.cpp", "<openssl/hmac.h>"), kNone);
  EXPECT_NE(include("connectors/hubspot/wire.cpp", "<boost/asio/awaitable.hpp>"), kNone);
  EXPECT_NE(include("connectors/hubspot/wire_batch.cpp", "<unistd.h>"), kNone);
  EXPECT_NE(include("connectors/hubspot/wire/batch.cpp", "\"connectors/task.hpp\""), kNone);
}

TEST(IncludeTable, ModelStateAndMappingsKeepToTheirLibraries) {
  EXPECT_EQ(include("state/lmdb.cpp", "<lmdb.h>"), kNone);
  EXPECT_NE(include("state/lmdb.cpp", "<boost/asio/post.hpp>"), kNone);
  EXPECT_EQ(include("mappings/transforms/fold.cpp", "<unicode/unistr.h>"), kNone);
  EXPECT_NE(include("mappings/mapping.cpp", "<unicode/unistr.h>"), kNone);
  EXPECT_NE(include("mappings/mapping.cpp", "<rapidjson/document.h>"), kNone);
  EXPECT_NE(include("connectors/simulator/model/store.cpp", "\"connectors/http/server.hpp\""),
            kNone);
  EXPECT_EQ(include("connectors/simulator/faces/a.cpp", "\"connectors/simulator/model/crm.hpp\""),
            kNone);
  EXPECT_EQ(include("mappings/config/secrets.cpp", "<unistd.h>"), kNone);
  EXPECT_NE(include("mappings/rules.cpp", "<unistd.h>"), kNone);
  EXPECT_NE(include("daemon/app.cpp", "\"tests/support/clock.hpp\""), kNone);
}

TEST(IncludeTable, ASecondUserOfASoleLibraryIsFound) {
  Tree tree{.root = {}, .files = {}, .folders = {}, .top_files = {}};
  tree.files.push_back(file("mappings/reader.cpp", "#include <yaml-cpp/yaml.h>\n"));
  tree.files.push_back(file("mappings/reader.hpp", "#include <yaml-cpp/yaml.h>\n"));
  EXPECT_TRUE(check_sole_users(tree).empty());
  tree.files.push_back(file("mappings/second.cpp", "#include <yaml-cpp/yaml.h>\n"));
  EXPECT_EQ(check_sole_users(tree).size(), 2u);
}

TEST(IncludeTable, AsioIsFoundBehindAHeaderOfOurs) {
  Tree tree{.root = {}, .files = {}, .folders = {}, .top_files = {}};
  tree.files.push_back(file("connectors/hubspot/rows.hpp", "#include \"connectors/task.hpp\"\n"));
  tree.files.push_back(
      file("connectors/hubspot/wire.cpp", "#include \"connectors/hubspot/rows.hpp\"\n"));
  tree.files.push_back(file("connectors/task.hpp", "#include <boost/asio/awaitable.hpp>\n"));
  auto const found = only(check_reached_includes(tree));
  EXPECT_NE(found.find("wire.cpp -> connectors/hubspot/rows.hpp -> connectors/task.hpp"),
            std::string::npos)
      << found;
}

TEST(Shape, WideLinesTabsAndLongFilesAreFound) {
  EXPECT_EQ(only(check_shape(file("a.cpp", std::string(100, 'x') + "\n"))), kNone);
  EXPECT_EQ(only(check_shape(file("a.cpp", std::string(101, 'x') + "\n"))),
            "a.cpp:1 is 101 columns wide: at most 100");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(only(check_shape(file("a.cpp", umlauts + "\n"))), kNone);
  EXPECT_NE(only(check_shape(file("a.cpp", "\tx\n"))), kNone);
  EXPECT_NE(only(check_shape(file("a.cpp", "x\r\n"))), kNone);
  EXPECT_NE(only(check_shape(file("a.cpp", "x"))), kNone);
  std::string lines;
  for (int i = 0; i < 401; ++i) lines += "x\n";
  EXPECT_EQ(only(check_shape(file("a.cpp", lines))),
            "a.cpp has 401 lines: split it by role, at most 400");
}

TEST(Name, CollectorsAreRefused) {
  for (auto const* bad :
       {"a/utils.cpp", "a/string_util.hpp", "a/helpers.cpp", "common.hpp", "a/session_manager.cpp"})
    EXPECT_EQ(check_name(file(bad, "")).size(), 1u) << bad;
  EXPECT_EQ(only(check_name(file("a/utility_of_plan.cpp", ""))), kNone);
}

TEST(Licence, MustStandInTheFirstComment) {
  std::string const line = "// SPDX-License-Identifier: Apache-2.0\n";
  EXPECT_EQ(only(check_licence_line(file("a.cpp", "// What.\n" + line + "int a;\n"))), kNone);
  EXPECT_NE(only(check_licence_line(file("a.cpp", "int a;\n" + line))), kNone);
  EXPECT_NE(only(check_licence_line(file("a.sh", "#!/bin/sh\ntrue\n"))), kNone);
}

TEST(Words, NotesToSelfAndMachinePathsAreFound) {
  std::string const note = "TO", path = "/wo";
  EXPECT_NE(only(check_words(file("a.cpp", "// " + note + "DO later\n"))), kNone);
  EXPECT_NE(only(check_words(file("README.md", "see " + path + "rk/main\n"))), kNone);
  EXPECT_EQ(only(check_words(file("a.cpp", "int " + note + "DOS; // a/net" + path + "rk/b\n"))),
            kNone);
  EXPECT_EQ(only(check_words(file("a.cpp", "auto a = \"" + note + "DO\";\n"))), kNone)
      << "what a vendor calls something is no note";
}

TEST(InjectedTime, ClocksAreFoundBelowTheDaemon) {
  std::string const now = "auto t = std::chrono::system_clock::now();\n";
  EXPECT_NE(only(check_injected_time(file("engine/a.cpp", now))), kNone);
  EXPECT_NE(only(check_injected_time(file("connectors/http/a.cpp", "std::random_device d;\n"))),
            kNone);
  EXPECT_EQ(only(check_injected_time(file("daemon/a.cpp", now))), kNone);
  EXPECT_EQ(only(check_injected_time(file("engine/a.cpp", "// " + now))), kNone);
}

TEST(TlsFactory, ASecondContextIsFound) {
  std::string const text = "asio::ssl::context c{asio::ssl::context::tls_client};\n";
  EXPECT_NE(only(check_tls_factory(file("connectors/http/client.cpp", text))), kNone);
  EXPECT_EQ(only(check_tls_factory(file("connectors/http/tls.cpp", text))), kNone);
}

TEST(BeyondClang, SubrangesAreFound) {
  EXPECT_NE(only(check_clang_reads_it(file("a.cpp", "auto r = std::ranges::unique(v);\n"))), kNone);
  EXPECT_EQ(only(check_clang_reads_it(file("a.cpp", "std::ranges::sort(v);\n"))), kNone);
}

TEST(AwaitedChoice, IsFoundOnEitherSide) {
  for (auto const* text : {"x = a ? co_await f() : g();\n", "x = a ? g() : co_await f();\n"})
    EXPECT_NE(only(check_awaited_choices(file("a.cpp", text))), kNone);
  EXPECT_EQ(only(check_awaited_choices(file("a.cpp", "x = (co_await f()) ? 1 : 2;\n"))), kNone);
}

std::string body(std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += "  if (a) { b(); }\n";
  return text;
}

TEST(FunctionLength, LongOnesAreFoundWhateverTheirForm) {
  for (auto const* head :
       {"int f(int a) {\n", "TEST(Suite, Name) {\n", "struct S {\n  void f() const noexcept {\n",
        "namespace a {\nauto f(int a) -> std::vector<int> {\n", "S::S(int a) : a_{a}, b_(2) {\n",
        "template <class T>\nT f(std::array<int, 2> a = {}) {\n"})
    EXPECT_EQ(check_function_length(file("a.cpp", head + body(70) + "}\n")).size(), 1u) << head;
}

TEST(FunctionLength, TablesScopesAndShortFunctionsAreNot) {
  EXPECT_EQ(only(check_function_length(file("a.cpp", "int f(int a) {\n" + body(68) + "}\n"))),
            kNone);
  EXPECT_EQ(
      only(check_function_length(file("a.cpp", "constexpr Row kRows[] = {\n" + body(90) + "};\n"))),
      kNone);
  EXPECT_EQ(only(check_function_length(
                file("a.cpp", "constexpr std::array kRows{\n" + body(90) + "};\n"))),
            kNone);
  std::string members;
  for (int i = 0; i < 90; ++i) members += "  int f() { return 1; }\n";
  EXPECT_EQ(only(check_function_length(file("a.hpp", "class A : public B {\n" + members + "};\n"))),
            kNone);
}

TEST(Literals, AreBlankedWithoutMovingLines) {
  auto const source = file("a.cpp", "a(\"{\", '{'); // {\nR\"x({)x\" 1'000 b");
  EXPECT_EQ(source.code, "a(   ,    );     \n         1'000 b");
  EXPECT_EQ(source.prose, "a(   ,    ); // {\n         1'000 b");
}

class TreeOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("crmsync-tidy-" + std::to_string(getpid()));
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(std::string const& path, std::string const& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::filesystem::path root_;
};

TEST_F(TreeOnDisk, StrangeFoldersFilesAndMissingPagesAreFound) {
  for (auto const* room :
       {"connectors", "daemon", "engine", "mappings", "packaging", "state", "tests"})
    write(std::string(room) + "/README.md", "");
  for (auto const* top :
       {"CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md"})
    write(top, "");
  EXPECT_EQ(only(check_top_level(read_tree(root_))), kNone);
  EXPECT_EQ(only(check_readmes(read_tree(root_))), kNone);
  write("docs/page.md", "");
  write("notes.txt", "");
  write("connectors/pipedrive/wire.cpp", "");
  std::filesystem::remove(root_ / "LICENSE");
  EXPECT_EQ(check_top_level(read_tree(root_)).size(), 3u);
  EXPECT_EQ(only(check_readmes(read_tree(root_))).substr(0, 20), "connectors/pipedrive");
}

TEST_F(TreeOnDisk, DeadLinksAreFound) {
  write("README.md", "[a](engine/README.md#laws) [b](https://x.example/) `[c](no)` [d](gone.md)\n");
  write("engine/README.md", "[up](../README.md)\n");
  EXPECT_EQ(only(check_links(read_tree(root_))),
            "README.md:1 links to gone.md, which is not there");
}

}  // namespace
}  // namespace crmsync::tests::tidy
