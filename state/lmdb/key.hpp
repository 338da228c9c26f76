// Keys of the LMDB tables: big-endian, so that byte order is numeric order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "state/lmdb/tables.hpp"
#include "state/stored_rows.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::state::lmdb {

// LMDB refuses keys above 511 bytes. A record key up to 399 bytes stands in a key as it is; a
// longer one as its first 384 bytes and its XXH3-128 digest (400 bytes in all, a length that no
// short key has), and the row keeps it in full.
constexpr std::size_t kRecordKeyBytesMax = 400;

class Key {
 public:
  Key& u8(std::uint8_t number);
  Key& u32(std::uint32_t number);
  Key& u64(std::uint64_t number);
  Key& side(engine::Side side) { return u8(static_cast<std::uint8_t>(side)); }
  Key& text(std::string_view bytes);
  Key& digest(Digest const& digest);
  // As the last part of a key: ordered like the record keys themselves.
  Key& record(std::string_view record_key);
  // With its length before it, so that other parts can follow.
  Key& sized_record(std::string_view record_key);

  std::string_view view() const noexcept { return bytes_; }
  operator std::string_view() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

inline Key number_key(std::uint64_t number) {
  Key key;
  key.u64(number);
  return key;
}
inline Key mapping_key(MappingId mapping) {
  Key key;
  key.u32(mapping);
  return key;
}
inline Key side_key(MappingId mapping, engine::Side side) {
  return mapping_key(mapping).side(side);
}
inline Key record_key(MappingId mapping, engine::Side side, std::string_view key) {
  return side_key(mapping, side).record(key);
}
inline Key lookup_key(MappingId mapping, std::string_view key) {
  return mapping_key(mapping).record(key);
}

bool is_long(std::string_view record_key) noexcept;
// The record key that the last part of a table's key stands for; `long_key` is what the row keeps.
std::string record_of(std::string_view last_part, std::string_view long_key);
// The last eight bytes; 0 for a shorter key.
std::uint64_t trailing_number(std::string_view key) noexcept;
std::uint32_t leading_u32(std::string_view key) noexcept;

// Match values are looked up by this digest, so that none stands in a key. The seed is the state's
// own random number.
Digest match_digest(std::string_view value, std::uint64_t seed) noexcept;

// "512", or the key in hex where it is not one number.
std::string show_key(Table table, std::string_view key);

}  // namespace crmsync::state::lmdb
