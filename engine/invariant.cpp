// SPDX-License-Identifier: Apache-2.0
#include "engine/invariant.hpp"

#include <cstdio>
#include <cstdlib>

namespace crmsync::engine {

void invariant_failed(char const* text, char const* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: invariant %s does not hold\n", file, line, text);
  std::abort();
}

}  // namespace crmsync::engine
