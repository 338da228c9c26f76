// A whole configuration folder: what is read, what is refused, and that no credential is shown.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mappings/mapping_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <map>

namespace crmsync::mappings {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<ConnectionTypeView> types() {
  return {
      {"sqlite", false, {{"path", "path", true, ""}, {"busy_timeout", "duration", false, "5s"}}},
      {"hubspot",
       true,
       {{"base_url", "url", false, "https://api.hubapi.com"},
        {"auth.token", "secret", true, ""},
        {"quota.reserve", "percent", false, "20%"},
        {"quota.limit", "rate", false, "190/10s"}}}};
}

class ConfigFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "crmsync-config-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    put("connections.d/shop.yaml",
        "version: 1\nconnection: shop-db\ntype: sqlite\npath: shop.db\n");
    put("connections.d/hubspot.yaml",
        "version: 1\nconnection: hubspot\ntype: hubspot\nauth: {token: \"${env:TOKEN}\"}\n");
    put("mappings.d/customers.yaml",
        read_text(fs::path(CRMSYNC_SOURCE_DIR) / "mappings/examples/smallest.yaml"));
    environment_["TOKEN"] = "sesame";
  }
  void TearDown() override { fs::remove_all(root_); }

  void put(std::string const& name, std::string const& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  LoadResult load() const {
    return load_config(root_, types(), [this](std::string const& name) {
      auto const found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  std::vector<std::string> codes_of_load() const {
    std::vector<std::string> out;
    for (auto const& diagnostic : load().diagnostics) out.push_back(diagnostic.code);
    return out;
  }
  void token(std::string const& reference) {
    put("connections.d/hubspot.yaml",
        "version: 1\nconnection: hubspot\ntype: hubspot\nauth: {token: \"" + reference + "\"}\n");
  }
  std::string secret() const {
    auto const result = load();
    if (!result.config) return "failed: " + all(result.diagnostics);
    for (auto const& connection : result.config->connections)
      if (connection.name == "hubspot")
        return std::string(connection.secrets.at("auth.token").reveal());
    return "none";
  }

  fs::path root_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigFolder, LoadsWithDefaultsAndAbsolutePaths) {
  auto const result = load();
  ASSERT_TRUE(result.config) << all(result.diagnostics);
  ASSERT_EQ(result.config->connections.size(), 2u);
  auto const& hubspot = result.config->connections[0];
  EXPECT_EQ(hubspot.name, "hubspot");
  EXPECT_EQ(hubspot.values.at("base_url"), "https://api.hubapi.com");
  EXPECT_EQ(hubspot.values.at("quota.reserve"), "20%");
  EXPECT_FALSE(hubspot.values.contains("auth.token"));
  EXPECT_EQ(hubspot.secrets.at("auth.token").reveal(), "sesame");
  EXPECT_EQ(result.config->connections[1].values.at("path"), (root_ / "shop.db").string());
  ASSERT_EQ(result.config->mappings.size(), 1u);
  EXPECT_EQ(result.config->mappings[0]->name, "customers");
  EXPECT_EQ(result.config->settings.log_level, "info");
  // Only that the credential stands in the environment.
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "M409");
  EXPECT_TRUE(result.diagnostics[0].warning);
}

TEST_F(ConfigFolder, SettingsAreReadWithTheirUnits) {
  put("crmsync.yaml",
      "version: 1\nstate_dir: state\nsocket: /run/x.sock\nwebhooks: {listen: \"127.0.0.1:8080\", "
      "public_url: \"https://sync.example\", retention: 2d}\nlog: {level: debug}\n"
      "limits: {intake_max: 5000, state_bytes_max: 2GiB}\nhistory: {retention: 90m}\n"
      "metrics: {listen: \"[::1]:9100\"}\n");
  auto const result = load();
  ASSERT_TRUE(result.config) << all(result.diagnostics);
  auto const& settings = result.config->settings;
  EXPECT_EQ(settings.state_dir, root_ / "state");
  EXPECT_EQ(settings.socket, "/run/x.sock");
  EXPECT_EQ(settings.webhooks_listen, "127.0.0.1:8080");
  EXPECT_EQ(settings.webhooks_public_url, "https://sync.example");
  EXPECT_EQ(settings.webhook_retention, std::chrono::hours(48));
  EXPECT_EQ(settings.history_retention, std::chrono::hours(2));
  EXPECT_EQ(settings.intake_max, 5000u);
  EXPECT_EQ(settings.state_bytes_max, 2ull << 30);
  EXPECT_EQ(settings.metrics_listen, "[::1]:9100");
}

TEST_F(ConfigFolder, EveryFilesErrorsComeAtOnceAndSorted) {
  put("crmsync.yaml", "version: 2\nlogg: {level: debug}\nwebhooks: {listen: 8080}\n");
  put("connections.d/shop.yaml", "version: 1\nconnection: shop-db\ntype: sqlit\npath: x\n");
  put("mappings.d/customers.yaml", "version: 1\nmapping: Customers\nfield: []\n");
  auto const result = load();
  EXPECT_FALSE(result.config);
  EXPECT_TRUE(std::is_sorted(result.diagnostics.begin(), result.diagnostics.end(),
                             [](auto const& a, auto const& b) { return a.file < b.file; }));
  EXPECT_THAT(codes_of_load(), Contains("M202"));
  EXPECT_THAT(codes_of_load(), Contains("M204").Times(2));
  EXPECT_THAT(codes_of_load(), Contains("M208"));
  EXPECT_THAT(codes_of_load(), Contains("M405"));
  EXPECT_THAT(codes_of_load(), Contains("M209"));
  EXPECT_THAT(all(result.diagnostics), HasSubstr("did you mean `sqlite`?"));
}

TEST_F(ConfigFolder, NamesAreThereOnce) {
  put("connections.d/z.yaml", "version: 1\nconnection: shop-db\ntype: sqlite\npath: y.db\n");
  put("mappings.d/z.yaml",
      read_text(fs::path(CRMSYNC_SOURCE_DIR) / "mappings/examples/smallest.yaml"));
  EXPECT_THAT(codes_of_load(), Contains("M401"));
  EXPECT_THAT(codes_of_load(), Contains("M402"));
  EXPECT_THAT(all(load().diagnostics), HasSubstr("the first is in connections.d/shop.yaml"));
}

TEST_F(ConfigFolder, MappingsReferToConnectionsOfTheRightKind) {
  put("mappings.d/customers.yaml",
      "version: 1\nmapping: m\napp: {connection: hubspot, object: t, key: id}\n"
      "crm: {connection: hubspott, object: o, external_id: x}\nmatch: {keys: [{app: a, crm: "
      "b}]}\nfields: [{app: a, crm: b}]\n");
  auto const result = load();
  EXPECT_THAT(codes_of_load(), ::testing::IsSupersetOf({"M403", "M404"}));
  EXPECT_THAT(all(result.diagnostics), HasSubstr("did you mean `hubspot`?"));
  EXPECT_THAT(all(result.diagnostics), HasSubstr("customers.yaml:3:19"));
}

TEST_F(ConfigFolder, TwoMappingsDoNotWriteOneField) {
  auto text = read_text(root_ / "mappings.d/customers.yaml");
  text.replace(text.find("mapping: customers"), 18, "mapping: others");
  put("mappings.d/others.yaml", text);
  EXPECT_THAT(codes_of_load(), Contains("M214").Times(4));
}

TEST_F(ConfigFolder, MissingFolderAndEmptyFolderAreSaid) {
  auto const none =
      load_config(root_ / "nowhere", types(), [](auto const&) { return std::nullopt; });
  EXPECT_FALSE(none.config);
  ASSERT_EQ(none.diagnostics.size(), 1u);
  EXPECT_EQ(none.diagnostics[0].code, "M411");
  fs::remove_all(root_ / "mappings.d");
  auto const result = load();
  EXPECT_TRUE(result.config);
  EXPECT_THAT(codes_of_load(), Contains("M416"));
}

TEST_F(ConfigFolder, OtherEndingsAreNotReadAndSaid) {
  put("mappings.d/late.yml", "version: 1\n");
  put("mappings.d/notes.txt", "x");
  EXPECT_TRUE(load().config);
  EXPECT_THAT(codes_of_load(), Contains("M415").Times(1));
}

TEST_F(ConfigFolder, UnreadableFilesAreErrors) {
  fs::create_directories(root_ / "mappings.d/folder.yaml");
  EXPECT_FALSE(load().config);
  EXPECT_THAT(codes_of_load(), Contains("M114"));
}

TEST_F(ConfigFolder, DigestChangesWithAnyFileAndWithSecretFiles) {
  put("token", "one\n");
  fs::permissions(root_ / "token", fs::perms::owner_read | fs::perms::owner_write);
  token("${file:token}");
  auto const first = load();
  ASSERT_TRUE(first.config) << all(first.diagnostics);
  EXPECT_EQ(load().config->digest, first.config->digest);
  put("token", "one+\n");
  auto const rotated = load();
  EXPECT_NE(rotated.config->digest, first.config->digest);
  put("crmsync.yaml", "version: 1\n");
  EXPECT_NE(load().config->digest, rotated.config->digest);
}

TEST_F(ConfigFolder, LiteralSecretsAreRefusedAndNeverShown) {
  token("pat-eu1-geheim");
  auto const result = load();
  EXPECT_FALSE(result.config);
  auto const text = all(result.diagnostics);
  EXPECT_THAT(text, HasSubstr("error[M406]"));
  EXPECT_THAT(text, HasSubstr("connections.d/hubspot.yaml:4:15"));
  EXPECT_THAT(text, Not(HasSubstr("geheim")));
}

TEST_F(ConfigFolder, CredentialsBehindMistakesAreNeverShown) {
  for (auto const* body :
       {"auth: {tokn: pat-geheim}\n", "token: pat-geheim\n", "auth: pat-geheim\n",
        "auth: {token: pat-geheim, x: 1}\n", "auth: [pat-geheim]\n",
        "auth: {token: [pat-geheim]}\n", "auth: {token: x} # was pat-geheim\n",
        "auth: {token: \"pat-geheim}\n", "auth: {token: 'a: pat-geheim'\n",
        "base_url: https://u:pat-geheim@api.hubapi.com\nauth: {token: \"${env:TOKEN}\"}\n",
        "auth: {token: \"${env:TOKEN}\"}\nquota: pat-geheim\n",
        "auth: {token: >\n  pat-geheim\n  }\n", "auth: {token: &pat-geheim x}\n",
        "auth: {token: *pat-geheim}\n", "auth: {token: !pat-geheim x}\n",
        "auth: {\"token\": x, \"token\": pat-geheim}\n", "auth:\n  token: |\n    pat-geheim\n",
        "auth: {? pat-geheim : x}\n", "pat-geheim: x\n"}) {
    put("connections.d/hubspot.yaml",
        std::string("version: 1\nconnection: hubspot\ntype: hubspot\n") + body);
    auto const result = load();
    EXPECT_FALSE(result.config) << body;
    // A key's own name is no value; all else stays hidden.
    if (std::string_view(body).find("pat-geheim: x") != std::string_view::npos ||
        std::string_view(body).find("? pat-geheim") != std::string_view::npos)
      continue;
    EXPECT_THAT(all(result.diagnostics), Not(HasSubstr("geheim"))) << body;
  }
}

TEST_F(ConfigFolder, UnsetReferencesAreErrorsWithTheirPlace) {
  for (auto const* reference : {"${env:NOTHING}", "${cred:NOTHING}", "${file:nothing}",
                                "${exec:[/nothing/here]}", "${env:EMPTY}"}) {
    environment_["EMPTY"] = "\n";
    token(reference);
    auto const result = load();
    EXPECT_FALSE(result.config) << reference;
    EXPECT_THAT(all(result.diagnostics), HasSubstr("error[M407]")) << reference;
    EXPECT_THAT(all(result.diagnostics), HasSubstr("hubspot.yaml:4:15")) << reference;
  }
}

TEST_F(ConfigFolder, OddReferencesAreErrors) {
  for (auto const* reference : {"${vault:x}", "${env:}", "${env}", "${cred:../x}", "${exec:ls}",
                                "${exec:[ls]}", "${exec:[]}", "${exec:[[/bin/ls]]}"}) {
    token(reference);
    environment_["CREDENTIALS_DIRECTORY"] = root_.string();
    EXPECT_THAT(codes_of_load(), Contains("M410")) << reference;
  }
}

TEST_F(ConfigFolder, SecretFilesMustBeTheOwnersAlone) {
  put("token", "open sesame\n");
  token("${file:token}");
  auto const mode = [&](mode_t bits) { ASSERT_EQ(::chmod((root_ / "token").c_str(), bits), 0); };
  mode(0600);
  EXPECT_EQ(secret(), "open sesame");
  mode(0400);
  EXPECT_EQ(secret(), "open sesame");
  for (mode_t const bits : {0640u, 0604u, 0660u, 0700u, 04600u}) {
    mode(bits);
    EXPECT_THAT(codes_of_load(), Contains("M408")) << bits;
  }
}

TEST_F(ConfigFolder, SecretFilesMustBeFiles) {
  fs::create_directory(root_ / "dir");
  token("${file:dir}");
  EXPECT_THAT(codes_of_load(), Contains("M408"));
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  token("${file:pipe}");
  EXPECT_THAT(codes_of_load(), Contains("M408"));
  put("big", std::string(70'000, 'x'));
  fs::permissions(root_ / "big", fs::perms::owner_read | fs::perms::owner_write);
  token("${file:big}");
  EXPECT_THAT(codes_of_load(), Contains("M407"));
}

TEST_F(ConfigFolder, OneLineEndIsNoPartOfASecret) {
  environment_["CREDENTIALS_DIRECTORY"] = (root_ / "credentials").string();
  token("${cred:hubspot_token}");
  for (auto const* text : {"sesame", "sesame\n", "sesame\r\n"}) {
    put("credentials/hubspot_token", text);
    EXPECT_EQ(secret(), "sesame");
  }
  put("credentials/hubspot_token", "sesame\n\n");
  EXPECT_EQ(secret(), "sesame\n");
}

TEST_F(ConfigFolder, CommandsGiveSecretsWithoutAShell) {
  token("${exec:[/bin/echo, '$HOME;x']}");
  EXPECT_EQ(secret(), "$HOME;x");
  token("${exec:[/bin/false]}");
  EXPECT_THAT(all(load().diagnostics), HasSubstr("exit code 1"));
  token("${exec:[/bin/cat]}");
  EXPECT_THAT(all(load().diagnostics), HasSubstr("the secret is empty"));
  token("${exec:[/usr/bin/head, -c, '70000', /dev/zero]}");
  EXPECT_THAT(all(load().diagnostics), HasSubstr("more than 64 KiB"));
}

}  // namespace
}  // namespace crmsync::mappings
