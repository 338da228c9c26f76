// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/environment.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace crmsync::state::lmdb {

namespace {

constexpr std::uint64_t kMapUnit = 64u << 10;  // map sizes are multiples: any page size divides it
constexpr std::uint64_t kReserveMin = 512u << 10;
constexpr std::uint64_t kReserveShare = 16;  // of map_bytes_max
constexpr unsigned kReadersMax = 126;
constexpr std::size_t kPooledMax = 16;
constexpr mdb_mode_t kFileMode = 0600;

std::uint64_t rounded(std::uint64_t bytes) noexcept {
  return std::max<std::uint64_t>((bytes + kMapUnit - 1) / kMapUnit, 1) * kMapUnit;
}

MDB_env* create() {
  MDB_env* env = nullptr;
  check(mdb_env_create(&env), "prepare the store");
  return env;
}

}  // namespace

Environment::Environment(std::filesystem::path const& data, Access access,
                         std::uint64_t map_bytes_initial, std::uint64_t map_bytes_max)
    : env_(create()),
      bytes_max_(rounded(map_bytes_max)),
      bytes_(std::min(rounded(map_bytes_initial), bytes_max_)) {
  bool const read_only = access == Access::read_only;
  check(mdb_env_set_maxdbs(env_.get(), kTables.size()), "prepare the store");
  check(mdb_env_set_maxreaders(env_.get(), kReadersMax), "prepare the store");
  check(mdb_env_set_mapsize(env_.get(), bytes_), "prepare the store");
  unsigned flags = MDB_NOTLS | MDB_NOSUBDIR;
  if (read_only) flags |= MDB_RDONLY | MDB_NOLOCK;
  int const code = mdb_env_open(env_.get(), data.c_str(), flags, kFileMode);
  if (code == MDB_INVALID)
    throw Failure(engine::make_error(engine::Errc::corrupt, "state: open " + data.string(),
                                     "this is not a state file", "restore a backup"));
  if (code != 0) fail(code, "open " + data.string());
  cover_file(data, access);
  if (!read_only) {
    int dead = 0;
    check(mdb_reader_check(env_.get(), &dead), "clear readers of a killed process");
  }
  open_tables(access);
  MDB_envinfo found;
  check(mdb_env_info(env_.get(), &found), "read the map size");
  bytes_ = found.me_mapsize;  // LMDB enlarges it to hold what the file has
}

Environment::~Environment() {
  for (auto* raw : pool_) mdb_txn_abort(raw);
}

// A file that was cut short would kill the process when a page behind its end is touched. With
// zeros there instead, LMDB reports the page as corrupt. (A live file may end early without harm:
// a page taken and given back in one transaction is never written. A copy may not.)
void Environment::cover_file(std::filesystem::path const& data, Access access) const {
  MDB_envinfo found;
  MDB_stat sizes;
  check(mdb_env_info(env_.get(), &found), "read the map size");
  check(mdb_env_stat(env_.get(), &sizes), "read the page size");
  auto const expected = (static_cast<std::uint64_t>(found.me_last_pgno) + 1) * sizes.ms_psize;
  struct stat file {};
  if (::stat(data.c_str(), &file) != 0) fail(errno, "look at " + data.string());
  if (static_cast<std::uint64_t>(file.st_size) >= expected) return;
  if (access == Access::read_only)
    throw Failure(engine::make_error(engine::Errc::corrupt, "state: open " + data.string(),
                                     "the file is cut short", "use another backup"));
  if (::truncate(data.c_str(), static_cast<off_t>(expected)) != 0)
    fail(errno, "extend " + data.string());
}

void Environment::open_tables(Access access) {
  bool const read_only = access == Access::read_only;
  MDB_txn* raw = nullptr;
  check(mdb_txn_begin(env_.get(), nullptr, read_only ? MDB_RDONLY : 0, &raw), "open the tables");
  Transaction transaction(raw, handles_);
  for (auto const& row : kTables) {
    auto& handle = handles_[index_of(row.table)];
    int const code = mdb_dbi_open(raw, row.name, read_only ? 0 : MDB_CREATE, &handle);
    if (code == MDB_NOTFOUND)
      throw Failure(engine::make_error(engine::Errc::corrupt, "state: open the tables",
                                       std::string("table ") + row.name + " is missing",
                                       "this is no complete state file"));
    if (code != 0) fail(code, std::string("open table ") + row.name);
  }
  transaction.commit();
}

Transaction Environment::begin_write() {
  MDB_txn* raw = nullptr;
  check(mdb_txn_begin(env_.get(), nullptr, 0, &raw), "begin a transaction");
  return {raw, handles_};
}

// LMDB gives up the old map before it asks for the new one and cannot go back, so whether the
// address space allows it is tried first.
void Environment::resize(std::uint64_t bytes) {
  std::unique_lock const lock(map_mutex_);
  void* const probe =
      ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) fail(errno, "grow the map to " + std::to_string(bytes) + " bytes");
  ::munmap(probe, bytes);
  int const code = mdb_env_set_mapsize(env_.get(), bytes);
  if (code != 0) fail(code, "grow the map to " + std::to_string(bytes) + " bytes");
  MDB_envinfo found;
  check(mdb_env_info(env_.get(), &found), "read the map size");
  bytes_ = found.me_mapsize;
}

bool Environment::grow() {
  if (bytes_ >= bytes_max_) return false;
  resize(std::min(bytes_ * 2, bytes_max_));
  return true;
}

bool Environment::use_reserve() {
  auto const limit = bytes_max_ + rounded(std::max(bytes_max_ / kReserveShare, kReserveMin));
  if (bytes_ >= limit) return false;
  resize(limit);
  return true;
}

void Environment::give_back_reserve() {
  if (bytes_ > bytes_max_) resize(bytes_max_);
}

std::uint64_t Environment::bytes_used() const {
  return read([this](Transaction const& transaction) {
    std::uint64_t pages = 2;  // the two meta pages
    MDB_stat stat;
    check(mdb_env_stat(env_.get(), &stat), "read table sizes");
    auto const add = [&pages](MDB_stat const& sizes) {
      pages += sizes.ms_branch_pages + sizes.ms_leaf_pages + sizes.ms_overflow_pages;
    };
    add(stat);
    for (auto const& row : kTables) add(transaction.stat(row.table));
    return pages * stat.ms_psize;
  });
}

void Environment::copy_to(int file) const {
  std::shared_lock const lock(map_mutex_);
  check(mdb_env_copyfd2(env_.get(), file, MDB_CP_COMPACT), "copy the state");
}

Environment::Lease::Lease(Environment const& environment) : owner(environment) {
  {
    std::lock_guard const lock(owner.pool_mutex_);
    if (!owner.pool_.empty()) {
      raw = owner.pool_.back();
      owner.pool_.pop_back();
    }
  }
  if (raw == nullptr) {
    check(mdb_txn_begin(owner.env_.get(), nullptr, MDB_RDONLY, &raw), "begin a read");
    return;
  }
  int const code = mdb_txn_renew(raw);
  if (code == 0) return;
  mdb_txn_abort(raw);
  fail(code, "begin a read");
}

Environment::Lease::~Lease() {
  mdb_txn_reset(raw);
  std::lock_guard const lock(owner.pool_mutex_);
  if (owner.pool_.size() < kPooledMax)
    owner.pool_.push_back(raw);
  else
    mdb_txn_abort(raw);
}

}  // namespace crmsync::state::lmdb
