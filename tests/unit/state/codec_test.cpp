// SPDX-License-Identifier: Apache-2.0
#include "state/codec.hpp"

#include "tests/unit/state/row_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace crmsync::state::tests {
namespace {

using engine::Errc;
using ::testing::HasSubstr;
using ::testing::Not;

std::span<std::byte const> bytes_of(std::string const& stored) {
  return std::as_bytes(std::span(stored));
}

template <class Row>
class Codec : public ::testing::Test {};

using AllRows =
    ::testing::Types<IntakeRow, CursorRow, MappingRow, LinkRow, BaseRow, IntentRow, ParkedRow,
                     ErrorRow, HistoryRow, HeldRow, WebhookRow, MappingCounts, FactRow, LinkRefRow,
                     LinkOrderRow, UnlinkedRow, MatchRow, IndexRow>;
TYPED_TEST_SUITE(Codec, AllRows);

TYPED_TEST(Codec, RandomRowsComeBackAsTheyWere) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    auto const row = RowGenerator(seed).template row<TypeParam>();
    auto const stored = encode(row).value();
    auto const read = decode<TypeParam>(bytes_of(stored));
    ASSERT_TRUE(read) << "seed " << seed << ": " << read.error().message();
    ASSERT_EQ(*read, row) << "seed " << seed;
    ASSERT_EQ(encode(*read).value(), stored) << "seed " << seed;
  }
}

TYPED_TEST(Codec, EveryTruncationIsFound) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto const stored = encode(RowGenerator(seed).template row<TypeParam>()).value();
    for (std::size_t size = 0; size < stored.size(); ++size) {
      auto const read = decode<TypeParam>(bytes_of(stored).first(size));
      ASSERT_FALSE(read) << "seed " << seed << ", " << size << " of " << stored.size();
      ASSERT_EQ(read.error().code, Errc::corrupt);
    }
  }
}

TYPED_TEST(Codec, EverySingleFlippedBitIsFound) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto stored = encode(RowGenerator(seed).template row<TypeParam>()).value();
    for (std::size_t bit = 0; bit < stored.size() * 8; ++bit) {
      auto const mask = static_cast<char>(1u << (bit % 8));
      stored[bit / 8] = static_cast<char>(stored[bit / 8] ^ mask);
      ASSERT_FALSE(decode<TypeParam>(bytes_of(stored))) << "seed " << seed << ", bit " << bit;
      stored[bit / 8] = static_cast<char>(stored[bit / 8] ^ mask);
    }
  }
}

// With a right checksum around it, so that the reader itself has to be careful.
TYPED_TEST(Codec, RandomPayloadsAreRefusedOrReadExactly) {
  RowGenerator random(7);
  for (int i = 0; i < 3'000; ++i) {
    auto const stored = seal<TypeParam>(random.text());
    auto const read = decode<TypeParam>(bytes_of(stored));
    if (read) {
      ASSERT_EQ(encode(*read).value(), stored);
    }
  }
}

TYPED_TEST(Codec, MutatedPayloadsAreRefusedOrReadExactly) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    RowGenerator random(seed);
    auto payload = encode(random.row<TypeParam>()).value();
    payload = payload.substr(1, payload.size() - kFrameBytes);
    for (auto left = random.number(3) + 1; left > 0 && !payload.empty(); --left)
      payload[random.number(payload.size())] = static_cast<char>(random.number(256));
    if (random.flag()) payload.resize(random.number(payload.size() + 1));
    auto const stored = seal<TypeParam>(payload);
    auto const read = decode<TypeParam>(bytes_of(stored));
    if (read) {
      ASSERT_EQ(encode(*read).value(), stored) << "seed " << seed;
    }
  }
}

TYPED_TEST(Codec, RowOfAnotherTypeIsRefused) {
  auto const row = RowGenerator(3).row<TypeParam>();
  auto const stored = encode(row).value();
  if constexpr (!std::is_same_v<TypeParam, WebhookRow>) {
    EXPECT_FALSE(decode<WebhookRow>(bytes_of(stored)));
  }
  if constexpr (!std::is_same_v<TypeParam, IndexRow>) {
    EXPECT_FALSE(decode<IndexRow>(bytes_of(stored)));
  }
}

TEST(RowCodec, NewerRowVersionIsNamed) {
  auto const stored = seal<MatchRow>(std::string("\0", 1), 9);
  auto const read = decode<MatchRow>(bytes_of(stored));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::corrupt);
  EXPECT_THAT(read.error().detail, HasSubstr("version 9"));
}

TEST(RowCodec, ErrorsNameTheRowTypeAndNoValue) {
  WebhookRow row;
  row.body = "canary-value";
  auto stored = encode(row).value();
  stored.back() = static_cast<char>(stored.back() ^ 1);
  auto const message = decode<WebhookRow>(bytes_of(stored)).error().message();
  EXPECT_THAT(message, HasSubstr("webhook"));
  EXPECT_THAT(message, Not(HasSubstr("canary")));
}

TEST(RowCodec, CountsBeyondTheInputAreRefusedWithoutAllocating) {
  std::string const huge = "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  EXPECT_FALSE(decode<MatchRow>(bytes_of(seal<MatchRow>(huge))));
  EXPECT_FALSE(decode<UnlinkedRow>(bytes_of(seal<UnlinkedRow>(std::string("\0", 1) + huge))));
}

TEST(RowCodec, OverlongNumbersAreRefused) {
  EXPECT_FALSE(decode<MatchRow>(bytes_of(seal<MatchRow>(std::string("\x80\x00", 2)))));
  std::string const eleven(10, '\xff');
  EXPECT_FALSE(decode<FactRow>(bytes_of(seal<FactRow>(eleven + std::string("\x01\x00", 2)))));
}

TEST(RowCodec, LargestNumbersFit) {
  FactRow row;
  row.number = ~std::uint64_t{0};
  EXPECT_EQ(decode<FactRow>(bytes_of(encode(row).value())).value(), row);
}

TEST(RowCodec, NumbersTooLargeForTheirFieldAreRefused) {
  // A mapping id is 32 bits wide: 2^32 as the second field of a held change.
  std::string const payload("\x01\x80\x80\x80\x80\x10\x00\x00\x00\x00\x00", 11);
  EXPECT_FALSE(decode<HeldRow>(bytes_of(seal<HeldRow>(payload))));
}

TEST(RowCodec, DateThatIsNoDayIsNotStored) {
  BaseRow row;
  row.app.set("born", engine::Value(engine::Date{2023, 2, 30}));
  EXPECT_EQ(encode(row).error().code, Errc::invalid_value);
}

TEST(RowCodec, RowBeyondTheLimitIsNotStored) {
  WebhookRow row;
  row.body.assign(kRowBytesMax, 'x');
  auto const refused = encode(row);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
}

TEST(RowCodec, UnsortedRecordsAndSetsAreRefused) {
  auto const base_with = [](std::string const& app_record) {
    return seal<BaseRow>(std::string("\x01", 1) + app_record + std::string("\0\0\0\0\0\0", 6));
  };
  std::string const null_tag(1, '\x01');
  auto const entry = [&](std::string name) { return "\x01" + std::move(name) + null_tag; };
  EXPECT_TRUE(decode<BaseRow>(bytes_of(base_with("\x02" + entry("a") + entry("b")))));
  EXPECT_FALSE(decode<BaseRow>(bytes_of(base_with("\x02" + entry("b") + entry("a")))));
  EXPECT_FALSE(decode<BaseRow>(bytes_of(base_with("\x02" + entry("a") + entry("a")))));
  std::string const set_tag(1, '\x08');
  auto const set_of = [&](std::string items) {
    return base_with(std::string("\x01\x01s", 3) + set_tag + "\x02" + std::move(items));
  };
  EXPECT_TRUE(decode<BaseRow>(bytes_of(set_of("\x01p\x01q"))));
  EXPECT_FALSE(decode<BaseRow>(bytes_of(set_of("\x01q\x01p"))));
  EXPECT_FALSE(decode<BaseRow>(bytes_of(set_of("\x01q\x01q"))));
}

}  // namespace
}  // namespace crmsync::state::tests
