// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/directory.hpp"

#include "state/lmdb/failure.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace crmsync::state::lmdb {

using engine::Errc;

namespace {

constexpr mode_t kOthers = 0077;

File open_file(std::filesystem::path const& path, int flags) {
  int const number = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (number < 0) fail(errno, "open " + path.string());
  return File(number);
}

void make_private(std::filesystem::path const& path) {
  std::error_code code;
  std::filesystem::create_directories(path.parent_path(), code);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail(errno, "create " + path.string());
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) fail(errno, "look at " + path.string());
  if (!S_ISDIR(found.st_mode)) fail(ENOTDIR, "open " + path.string());
  if ((found.st_mode & kOthers) != 0)
    throw Failure(engine::make_error(
        Errc::config_invalid, "state: open " + path.string(),
        "the state holds personal data, but its directory is open to group or others",
        "run: chmod 700 " + path.string()));
}

}  // namespace

File::File(File&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

File::~File() {
  if (number_ >= 0) ::close(number_);
}

Directory::Directory(std::filesystem::path path) : path_(std::move(path)) {
  if (!path_.has_filename()) path_ = path_.parent_path();
  make_private(path_);
  lock_ = open_file(path_ / "lock", O_RDWR | O_CREAT);
  if (::flock(lock_.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail(errno, "lock " + path_.string());
    throw Failure(engine::make_error(Errc::locked, "state: open " + path_.string(),
                                     "the state is in use by another crmsyncd",
                                     "stop that one first, or give this one its own directory"));
  }
  // A file copied here by hand may be wider than ours are.
  if (::chmod(data().c_str(), 0600) != 0 && errno != ENOENT)
    fail(errno, "protect " + data().string());
}

bool lacks_room(std::filesystem::path const& folder) {
  constexpr off_t wanted_bytes = 64 << 20;
  auto name = (folder / "room.XXXXXX").string();
  File const file(::mkostemp(name.data(), O_CLOEXEC));
  if (file.number() < 0) return errno == ENOSPC || errno == EDQUOT;
  ::unlink(name.c_str());
  int const code = ::posix_fallocate(file.number(), 0, wanted_bytes);
  return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

void sync_folder(std::filesystem::path const& folder) {
  auto const file = open_file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(file.number()) != 0) fail(errno, "sync " + folder.string());
}

void sync_file(std::filesystem::path const& path) {
  auto const file = open_file(path, O_RDWR);
  if (::fsync(file.number()) != 0) fail(errno, "sync " + path.string());
}

void rename_to_new(std::filesystem::path const& from, std::filesystem::path const& to) {
  int code = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  bool const unsupported = code != 0 && (errno == EINVAL || errno == ENOSYS);
  if (unsupported && !std::filesystem::exists(to)) code = ::rename(from.c_str(), to.c_str());
  if (code == 0) return;
  if (errno == EEXIST || unsupported)
    throw Failure(engine::make_error(Errc::already_exists, "state: write " + to.string(),
                                     "a file of this name exists already", "choose another name"));
  fail(errno, "rename to " + to.string());
}

}  // namespace crmsync::state::lmdb
