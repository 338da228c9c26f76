// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/key.hpp"

#include <xxhash.h>

#include <algorithm>

namespace crmsync::state::lmdb {

namespace {

constexpr std::size_t kDigestBytes = 16;

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((number >> shift) & 0xff));
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
  std::uint64_t number = 0;
  for (char const byte : bytes) number = (number << 8) | static_cast<std::uint8_t>(byte);
  return number;
}

Digest digest_of(std::string_view text, std::uint64_t seed) noexcept {
  auto const hash = XXH3_128bits_withSeed(text.data(), text.size(), seed);
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  Digest digest;
  static_assert(sizeof(canonical.digest) == kDigestBytes);
  std::copy_n(canonical.digest, kDigestBytes, digest.begin());
  return digest;
}

}  // namespace

Key& Key::u8(std::uint8_t number) {
  append_big_endian(bytes_, number, 1);
  return *this;
}

Key& Key::u32(std::uint32_t number) {
  append_big_endian(bytes_, number, 4);
  return *this;
}

Key& Key::u64(std::uint64_t number) {
  append_big_endian(bytes_, number, 8);
  return *this;
}

Key& Key::text(std::string_view bytes) {
  bytes_.append(bytes);
  return *this;
}

Key& Key::digest(Digest const& digest) {
  bytes_.append(digest.begin(), digest.end());
  return *this;
}

Key& Key::record(std::string_view record_key) {
  if (!is_long(record_key)) return text(record_key);
  text(record_key.substr(0, kRecordKeyBytesMax - kDigestBytes));
  return digest(digest_of(record_key, 0));
}

Key& Key::sized_record(std::string_view record_key) {
  auto const size = std::min(record_key.size(), kRecordKeyBytesMax);
  append_big_endian(bytes_, size, 2);
  return record(record_key);
}

bool is_long(std::string_view record_key) noexcept {
  return record_key.size() >= kRecordKeyBytesMax;
}

std::string record_of(std::string_view last_part, std::string_view long_key) {
  return std::string(long_key.empty() ? last_part : long_key);
}

std::uint64_t trailing_number(std::string_view key) noexcept {
  return key.size() < 8 ? 0 : big_endian(key.substr(key.size() - 8));
}

std::uint32_t leading_u32(std::string_view key) noexcept {
  return static_cast<std::uint32_t>(big_endian(key.substr(0, 4)));
}

Digest match_digest(std::string_view value, std::uint64_t seed) noexcept {
  return digest_of(value, seed);
}

std::string show_key(Table table, std::string_view key) {
  if (table == Table::facts) return std::string(key);
  if (key.size() == 8 && info(table).numbered) return std::to_string(trailing_number(key));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (char const byte : key) {
    auto const bits = static_cast<std::uint8_t>(byte);
    shown.push_back(digits[bits >> 4]);
    shown.push_back(digits[bits & 15]);
  }
  return shown;
}

}  // namespace crmsync::state::lmdb
