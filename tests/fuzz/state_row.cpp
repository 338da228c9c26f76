// Stored rows: any bytes are refused or are exactly what encode() would have written.
// SPDX-License-Identifier: Apache-2.0
#include "state/codec.hpp"
#include "tests/fuzz/target.hpp"

#include <array>
#include <span>

namespace {

using namespace crmsync;
using namespace crmsync::state;
using fuzz::require;

template <class Row>
void check(std::string const& stored) {
  auto const row = decode<Row>(std::as_bytes(std::span(stored)));
  if (!row) {
    require(row.error().code == engine::Errc::corrupt, "what cannot be read is corrupt");
    require(fuzz::is_showable(row.error().message()), "an error about a row can be shown");
    return;
  }
  auto const again = encode(*row);
  require(again.has_value(), "what was read can be written");
  require(*again == stored, "what was read is written as the same bytes");
}

template <class Row>
void check_one(std::string_view bytes, bool sealed) {
  // Sealed: the checksum is right, so that the payload itself is what is judged.
  check<Row>(sealed ? seal<Row>(bytes) : std::string(bytes));
}

using Check = void (*)(std::string_view, bool);
constexpr std::array<Check, 18> kChecks{
    check_one<IntakeRow>,  check_one<CursorRow>,  check_one<MappingRow>,   check_one<LinkRow>,
    check_one<BaseRow>,    check_one<IntentRow>,  check_one<ParkedRow>,    check_one<ErrorRow>,
    check_one<HistoryRow>, check_one<HeldRow>,    check_one<WebhookRow>,   check_one<MappingCounts>,
    check_one<FactRow>,    check_one<LinkRefRow>, check_one<LinkOrderRow>, check_one<UnlinkedRow>,
    check_one<MatchRow>,   check_one<IndexRow>};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto const which = input.byte();
  kChecks[which % 32 % kChecks.size()](input.rest(), which < 224);
  return 0;
}
