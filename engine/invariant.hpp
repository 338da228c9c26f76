// Assertions that stay on in release builds: state is transactional, so stopping is safe and going
// on with a broken invariant is not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace crmsync::engine {

// Prints `file:line: invariant <text> does not hold` to stderr and aborts.
[[noreturn]] void invariant_failed(char const* text, char const* file, int line) noexcept;

}  // namespace crmsync::engine

#define CRMSYNC_INVARIANT(condition)                                       \
  do {                                                                     \
    if (!(condition)) [[unlikely]]                                         \
      ::crmsync::engine::invariant_failed(#condition, __FILE__, __LINE__); \
  } while (false)
