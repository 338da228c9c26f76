// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/failure_facts.hpp"

#include "connectors/hubspot/wire/routes.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot::wire {

namespace {

constexpr std::size_t kListMax = 256;

bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

template <class Test>
bool made_of(std::string_view text, std::size_t length_max, Test test) {
  return !text.empty() && text.size() <= length_max && std::all_of(text.begin(), text.end(), test);
}

// VALIDATION_ERROR
bool is_code(std::string_view text) {
  return made_of(text, 64, [](char c) { return is_upper(c) || is_digit(c) || c == '_'; }) &&
         is_upper(text.front());
}

// lower case, digits and '_', a letter first
bool is_property_name(std::string_view text) {
  return made_of(text, 100, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; }) &&
         is_lower(text.front());
}

// crm.objects.contacts.read, sales-email-read
bool is_scope(std::string_view text) {
  return made_of(text, 100, [](char c) { return is_lower(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_correlation(std::string_view text) {
  return made_of(text, 64, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
  });
}

// Ours are the intent's number.
bool is_trace_id(std::string_view text) {
  return made_of(text, 20, is_digit);
}

void add(std::vector<std::string>& list, std::string_view text) {
  if (list.size() >= kListMax) return;
  if (std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
}

template <class Test>
void add_each(std::vector<std::string>& list, JsonView values, Test test) {
  if (auto const one = values.text(); one && test(*one)) add(list, *one);
  for (auto const& item : values.items()) {
    auto const text = JsonView(&item).text();
    if (text && test(*text)) add(list, *text);
  }
}

void read_context(FailureFacts& facts, JsonView context) {
  for (auto const& [name, values] : context.members()) {
    if (name == "objectWriteTraceId") add_each(facts.trace_ids, values, is_trace_id);
    if (name == "ids" || name == "id") add_each(facts.ids, values, is_record_id);
    if (name == "propertyName" || name == "properties")
      add_each(facts.fields, values, is_property_name);
    // requiredGranularScopes, requiredScopes, missingScopes: the name is not settled.
    if (name.find("cope") != std::string_view::npos) add_each(facts.scopes, values, is_scope);
  }
}

// The id stands only in the sentence: "Existing ID: 151", "4751 already has that value".
std::string id_in(std::string_view message) {
  constexpr std::string_view kBefore = "Existing ID: ";
  constexpr std::string_view kAfter = " already has that value";
  std::string_view digits;
  if (auto const at = message.find(kBefore); at != std::string_view::npos) {
    digits = message.substr(at + kBefore.size());
    auto const end = std::find_if_not(digits.begin(), digits.end(), is_digit);
    digits = digits.substr(0, static_cast<std::size_t>(end - digits.begin()));
  } else if (auto const stop = message.find(kAfter); stop != std::string_view::npos) {
    std::size_t begin = stop;
    while (begin > 0 && is_digit(message[begin - 1])) --begin;
    // At a sentence's beginning stands the record; elsewhere it may be the end of a phone number.
    auto const before = message.substr(0, begin);
    bool const alone = before.empty() || before.ends_with(". ") || before.ends_with('\n');
    if (alone) digits = message.substr(begin, stop - begin);
  }
  return is_record_id(digits) ? std::string(digits) : std::string();
}

void read_message(FailureFacts& facts, std::string_view message) {
  if (facts.other_id.empty()) facts.other_id = id_in(message);
}

void read_detail(FailureFacts& facts, JsonView detail) {
  for (auto const* name : {"code", "error"})
    if (auto const code = detail[name].text(); code && is_code(*code)) add(facts.codes, *code);
  if (auto const name = detail["name"].text(); name && is_property_name(*name))
    add(facts.fields, *name);
  read_context(facts, detail["context"]);
  read_message(facts, detail["message"].text_or_empty());
}

// `Property values were not valid: [{"error":…,"name":…}]`: the bracket is JSON of its own.
void read_embedded(FailureFacts& facts, std::string_view message) {
  auto const open = message.find("[{");
  auto const close = message.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  auto document = JsonDocument::parse(message.substr(open, close - open + 1));
  if (!document) return;
  for (auto const& item : document->root().items()) read_detail(facts, JsonView(&item));
}

std::string policy_of(JsonView envelope) {
  auto const policy = envelope["policyName"].text_or_empty();
  if (policy.starts_with("TEN_SECONDLY")) return "TEN_SECONDLY";
  if (policy == "SECONDLY" || policy == "DAILY") return policy;
  auto const message = envelope["message"].text_or_empty();
  if (message.find("ten_secondly") != std::string::npos) return "TEN_SECONDLY";
  if (message.find("secondly") != std::string::npos) return "SECONDLY";
  if (message.find("daily") != std::string::npos) return "DAILY";
  return {};
}

}  // namespace

FailureFacts facts_of(JsonView envelope) {
  FailureFacts facts;
  for (auto const* name : {"category", "errorType", "status"}) {
    auto const text = envelope[name].text();
    if (facts.category.empty() && text && is_code(*text)) facts.category = *text;
  }
  facts.policy = policy_of(envelope);
  auto const correlation = envelope["correlationId"].text();
  if (correlation && is_correlation(*correlation)) facts.correlation = *correlation;
  read_context(facts, envelope["context"]);
  for (auto const& item : envelope["errors"].items()) read_detail(facts, JsonView(&item));
  auto const message = envelope["message"].text_or_empty();
  read_embedded(facts, message);
  read_message(facts, message);
  if (auto const trace = envelope["objectWriteTraceId"].text(); trace && is_trace_id(*trace))
    add(facts.trace_ids, *trace);
  return facts;
}

std::string join_words(std::vector<std::string> const& words) {
  std::string joined;
  for (auto const& word : words) {
    if (!joined.empty()) joined += ", ";
    joined += word;
  }
  return joined;
}

}  // namespace crmsync::connectors::hubspot::wire
