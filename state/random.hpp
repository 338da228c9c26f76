// The one place of state/ that asks for randomness.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <array>
#include <cstdint>

namespace crmsync::state {

// From OpenSSL's generator; fails with internal when it has no entropy.
engine::Result<std::array<std::uint8_t, 16>> random_bytes();

}  // namespace crmsync::state
