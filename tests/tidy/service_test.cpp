// The systemd unit and its companions, judged by systemd's own tools where they are installed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace crmsync::tests::tidy {
namespace {

std::string const kPackaging = std::string(CRMSYNC_SOURCE_DIR) + "/packaging/";

std::string read(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Outcome {
  int status = -1;
  std::string output;
};

Outcome run(std::string const& command) {
  Outcome outcome;
  auto* pipe = popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (!pipe) return outcome;
  std::array<char, 4096> buffer{};
  while (auto const n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.output.append(buffer.data(), n);
  auto const status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

bool has_program(std::string const& name) {
  return run("command -v " + name).status == 0;
}

Outcome exposure_of(std::string const& unit) {
  return run("systemd-analyze security --no-pager --offline=true --threshold=15 '" + unit + "'");
}

TEST(ServiceUnit, ExposureStaysBelowOnePointFive) {
  if (!has_program("systemd-analyze")) GTEST_SKIP() << "systemd-analyze is not installed";
  auto const unit = kPackaging + "systemd/crmsyncd.service";
  auto const outcome = exposure_of(unit);
  EXPECT_EQ(outcome.status, 0) << outcome.output;

  auto weak = read(unit);
  auto const at = weak.find("SystemCallFilter=");
  ASSERT_NE(at, std::string::npos);
  weak.erase(at, weak.find("SystemCallErrorNumber") - at);
  auto const copy = std::filesystem::temp_directory_path() /
                    ("crmsync-weak-" + std::to_string(getpid()) + ".service");
  std::ofstream(copy) << weak;
  EXPECT_NE(exposure_of(copy.string()).status, 0) << "a weaker unit passes, so this proves nothing";
  std::filesystem::remove(copy);
}

TEST(ServiceUnit, KeepsWhatTheDaemonReliesOn) {
  auto const unit = read(kPackaging + "systemd/crmsyncd.service");
  for (auto const* line :
       {"\nType=notify\n", "\nWatchdogSec=60\n", "\nTimeoutStopSec=40\n", "\nUser=crmsync\n",
        "\nExecReload=/bin/kill -HUP $MAINPID\n", "\nStateDirectoryMode=0700\n",
        "\nRuntimeDirectoryMode=0750\n", "\nLimitCORE=0\n", "\nRestart=on-failure\n"})
    EXPECT_NE(unit.find(line), std::string::npos) << line;
  // Peer credentials of the control socket would all read as nobody.
  EXPECT_EQ(unit.find("\nPrivateUsers=yes"), std::string::npos);
}

TEST(ServiceUnit, UserAndFoldersAreUnderstoodBySystemd) {
  if (!has_program("systemd-sysusers")) GTEST_SKIP() << "systemd-sysusers is not installed";
  auto const root =
      std::filesystem::temp_directory_path() / ("crmsync-sysusers-" + std::to_string(getpid()));
  std::filesystem::create_directories(root / "etc");
  auto const outcome = run("systemd-sysusers --dry-run --root='" + root.string() + "' '" +
                           kPackaging + "sysusers.d/crmsync.conf'");
  std::filesystem::remove_all(root);
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(Scripts, ParseAndRefuseUnknownOptions) {
  std::string const root = CRMSYNC_SOURCE_DIR;
  for (auto const* script :
       {"/packaging/install-deps.sh", "/packaging/run-tests.sh", "/packaging/check-full.sh"}) {
    EXPECT_EQ(run("bash -n '" + root + script + "'").status, 0) << script;
    EXPECT_EQ(run("'" + root + script + "' --nonsense").status, 64) << script;
    EXPECT_EQ(run("'" + root + script + "' --help").status, 0) << script;
  }
  EXPECT_EQ(run("bash -n '" + root + "/.ci/run'").status, 0);
}

}  // namespace
}  // namespace crmsync::tests::tidy
