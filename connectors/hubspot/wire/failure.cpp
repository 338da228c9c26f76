// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/failure.hpp"

#include "connectors/hubspot/wire/failure_facts.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::hubspot::wire {

namespace {

using engine::Errc;
using engine::Error;

struct StatusRow {
  int status;
  Errc code;
};

// Statuses that decide by themselves. 400 and the entries of a batch answer (no status) do not.
constexpr std::array kStatuses{
    StatusRow{401, Errc::unauthorized},   StatusRow{403, Errc::forbidden},
    StatusRow{404, Errc::not_found},      StatusRow{408, Errc::transient},
    StatusRow{409, Errc::already_exists}, StatusRow{410, Errc::not_found},
    StatusRow{413, Errc::limit_exceeded}, StatusRow{414, Errc::limit_exceeded},
    StatusRow{423, Errc::locked},         StatusRow{429, Errc::rate_limited},
    StatusRow{477, Errc::rate_limited},
};

struct WordRow {
  std::string_view word;
  Errc code;
};

constexpr std::array kCategories{
    WordRow{"OBJECT_NOT_FOUND", Errc::not_found},
    WordRow{"CONFLICT", Errc::already_exists},
    WordRow{"MISSING_SCOPES", Errc::forbidden},
    WordRow{"EXPIRED_AUTHENTICATION", Errc::unauthorized},
    WordRow{"INVALID_AUTHENTICATION", Errc::unauthorized},
    WordRow{"RATE_LIMITS", Errc::rate_limited},
    WordRow{"RATE_LIMIT", Errc::rate_limited},
    WordRow{"INTERNAL_ERROR", Errc::transient},
    WordRow{"SERVICE_UNAVAILABLE", Errc::transient},
};

// The most telling first: a record with one unknown property and one bad value is a schema matter.
constexpr std::array kValueCodes{
    WordRow{"PROPERTY_DOESNT_EXIST", Errc::invalid_schema},
    WordRow{"READ_ONLY_VALUE", Errc::read_only},
    WordRow{"UNIQUE", Errc::already_exists},
    WordRow{"DUPLICATE", Errc::already_exists},
    WordRow{"CONFLICT", Errc::already_exists},
};

std::optional<Errc> code_of_values(std::vector<std::string> const& codes) {
  for (auto const& row : kValueCodes)
    for (auto const& code : codes)
      if (code.find(row.word) != std::string::npos) return row.code;
  return std::nullopt;
}

Errc code_of(int status, FailureFacts const& facts) {
  if (status >= 500) return Errc::transient;
  if (status > 0 && status < 400) return Errc::corrupt;  // a redirect is never followed
  for (auto const& row : kStatuses)
    if (row.status == status) return row.code;
  if (auto const code = code_of_values(facts.codes)) return *code;
  for (auto const& row : kCategories)
    if (row.word == facts.category) return row.code;
  return Errc::invalid_value;
}

// Policies without a number of their own wait as long as the vendor's window lasts.
std::int64_t limit_wait_ms(FailureFacts const& facts) {
  if (facts.policy == "DAILY") return 600'000;  // resets at the account's midnight: look again
  if (facts.policy == "SECONDLY") return 1'000;
  return 10'000;
}

std::optional<std::int64_t> wait_of(Errc code, int status, FailureFacts const& facts,
                                    std::optional<std::int64_t> asked_ms) {
  if (code == Errc::locked) return std::max<std::int64_t>(asked_ms.value_or(0), 2'000);
  if (status == 477) return asked_ms.value_or(600'000);
  if (code == Errc::rate_limited) return asked_ms ? asked_ms : limit_wait_ms(facts);
  return code == Errc::transient ? asked_ms : std::nullopt;
}

std::string hint_of(Errc code, int status, FailureFacts const& facts) {
  if (status == 477) return "the account is being moved between data centres; it is tried again";
  if (code == Errc::unauthorized && facts.category == "EXPIRED_AUTHENTICATION")
    return "the token has expired: put a fresh one where auth.token points";
  if (code == Errc::unauthorized)
    return "the token is refused: check where auth.token points, or rotate it in HubSpot";
  if (code == Errc::forbidden && !facts.scopes.empty())
    return "grant the token: " + join_words(facts.scopes);
  if (code == Errc::forbidden) return "grant the token the scope this request needs";
  if (code == Errc::invalid_schema) return "the property is gone: correct the mapping";
  if (code == Errc::read_only) return "map the property with `direction: to_app`";
  if (code == Errc::already_exists && facts.other_id.empty())
    return "another record holds a value that must be unique";
  if (code == Errc::invalid_value && !facts.fields.empty())
    return "correct " + join_words(facts.fields) +
           " where it comes from, or let a transform do it; the edit is tried by itself";
  return {};
}

std::string detail_of(int status, FailureFacts const& facts) {
  std::string detail = status > 0 ? "HTTP " + std::to_string(status) : std::string("refused");
  if (!facts.category.empty()) detail += " " + facts.category;
  if (!facts.policy.empty()) detail += " " + facts.policy;
  if (!facts.codes.empty()) detail += ": " + join_words(facts.codes);
  if (!facts.fields.empty()) detail += " on " + join_words(facts.fields);
  if (!facts.other_id.empty()) detail += ", record " + facts.other_id + " holds the value";
  if (!facts.correlation.empty()) detail += ", correlation " + facts.correlation;
  return detail;
}

Error build(int status, FailureFacts const& facts, std::optional<std::int64_t> retry_after_ms,
            Asked const& asked) {
  auto const code = code_of(status, facts);
  auto error =
      engine::make_error(code, asked.op, detail_of(status, facts), hint_of(code, status, facts));
  error.fields = facts.fields;
  error.other_key = code == Errc::already_exists ? facts.other_id : std::string();
  error.retry_after_ms = wait_of(code, status, facts, retry_after_ms);
  // A gateway that gave up, or an error after the work was done: nobody knows.
  error.maybe_applied = asked.mutating && code == Errc::transient;
  return error;
}

}  // namespace

BatchFailure batch_failure_of(JsonView entry, Asked const& asked) {
  auto facts = facts_of(entry);
  BatchFailure failure;
  failure.error = build(0, facts, std::nullopt, asked);
  failure.trace_ids = std::move(facts.trace_ids);
  failure.ids = std::move(facts.ids);
  return failure;
}

BatchFailure request_failure_of(int status, std::optional<std::int64_t> retry_after_ms,
                                std::string_view body, Asked const& asked) {
  FailureFacts facts;
  // A proxy's page in HTML, a cut body: the status alone has to do.
  if (auto document = JsonDocument::parse(body)) facts = facts_of(document->root());
  BatchFailure failure;
  failure.error = build(status, facts, retry_after_ms, asked);
  failure.trace_ids = std::move(facts.trace_ids);
  failure.ids = std::move(facts.ids);
  return failure;
}

Error failure_of(int status, std::optional<std::int64_t> retry_after_ms, std::string_view body,
                 Asked const& asked) {
  return request_failure_of(status, retry_after_ms, body, asked).error;
}

}  // namespace crmsync::connectors::hubspot::wire
