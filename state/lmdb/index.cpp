// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/index.hpp"

#include <string>
#include <vector>

namespace crmsync::state::lmdb {

namespace {

constexpr std::uint8_t kOfRecord = 0;
constexpr std::uint8_t kOfLink = 1;

}  // namespace

Key parked_prefix(MappingId mapping, LinkId link, Side side, std::string_view key) {
  Key prefix;
  if (link != 0) return prefix.u8(kOfLink).u32(mapping).u64(link);
  return prefix.u8(kOfRecord).u32(mapping).side(side).sized_record(key);
}

Key error_prefix(MappingId mapping, Side record_side, std::string_view key) {
  return side_key(mapping, record_side).sized_record(key);
}

void erase_index_of(Transaction& transaction, Table index, std::uint64_t number) {
  std::vector<std::string> found;
  for_prefix(transaction, index, {}, [&](Entry const& entry) {
    if (trailing_number(entry.key) == number) found.emplace_back(entry.key);
    return true;
  });
  for (auto const& key : found) transaction.erase(index, key);
}

}  // namespace crmsync::state::lmdb
