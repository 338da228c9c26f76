// Stored positions: texts of ours, but an older version or a damaged disk may have written them.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"
#include "connectors/sqlite/change_log.hpp"
#include "connectors/sqlite/stamp_poll.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using fuzz::require;

void check_hubspot(std::string_view text) {
  namespace wire = connectors::hubspot::wire;
  auto const cursor = wire::decode_cursor(text);
  if (!cursor) {
    require(cursor.error().code == engine::Errc::cursor_expired, "an unreadable one has expired");
    return;
  }
  auto const written = wire::encode_cursor(*cursor);
  auto const again = wire::decode_cursor(written);
  require(again.has_value() && wire::encode_cursor(*again) == written,
          "a position survives being stored");
  auto const from = wire::search_from(*cursor);
  require(!from.same_instant || from.stamp_ms == cursor->stamp_ms, "a search goes on in place");
}

void check_change_log(std::string_view text) {
  namespace sqlite = connectors::sqlite;
  auto const position = sqlite::decode_position(text);
  if (!position) return;
  auto const written = sqlite::encode_position(*position);
  auto const again = sqlite::decode_position(written);
  require(again && again->epoch == position->epoch && again->sequence == position->sequence,
          "a position survives being stored");
}

void check_poll(std::string_view text) {
  namespace sqlite = connectors::sqlite;
  auto const position = sqlite::decode_poll_position(text);
  if (!position) return;
  auto const written = sqlite::encode_position(*position);
  auto const again = sqlite::decode_poll_position(written);
  require(again && again->stamp == position->stamp && again->key == position->key,
          "a position survives being stored");
  if (!position->stamp) return;
  auto const start = sqlite::pass_start(*position->stamp, {1'767'225'600'000'000},
                                        std::chrono::milliseconds(120'000));
  auto const was = sqlite::stamp_time(*position->stamp);
  auto const is = sqlite::stamp_time(start);
  require(!was || (is && is->micros <= was->micros), "a pass begins no later than the last ended");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input const input(data, size);
  check_hubspot(input.rest());
  check_change_log(input.rest());
  check_poll(input.rest());
  return 0;
}
