// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/value_codec.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <charconv>
#include <system_error>

namespace crmsync::connectors::sqlite {

using engine::Decimal;
using engine::Errc;
using engine::FieldValue;
using engine::Null;
using engine::Status;
using engine::Value;
using engine::ValueType;

namespace {

// RapidJSON's validator wants somewhere to copy to.
struct Discard {
  using Ch = char;
  void Put(char) const noexcept {}
};

// The shortest text that reads back as the same double. Empty for infinities.
std::optional<Decimal> decimal_of(double number) {
  char text[64];
  auto const end = std::to_chars(std::begin(text), std::end(text), number);
  auto parsed = Decimal::parse({text, static_cast<std::size_t>(end.ptr - text)});
  if (!parsed) return std::nullopt;
  return *parsed;
}

FieldValue integer_value(std::int64_t number, Column const& column) {
  if (column.type == ValueType::boolean && (number == 0 || number == 1)) return Value(number == 1);
  if (column.type == ValueType::decimal) return Value(Decimal::from_int(number));
  // A column of a type unknown to SQLite (STRING, UUID) turns digits into numbers.
  if (column.type == ValueType::string && !column.temporal && column.affinity == Affinity::numeric)
    return Value(std::to_string(number));
  return Value(number);
}

FieldValue real_value(double number, Column const& column) {
  auto decimal = decimal_of(number);
  if (!decimal) return std::nullopt;
  if (column.type == ValueType::string && !column.temporal && column.affinity == Affinity::numeric)
    return Value(decimal->text());
  return Value(std::move(*decimal));
}

engine::Error cannot_hold(Column const& column, std::string why, std::string hint) {
  auto error = engine::make_error(Errc::invalid_value, "column `" + column.name + "`",
                                  std::move(why), std::move(hint));
  error.fields.push_back(column.name);
  return error;
}

// A numeric column keeps an int64 or a double. Both are bound as what will be stored, because
// SQLite's own reading of long decimal text may be one bit off.
Status bind_number(Statement& statement, int index, Column const& column, Decimal const& value) {
  auto const whole = value.to_int();
  if (whole && column.affinity != Affinity::real) {
    statement.bind(index, *whole);
    return {};
  }
  auto const& text = value.text();
  double number = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) {
    auto const kept = decimal_of(number);
    if (kept && *kept == value) {
      statement.bind_real(index, number);
      return {};
    }
  }
  return cannot_hold(
      column,
      "declared " + column.declared +
          ", which SQLite keeps as a binary number, cannot hold this decimal exactly",
      "declare the column TEXT, or reduce the digits with a transform");
}

struct Binder {
  Statement& statement;
  int index;
  Column const& column;

  Status operator()(Null) const {
    statement.bind_null(index);
    return {};
  }
  Status operator()(bool value) const {
    statement.bind(index, std::int64_t{value});
    return {};
  }
  Status operator()(std::int64_t value) const {
    if (column.affinity == Affinity::real)
      return bind_number(statement, index, column, Decimal::from_int(value));
    statement.bind(index, value);
    return {};
  }
  Status operator()(Decimal const& value) const {
    if (column.affinity == Affinity::text || column.affinity == Affinity::none) {
      statement.bind(index, std::string_view(value.text()));
      return {};
    }
    return bind_number(statement, index, column, value);
  }
  Status operator()(std::string const& value) const {
    statement.bind(index, std::string_view(value));
    return {};
  }
  Status operator()(engine::Date value) const {
    statement.bind(index, std::string_view(engine::format_date(value)));
    return {};
  }
  Status operator()(engine::Timestamp value) const {
    statement.bind(index, std::string_view(engine::format_timestamp(value)));
    return {};
  }
  Status operator()(engine::StringSet const&) const {
    return cannot_hold(column, "cannot hold a set", "add a transform that joins it");
  }
  Status operator()(engine::Reference) const {
    return cannot_hold(column, "cannot hold a reference", "map it under `references`");
  }
};

}  // namespace

bool is_utf8(std::string_view text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  Discard out;
  while (in.Tell() < text.size())
    if (!rapidjson::UTF8<>::Validate(in, out) || in.Tell() > text.size()) return false;
  return true;
}

FieldValue read_value(Statement const& row, int index, Column const& column) {
  if (column.blob) return std::nullopt;
  switch (row.storage(index)) {
    case Storage::null:
      return Value(Null{});
    case Storage::integer:
      return integer_value(row.integer(index), column);
    case Storage::real:
      return real_value(row.real(index), column);
    case Storage::text: {
      auto const text = row.text(index);
      if (!is_utf8(text)) return std::nullopt;
      return Value(std::string(text));
    }
    case Storage::blob:
      break;
  }
  return std::nullopt;
}

Status bind_value(Statement& statement, int index, Column const& column, Value const& value) {
  return std::visit(Binder{statement, index, column}, value);
}

}  // namespace crmsync::connectors::sqlite
