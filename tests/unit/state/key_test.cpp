// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/key.hpp"

#include "state/lmdb/index.hpp"

#include <gtest/gtest.h>

#include <string>

namespace crmsync::state::tests {
namespace {

using namespace lmdb;

TEST(StoreKey, ByteOrderIsNumericOrder) {
  std::string previous;
  for (auto const number : {0ull, 1ull, 255ull, 256ull, 65'536ull, 1ull << 40, ~0ull}) {
    auto const key = std::string(number_key(number));
    EXPECT_EQ(key.size(), 8u);
    EXPECT_LT(previous, key);
    EXPECT_EQ(trailing_number(key), number);
    previous = key;
  }
}

TEST(StoreKey, RecordKeysStandAsTheyAreUpToTheLimit) {
  for (std::size_t const size : {1u, 100u, 399u}) {
    std::string const key(size, 'k');
    EXPECT_FALSE(is_long(key));
    EXPECT_EQ(lookup_key(1, key).view().substr(4), key);
  }
}

TEST(StoreKey, LongRecordKeysAreCutToOneLengthAndStayApart) {
  std::string const first = std::string(400, 'k');
  std::string const second = std::string(400, 'k') + "x";
  EXPECT_TRUE(is_long(first));
  EXPECT_EQ(lookup_key(1, first).view().size(), 4u + kRecordKeyBytesMax);
  EXPECT_EQ(lookup_key(1, second).view().size(), 4u + kRecordKeyBytesMax);
  EXPECT_NE(lookup_key(1, first).view(), lookup_key(1, second).view());
}

TEST(StoreKey, EveryKeyFitsIntoLmdb) {
  std::string const longest(100'000, 'k');
  ErrorRow error;
  error.key = longest;
  ParkedRow parked;
  parked.key = longest;
  Key match = side_key(1, Side::crm);
  match.u8(3).digest({}).record(longest);
  for (auto const size : {index_key(error).view().size(), index_key(parked).view().size(),
                          match.view().size(), record_key(1, Side::app, longest).view().size()})
    EXPECT_LE(size, 511u);
}

TEST(StoreKey, EntriesOfOneRecordNeverMixWithAnothers) {
  auto const one = error_prefix(1, Side::app, "1");
  auto const ten = error_prefix(1, Side::app, "10");
  EXPECT_FALSE(ten.view().starts_with(one.view()));
  EXPECT_FALSE(parked_prefix(1, 0, Side::app, "")
                   .view()
                   .starts_with(parked_prefix(1, 1, Side::app, "").view()));
}

TEST(StoreKey, DigestDependsOnTheSeed) {
  EXPECT_EQ(match_digest("a@example.org", 1), match_digest("a@example.org", 1));
  EXPECT_NE(match_digest("a@example.org", 1), match_digest("a@example.org", 2));
  EXPECT_NE(match_digest("a@example.org", 1), match_digest("b@example.org", 1));
}

TEST(StoreKey, NumbersAreShownAsNumbersAndTheRestAsHex) {
  EXPECT_EQ(show_key(Table::bases, number_key(512)), "512");
  EXPECT_EQ(show_key(Table::link_by_app, lookup_key(1, "ab")), "000000016162");
  EXPECT_EQ(show_key(Table::facts, "high_water"), "high_water");
}

}  // namespace
}  // namespace crmsync::state::tests
