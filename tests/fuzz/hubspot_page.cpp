// Answers with records: one record, a page of a list or search, and what the position makes of it.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"
#include "connectors/hubspot/wire/record.hpp"
#include "connectors/hubspot/wire/routes.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace {

using namespace crmsync;
using namespace crmsync::connectors::hubspot::wire;
using fuzz::require;

PropertyTable const& table() {
  static PropertyTable const all = [] {
    std::vector<Property> properties;
    for (auto const* name : {"t", "b", "n", "d", "s", "e", "m"}) {
      Property property;
      property.name = name;
      property.type = static_cast<WireType>(properties.size());
      properties.push_back(property);
    }
    return PropertyTable(std::move(properties));
  }();
  return all;
}

void check_record(WireRecord const& record) {
  require(is_record_id(record.id), "a record has an id");
  auto const values = to_record(record, table());
  for (auto const& [name, value] : values)
    require(name == kIdField || record.property(name) != nullptr, "a value was in the answer");
  version_of(record);
  record.merged_ids();
  auto const history = to_history(record, table(), OwnSource{"7"});
  for (auto const& [name, versions] : history)
    require(table().find(name) != nullptr, "a history is of a known property");
}

void check_advance(WirePage const& page, fuzz::Input& numbers) {
  auto const hits = hits_of(page, "s");
  if (!hits) {
    require(hits.error().code == engine::Errc::corrupt, "a hit without stamp is corrupt");
    return;
  }
  ChangeCursor cursor;
  cursor.stamp_ms = numbers.byte();
  cursor.safe_ms = cursor.stamp_ms;
  cursor.flood = numbers.flag();
  auto const before = cursor;
  auto const step = advance(cursor, *hits, numbers.byte());
  require(std::ranges::all_of(step.fresh, [&](auto i) { return i < page.records.size(); }),
          "what is delivered was on the page");
  require(cursor.safe_ms >= before.safe_ms, "what was read for sure stays so");
  auto const text = encode_cursor(cursor);
  auto const again = decode_cursor(text);
  require(again.has_value() && encode_cursor(*again) == text, "a position survives being stored");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  fuzz::Input numbers(data, std::min<std::size_t>(size, 3));
  for (int i = 0; i < 3; ++i) input.byte();
  if (auto const record = parse_record(input.rest()))
    check_record(*record);
  else
    require(fuzz::is_showable(record.error().message()), "what is wrong can be shown");
  auto const page = parse_page(input.rest());
  if (!page) {
    require(page.error().code == engine::Errc::corrupt, "an unreadable page is corrupt");
    return 0;
  }
  for (auto const& record : page->records) check_record(record);
  check_advance(*page, numbers);
  return 0;
}
