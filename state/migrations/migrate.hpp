// Brings an older state to the running format, one step and one transaction at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/environment.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace crmsync::state::lmdb {

// One format step, from -> from + 1. `run` changes rows; the runner writes the new number in the
// same transaction. It may run more than once (a growing map begins the transaction again).
struct FormatStep {
  std::uint64_t from;
  std::string_view what;  // for people: "adds the webhooks table"
  void (*run)(Transaction& transaction);
};

// Every step this program knows, oldest first.
std::span<FormatStep const> format_steps() noexcept;

// Throws unless `found` is `target` or the steps lead from it to there: unsupported for a newer
// state, corrupt for a number that never existed.
void check_format(std::uint64_t found, std::uint64_t target, std::span<FormatStep const> steps);

// Before the first step the state is copied to `folder`/state.mdb.format-N, which stays there.
// Stopped anywhere, it goes on from the last finished step at the next start. Throws Failure.
void migrate(Environment& environment, std::filesystem::path const& folder,
             std::span<FormatStep const> steps, std::uint64_t target);

}  // namespace crmsync::state::lmdb
