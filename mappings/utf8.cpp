// SPDX-License-Identifier: Apache-2.0
#include "mappings/utf8.hpp"

namespace crmsync::mappings {
namespace {

unsigned byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]);
}
bool is_continuation(unsigned byte) noexcept {
  return (byte & 0xC0u) == 0x80u;
}

// Bytes of the sequence that starts with `lead`; 0 when none can.
std::size_t sequence_length(unsigned lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

// The second byte decides about overlong forms, surrogates and the upper end.
bool second_byte_fits(unsigned lead, unsigned second) noexcept {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    auto const lead = byte_at(text, i);
    auto const length = sequence_length(lead);
    if (length == 0 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k)
      if (!is_continuation(byte_at(text, i + k))) return i;
    if (length > 1 && !second_byte_fits(lead, byte_at(text, i + 1))) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t count_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!is_continuation(byte_at(text, i))) ++count;
  return count;
}

std::size_t byte_offset(std::string_view text, std::size_t index) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    if (!is_continuation(byte_at(text, i)) && index-- == 0) return i;
    ++i;
  }
  return text.size();
}

}  // namespace crmsync::mappings
