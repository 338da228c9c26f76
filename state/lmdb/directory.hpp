// The state directory: its rights, its lock, its file names. Throws Failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace crmsync::state::lmdb {

// A file descriptor that closes itself.
class File {
 public:
  File() = default;
  explicit File(int number) noexcept : number_(number) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();
  int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

// Holds the state directory for this process: a second one is refused with locked. Creates the
// directory (0700) if it is missing, refuses one that group or others may enter.
class Directory {
 public:
  explicit Directory(std::filesystem::path path);

  std::filesystem::path const& path() const noexcept { return path_; }
  std::filesystem::path data() const { return path_ / "state.mdb"; }
  std::filesystem::path map_lock() const { return path_ / "state.mdb-lock"; }

 private:
  std::filesystem::path path_;
  File lock_;
};

// True when the disk, the quota or the file size limit has no room for another 64 MiB here.
bool lacks_room(std::filesystem::path const& folder);
// Makes renames and new names in the folder survive a power cut.
void sync_folder(std::filesystem::path const& folder);
void sync_file(std::filesystem::path const& file);
// Gives `from` the name `to` unless that name is taken (already_exists).
void rename_to_new(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace crmsync::state::lmdb
