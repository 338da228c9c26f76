// The LMDB environment: file, map and its growth, read transactions. Throws Failure.
//
// Threads: read() from any thread; begin_write() and grow() on the store thread only. The map can
// only change while no transaction is live, so reads hold map_mutex_ shared and growth holds it
// alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/transaction.hpp"

#include <lmdb.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace crmsync::state::lmdb {

enum class Access : std::uint8_t {
  read_write,
  read_only,  // a file at rest: no lock file is made, nobody may write to it meanwhile
};

class Environment {
 public:
  // Opens or creates the file `data`. Tables are created if missing; with read_only a file that
  // lacks one is corrupt.
  Environment(std::filesystem::path const& data, Access access, std::uint64_t map_bytes_initial,
              std::uint64_t map_bytes_max);
  Environment(Environment const&) = delete;
  Environment& operator=(Environment const&) = delete;
  ~Environment();

  Transaction begin_write();

  // Runs fn(Transaction const&) on a snapshot; nothing of it may outlive the call.
  template <class Fn>
  auto read(Fn&& fn) const {
    std::shared_lock const lock(map_mutex_);
    Lease const lease(*this);
    Transaction const transaction(lease.raw, handles_, true);
    return fn(transaction);
  }

  // Doubles the map, at most to map_bytes_max; false when it is as large as it may be.
  bool grow();
  // Room beyond map_bytes_max, so that a full state can still drop rows.
  bool use_reserve();
  void give_back_reserve();

  std::uint64_t bytes_used() const;
  std::uint64_t bytes_max() const noexcept { return bytes_max_; }
  // Compacting copy of a snapshot into an open file. The map cannot grow meanwhile.
  void copy_to(int file) const;

 private:
  // A read transaction from the pool; returned when it goes.
  struct Lease {
    explicit Lease(Environment const& owner);
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease();
    Environment const& owner;
    MDB_txn* raw = nullptr;
  };
  struct Close {
    void operator()(MDB_env* env) const noexcept { mdb_env_close(env); }
  };

  void open_tables(Access access);
  void cover_file(std::filesystem::path const& data, Access access) const;
  void resize(std::uint64_t bytes);

  std::unique_ptr<MDB_env, Close> env_;
  Handles handles_{};
  std::uint64_t bytes_max_;
  std::uint64_t bytes_;
  mutable std::shared_mutex map_mutex_;
  mutable std::mutex pool_mutex_;
  mutable std::vector<MDB_txn*> pool_;
};

}  // namespace crmsync::state::lmdb
