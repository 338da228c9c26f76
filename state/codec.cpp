// SPDX-License-Identifier: Apache-2.0
#include "state/codec.hpp"

#include "state/codec_fields.hpp"

#include <xxhash.h>

#include <utility>

namespace crmsync::state {

using engine::Errc;
using engine::Result;

namespace {

constexpr std::size_t kChecksumBytes = 8;

void append_checksum(std::string& stored, std::uint64_t tag) {
  auto sum = XXH3_64bits_withSeed(stored.data(), stored.size(), tag);
  for (std::size_t i = 0; i < kChecksumBytes; ++i, sum >>= 8)
    stored.push_back(static_cast<char>(sum & 0xff));
}

bool checksum_matches(std::string_view stored, std::uint64_t tag) noexcept {
  auto const body = stored.size() - kChecksumBytes;
  std::uint64_t sum = 0;
  for (std::size_t i = kChecksumBytes; i > 0; --i)
    sum = (sum << 8) | static_cast<std::uint8_t>(stored[body + i - 1]);
  return sum == XXH3_64bits_withSeed(stored.data(), body, tag);
}

engine::Error refused(Errc code, std::string_view name, std::string detail) {
  return engine::make_error(code, "state: " + std::string(name), std::move(detail));
}

}  // namespace

template <class Row>
Result<std::string> encode(Row const& row) {
  std::string stored(1, static_cast<char>(RowType<Row>::version));
  RowWriter writer(stored, RowType<Row>::version);
  fields(writer, row);
  if (!writer.ok())
    return refused(Errc::invalid_value, RowType<Row>::name, "holds a date that is no real day");
  if (stored.size() + kChecksumBytes > kRowBytesMax)
    return refused(Errc::limit_exceeded, RowType<Row>::name,
                   "takes " + std::to_string(stored.size()) + " bytes; at most " +
                       std::to_string(kRowBytesMax) + " can be stored");
  append_checksum(stored, RowType<Row>::tag);
  return stored;
}

template <class Row>
Result<Row> decode(std::span<std::byte const> stored) {
  using Type = RowType<Row>;
  std::string_view const bytes(reinterpret_cast<char const*>(stored.data()), stored.size());
  if (bytes.size() < kFrameBytes)
    return refused(Errc::corrupt, Type::name, "the stored value is cut off");
  if (bytes.size() > kRowBytesMax)
    return refused(Errc::corrupt, Type::name, "the stored value is longer than any row can be");
  if (!checksum_matches(bytes, Type::tag))
    return refused(Errc::corrupt, Type::name, "its checksum does not match");
  auto const version = static_cast<std::uint8_t>(bytes.front());
  if (version == 0 || version > Type::version)
    return refused(Errc::corrupt, Type::name,
                   "row version " + std::to_string(version) + " is not known");
  RowReader reader(bytes.substr(1, bytes.size() - kFrameBytes), version);
  Row row;
  fields(reader, row);
  if (!reader.ok() || !reader.at_end())
    return refused(Errc::corrupt, Type::name, "its content is malformed");
  return row;
}

template <class Row>
std::string seal(std::string_view payload, std::uint8_t version) {
  std::string stored(1, static_cast<char>(version));
  stored.append(payload);
  append_checksum(stored, RowType<Row>::tag);
  return stored;
}

#define CRMSYNC_INSTANTIATE(Row)                                \
  template Result<std::string> encode(Row const&);              \
  template Result<Row> decode<Row>(std::span<std::byte const>); \
  template std::string seal<Row>(std::string_view, std::uint8_t);
CRMSYNC_INSTANTIATE(IntakeRow)
CRMSYNC_INSTANTIATE(CursorRow)
CRMSYNC_INSTANTIATE(MappingRow)
CRMSYNC_INSTANTIATE(LinkRow)
CRMSYNC_INSTANTIATE(BaseRow)
CRMSYNC_INSTANTIATE(IntentRow)
CRMSYNC_INSTANTIATE(ParkedRow)
CRMSYNC_INSTANTIATE(ErrorRow)
CRMSYNC_INSTANTIATE(HistoryRow)
CRMSYNC_INSTANTIATE(HeldRow)
CRMSYNC_INSTANTIATE(WebhookRow)
CRMSYNC_INSTANTIATE(MappingCounts)
CRMSYNC_INSTANTIATE(FactRow)
CRMSYNC_INSTANTIATE(LinkRefRow)
CRMSYNC_INSTANTIATE(LinkOrderRow)
CRMSYNC_INSTANTIATE(UnlinkedRow)
CRMSYNC_INSTANTIATE(MatchRow)
CRMSYNC_INSTANTIATE(IndexRow)
#undef CRMSYNC_INSTANTIATE

}  // namespace crmsync::state
