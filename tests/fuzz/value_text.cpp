// Numbers, dates and times as text, and the transforms of a mapping.
// SPDX-License-Identifier: Apache-2.0
#include "engine/decimal.hpp"
#include "engine/value.hpp"
#include "mappings/transforms/normalise.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using fuzz::require;

void check_number(std::string_view text) {
  auto const number = engine::Decimal::parse(text);
  if (!number) return;
  auto const written = number->text();
  auto const again = engine::Decimal::parse(written);
  require(again && *again == *number, "a number is written as the same number");
  require(again->text() == written, "a number has one written form");
}

void check_times(std::string_view text) {
  if (auto const at = engine::parse_timestamp(text))
    require(engine::parse_timestamp(engine::format_timestamp(*at)) == at,
            "a time is written as the same time");
  if (auto const date = engine::parse_date(text)) {
    require(engine::is_real_date(*date), "a date is a real day");
    require(engine::parse_date(engine::format_date(*date)) == date,
            "a date is written as the same date");
    require(engine::date_from_days(engine::days_from_epoch(*date)) == *date, "days count exactly");
  }
}

void check_normalise(std::string_view text) {
  for (auto const* form : {"exact", "trim", "lower", "email", "digits"}) {
    auto const once = mappings::normalise(form, text);
    require(mappings::normalise(form, once) == once, "what is normal stays so");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input const input(data, size);
  check_number(input.rest());
  check_times(input.rest());
  check_normalise(input.rest());
  return 0;
}
