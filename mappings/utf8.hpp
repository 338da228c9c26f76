// Counting and checking UTF-8 text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace crmsync::mappings {

// Offset of the first byte that is not part of a valid sequence (overlong forms, surrogates and
// code points past U+10FFFF are invalid), or npos when all is well.
std::size_t first_invalid_utf8(std::string_view text) noexcept;
// Code points of valid UTF-8.
std::size_t count_characters(std::string_view text) noexcept;
// Byte offset of character number `index` (0-based), at most text.size().
std::size_t byte_offset(std::string_view text, std::size_t index) noexcept;

}  // namespace crmsync::mappings
