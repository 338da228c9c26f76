// SPDX-License-Identifier: Apache-2.0
#include "state/random.hpp"

#include <openssl/rand.h>

namespace crmsync::state {

engine::Result<std::array<std::uint8_t, 16>> random_bytes() {
  std::array<std::uint8_t, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return engine::make_error(engine::Errc::internal, "state: draw random bytes",
                              "the system's random generator is not ready");
  return bytes;
}

}  // namespace crmsync::state
