// Facts about the store itself: who it is, its format, how far its numbers have been given out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/transaction.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace crmsync::state::lmdb {

constexpr std::uint64_t kFormat = 1;  // of the tables as a whole; rows have versions of their own

namespace fact {
constexpr std::string_view kFormatName = "format";
constexpr std::string_view kStateId = "state_id";
constexpr std::string_view kMatchSeed = "match_seed";
constexpr std::string_view kHighWater = "high_water";
constexpr std::string_view kRestored = "restored";
constexpr std::string_view kNextSequence = "next_sequence";
constexpr std::string_view kNextLink = "next_link";
constexpr std::string_view kNextId = "next_id";
constexpr std::string_view kNextMapping = "next_mapping";
}  // namespace fact

// 0 when it was never written.
std::uint64_t number_fact(Transaction const& transaction, std::string_view name);
std::string text_fact(Transaction const& transaction, std::string_view name);
void set_fact(Transaction& transaction, std::string_view name, std::uint64_t number);
void set_fact(Transaction& transaction, std::string_view name, std::string text);

// The numbers that the next rows get. Given out on the control thread, made durable by the store
// thread with every commit: a number that was given out before a commit is never given out again
// after it, even if its row is gone by then.
class NumberSpaces {
 public:
  // The larger of the durable mark and the last key of each table, so O(log n).
  void load(Transaction const& transaction);
  void save(Transaction& transaction) const;

  std::uint64_t take_sequence() noexcept { return sequence_.fetch_add(1); }
  std::uint64_t take_link() noexcept { return link_.fetch_add(1); }
  std::uint64_t take_id() noexcept { return id_.fetch_add(1); }

  // A row came with a number of its own: nothing at or below it is given out any more.
  void used_sequence(std::uint64_t number) noexcept { raise(sequence_, number); }
  void used_link(std::uint64_t number) noexcept { raise(link_, number); }
  void used_id(std::uint64_t number) noexcept { raise(id_, number); }

 private:
  static void raise(std::atomic<std::uint64_t>& next, std::uint64_t used) noexcept;

  std::atomic<std::uint64_t> sequence_{1};
  std::atomic<std::uint64_t> link_{1};
  std::atomic<std::uint64_t> id_{1};
};

}  // namespace crmsync::state::lmdb
