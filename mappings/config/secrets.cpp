// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/secrets.hpp"

#include "mappings/yaml_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace crmsync::mappings {
namespace {

SecretResult failed(std::string code, std::string problem, std::string cure) {
  SecretResult result;
  result.code = std::move(code);
  result.problem = std::move(problem);
  result.cure = std::move(cure);
  return result;
}

SecretResult found(std::string bytes) {
  if (bytes.ends_with('\n')) bytes.pop_back();
  if (bytes.ends_with('\r')) bytes.pop_back();
  if (bytes.empty()) return failed("M407", "the secret is empty", "put the credential there");
  if (bytes.find('\0') != std::string::npos)
    return failed("M407", "the secret holds a NUL byte", "put the credential there as text");
  SecretResult result;
  result.secret = engine::Secret(std::move(bytes));
  return result;
}

class FileHandle {
 public:
  explicit FileHandle(char const* path)
      : fd_(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  FileHandle(FileHandle const&) = delete;
  FileHandle& operator=(FileHandle const&) = delete;
  ~FileHandle() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// At most kBytesMax; one byte more says that there was more.
bool read_all(int fd, std::string& out) {
  char buffer[4096];
  while (out.size() <= SecretLimits::kBytesMax) {
    auto const got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return true;
}

std::uint64_t stamp_of(struct stat const& info) {
  return static_cast<std::uint64_t>(info.st_ino) * 0x9E3779B97F4A7C15ull +
         static_cast<std::uint64_t>(info.st_size) * 31 +
         static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'007ull +
         static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
}

SecretResult read_secret_file(std::filesystem::path const& path, bool check_mode) {
  FileHandle const file(path.c_str());
  auto const name = path.string();
  if (file.get() < 0)
    return failed("M407", "`" + name + "` cannot be opened: " + std::strerror(errno),
                  "create it with mode 0600, readable for the daemon's user");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return failed("M408", "`" + name + "` is no regular file", "name a file with the credential");
  if (check_mode && (info.st_mode & 07177u) != 0)
    return failed("M408", "`" + name + "` can be read by others", "run: chmod 0600 " + name);
  std::string bytes;
  if (!read_all(file.get(), bytes))
    return failed("M407", "`" + name + "` cannot be read", "check the disk and the file");
  if (bytes.size() > SecretLimits::kBytesMax)
    return failed("M407", "`" + name + "` is larger than 64 KiB",
                  "name a file with the credential");
  auto result = found(std::move(bytes));
  result.stamp = stamp_of(info);
  return result;
}

SecretResult from_credential(std::string const& name, EnvironmentLookup const& environment) {
  if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
    return failed("M410", "a credential's name is one file name", "write ${cred:NAME}");
  auto const directory = environment("CREDENTIALS_DIRECTORY");
  if (!directory || directory->empty())
    return failed("M407", "credential `" + name + "` is not set: no CREDENTIALS_DIRECTORY",
                  "add LoadCredential=" + name + ":PATH to the systemd unit");
  // systemd guards that folder itself; its files may be readable for the unit's group.
  return read_secret_file(std::filesystem::path(*directory) / name, false);
}

SecretResult from_environment(std::string const& name, EnvironmentLookup const& environment) {
  auto value = environment(name);
  if (!value)
    return failed("M407", "environment variable `" + name + "` is not set",
                  "set it for the daemon, or use ${cred:NAME} or ${file:PATH}");
  auto result = found(std::move(*value));
  if (result.code.empty()) result.warning = "a credential in the environment shows in /proc";
  return result;
}

SecretResult from_command(std::string_view text) {
  constexpr std::string_view kCure = "write ${exec:[/usr/bin/program, argument, ...]}";
  Report report("exec", text);
  auto const list = read_yaml(text, report);
  if (!list || report.failed() || !list->is_sequence() || list->items.empty())
    return failed("M410", "the command is no list of words", std::string(kCure));
  std::vector<std::string> argv;
  for (auto const& item : list->items) {
    if (!item.is_scalar())
      return failed("M410", "the command is no list of words", std::string(kCure));
    argv.push_back(item.text);
  }
  if (!argv.front().starts_with('/'))
    return failed("M410", "the program's path is not absolute", std::string(kCure));
  auto output = run_command(argv, SecretLimits::kBytesMax, SecretLimits::kCommandTimeout);
  if (!output.problem.empty())
    return failed("M407", "`" + argv.front() + "` " + output.problem,
                  "run it by hand as the daemon's user");
  return found(std::move(output.bytes));
}

}  // namespace

SecretResult resolve_secret(std::string_view reference, std::filesystem::path const& directory,
                            EnvironmentLookup const& environment) {
  if (!reference.starts_with("${") || !reference.ends_with("}"))
    return failed("M406", "a secret is written here in plain text",
                  "use ${cred:NAME}, ${file:PATH} or ${env:NAME}, and replace this credential: it "
                  "has been in a file");
  auto const inside = reference.substr(2, reference.size() - 3);
  auto const colon = inside.find(':');
  auto const kind = inside.substr(0, colon);
  std::string const rest(colon == std::string_view::npos ? std::string_view{}
                                                         : inside.substr(colon + 1));
  if (rest.empty() || rest.find('\0') != std::string::npos)
    return failed("M410", "the reference names nothing", "write ${cred:NAME}");
  if (kind == "cred") return from_credential(rest, environment);
  if (kind == "file") return read_secret_file(directory / rest, true);
  if (kind == "env") return from_environment(rest, environment);
  if (kind == "exec") return from_command(rest);
  return failed("M410", "unknown kind of reference `" + std::string(kind) + "`",
                "known: cred, file, env, exec");
}

}  // namespace crmsync::mappings
