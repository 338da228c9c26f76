// The values that both sides are compared in. A value is exact: decimals are text, never doubles.
// "Absent" is not a value: a field that was not in an answer is an empty FieldValue (unknown).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/decimal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crmsync::engine {

struct Null {
  friend bool operator==(Null, Null) = default;
  friend auto operator<=>(Null, Null) = default;
};

// A calendar day without zone. Always a real day of the proleptic Gregorian calendar.
struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  friend bool operator==(Date, Date) = default;
  friend auto operator<=>(Date, Date) = default;
};

// Microseconds since 1970-01-01T00:00:00Z. Also our representation of any point in time.
struct Timestamp {
  std::int64_t micros = 0;
  friend bool operator==(Timestamp, Timestamp) = default;
  friend auto operator<=>(Timestamp, Timestamp) = default;
};

// Sorted, without duplicates; order on the wire means nothing.
class StringSet {
 public:
  StringSet() = default;
  explicit StringSet(std::vector<std::string> items);
  std::vector<std::string> const& items() const noexcept { return items_; }
  bool contains(std::string_view item) const;
  friend bool operator==(StringSet const&, StringSet const&) = default;
  friend auto operator<=>(StringSet const&, StringSet const&) = default;

 private:
  std::vector<std::string> items_;
};

// Another mapping's record, by its link, so that both sides' ids compare equal.
struct Reference {
  std::uint64_t link_id = 0;
  friend bool operator==(Reference, Reference) = default;
  friend auto operator<=>(Reference, Reference) = default;
};

using Value = std::variant<Null, bool, std::int64_t, Decimal, std::string, Date, Timestamp,
                           StringSet, Reference>;

// Order and names match the alternatives of Value.
enum class ValueType : std::uint8_t {
  null,
  boolean,
  int64,
  decimal,
  string,
  date,
  timestamp,
  string_set,
  reference
};

// Empty: unknown (missing from an answer, unreadable, cut off). Never the same as Null.
using FieldValue = std::optional<Value>;

ValueType type_of(Value const& value) noexcept;
std::string_view to_string(ValueType type) noexcept;

// Null, "" or only white space (ASCII and U+00A0), or an empty set.
bool is_blank(Value const& value) noexcept;

// For people: `null`, `true`, `12.5`, `2026-01-31`, `2026-01-31T10:00:00.500Z`, `a; b`, `link 42`.
// Not for logs.
std::string display(Value const& value);
std::string display(FieldValue const& value);  // unknown shows as `(unknown)`

// RFC 3339 in UTC with as many fraction digits as needed (none, 3 or 6).
std::string format_timestamp(Timestamp at);
std::string format_date(Date date);
// Accepts `YYYY-MM-DD`; empty when it is no real day.
std::optional<Date> parse_date(std::string_view text);
// Accepts RFC 3339 with `T` or a space, 0 to 9 fraction digits (cut to 6), and `Z`, `+hh:mm` or
// `+hhmm`; without an offset the time is taken as UTC. Empty when malformed.
std::optional<Timestamp> parse_timestamp(std::string_view text);
bool is_real_date(Date date) noexcept;
std::int64_t days_from_epoch(Date date) noexcept;
Date date_from_days(std::int64_t days) noexcept;

}  // namespace crmsync::engine
