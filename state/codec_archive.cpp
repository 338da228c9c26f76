// SPDX-License-Identifier: Apache-2.0
#include "state/codec_archive.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::state {

using engine::Date;
using engine::Decimal;
using engine::Record;
using engine::StringSet;
using engine::Value;
using engine::ValueType;

namespace {

// 0 is "unknown" (an empty FieldValue); a known value has its type's number plus one.
constexpr std::uint8_t kUnknown = 0;

constexpr std::uint8_t tag_of(std::size_t alternative) noexcept {
  return static_cast<std::uint8_t>(alternative + 1);
}
constexpr std::uint8_t tag_of(ValueType type) noexcept {
  return tag_of(static_cast<std::size_t>(type));
}

}  // namespace

void RowWriter::varint(std::uint64_t number) {
  while (number >= 0x80) {
    out_.push_back(static_cast<char>((number & 0x7f) | 0x80));
    number >>= 7;
  }
  out_.push_back(static_cast<char>(number));
}

void RowWriter::put(std::string const& text) {
  varint(text.size());
  out_.append(text);
}

void RowWriter::put(Value const& value) {
  out_.push_back(static_cast<char>(tag_of(value.index())));
  switch (engine::type_of(value)) {
    case ValueType::null:
      return;
    case ValueType::boolean:
      return put(std::get<bool>(value));
    case ValueType::int64:
      return put(std::get<std::int64_t>(value));
    case ValueType::decimal:
      return put(std::get<Decimal>(value).text());
    case ValueType::string:
      return put(std::get<std::string>(value));
    case ValueType::date: {
      auto const date = std::get<Date>(value);
      ok_ = ok_ && engine::is_real_date(date);
      put(date.year);
      put(date.month);
      return put(date.day);
    }
    case ValueType::timestamp:
      return put(std::get<engine::Timestamp>(value));
    case ValueType::string_set:
      return put(std::get<StringSet>(value).items());
    case ValueType::reference:
      return put(std::get<engine::Reference>(value).link_id);
  }
}

void RowWriter::put(engine::FieldValue const& value) {
  if (value)
    put(*value);
  else
    out_.push_back(static_cast<char>(kUnknown));
}

void RowWriter::put(Record const& record) {
  varint(record.size());
  for (auto const& [name, value] : record) {
    put(name);
    put(value);
  }
}

std::uint8_t RowReader::byte() noexcept {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  auto const read = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return read;
}

std::uint64_t RowReader::varint() noexcept {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto const part = byte();
    auto const bits = static_cast<std::uint64_t>(part & 0x7f);
    bool const overflows = shift == 63 && bits > 1;
    bool const padded = shift > 0 && part == 0;
    if (!ok_ || overflows || padded) break;
    number |= bits << shift;
    if ((part & 0x80) == 0) return number;
  }
  fail();
  return 0;
}

std::size_t RowReader::count() noexcept {
  auto const wide = varint();
  if (wide <= rest_.size()) return static_cast<std::size_t>(wide);
  fail();
  return 0;
}

void RowReader::get(bool& flag) noexcept {
  auto const read = byte();
  if (read > 1) return fail();
  flag = read == 1;
}

void RowReader::get(std::string& text) {
  auto const size = count();
  text.assign(rest_.substr(0, size));
  rest_.remove_prefix(std::min(size, rest_.size()));
}

void RowReader::get(Digest& digest) noexcept {
  if (rest_.size() < digest.size()) return fail();
  std::copy_n(rest_.begin(), digest.size(), digest.begin());
  rest_.remove_prefix(digest.size());
}

void RowReader::get(Value& value) {
  value_of(byte(), value);
}

void RowReader::get(engine::FieldValue& value) {
  auto const tag = byte();
  if (ok_ && tag != kUnknown) value_of(tag, value.emplace());
}

void RowReader::value_of(std::uint8_t tag, Value& value) {
  if (!ok_) return;
  auto const number = [this] {
    std::int64_t read = 0;
    get(read);
    return read;
  };
  switch (tag) {
    case tag_of(ValueType::null):
      value = engine::Null{};
      return;
    case tag_of(ValueType::boolean): {
      bool flag = false;
      get(flag);
      value = flag;
      return;
    }
    case tag_of(ValueType::int64):
      value = number();
      return;
    case tag_of(ValueType::decimal): {
      std::string text;
      get(text);
      auto decimal = Decimal::parse(text);
      if (!ok_ || !decimal || decimal->text() != text) return fail();
      value = std::move(*decimal);
      return;
    }
    case tag_of(ValueType::string):
      return get(value.emplace<std::string>());
    case tag_of(ValueType::date): {
      Date date;
      (*this)(date.year, date.month, date.day);
      if (!ok_ || !engine::is_real_date(date)) return fail();
      value = date;
      return;
    }
    case tag_of(ValueType::timestamp):
      value = engine::Timestamp{number()};
      return;
    case tag_of(ValueType::string_set): {
      std::vector<std::string> items;
      get(items);
      auto const unordered = std::ranges::adjacent_find(items, std::ranges::greater_equal{});
      if (!ok_ || unordered != items.end()) return fail();
      value = StringSet(std::move(items));
      return;
    }
    case tag_of(ValueType::reference): {
      engine::Reference reference;
      get(reference.link_id);
      value = reference;
      return;
    }
    default:
      return fail();
  }
}

void RowReader::get(Record& record) {
  record = {};
  std::string previous;
  std::string name;
  for (auto left = count(), first = left; ok_ && left > 0; --left) {
    Value value;
    get(name);
    get(value);
    if (!ok_ || (left != first && name <= previous)) return fail();
    record.set(name, std::move(value));
    previous = name;
  }
}

}  // namespace crmsync::state
