// Answers of batch calls (200, 201 and 207) and error bodies: nothing foreign comes through.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/failure.hpp"
#include "connectors/hubspot/wire/record.hpp"
#include "connectors/hubspot/wire/routes.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::connectors::hubspot::wire;
using fuzz::require;

void check_error(engine::Error const& error) {
  require(fuzz::is_showable(error.message()), "an error can be shown");
  // Texts of the vendor quote values. The corpus marks such places with a word that has not the
  // form of a code, a name or an id.
  require(error.message().find("{Private}") == std::string::npos, "an error quotes no value");
  require(!error.retry_after_ms || *error.retry_after_ms >= 0, "a wait is never negative");
}

void check_failure(BatchFailure const& failure) {
  check_error(failure.error);
  for (auto const& id : failure.ids) require(is_record_id(id), "a failure is about records");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  int const status = 300 + static_cast<int>(input.byte()) * 2;
  Asked const asked{"hubspot: update contacts", (status & 2) != 0};
  check_error(failure_of(status, std::nullopt, input.rest(), asked));
  check_failure(request_failure_of(status, 1'000, input.rest(), asked));
  auto const batch = parse_batch(input.rest(), asked);
  if (!batch) {
    check_error(batch.error());
    return 0;
  }
  for (auto const& record : batch->records) require(is_record_id(record.id), "a record has an id");
  for (auto const& failure : batch->failures) check_failure(failure);
  return 0;
}
