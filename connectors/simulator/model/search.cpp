// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/search.hpp"

#include "connectors/simulator/model/normalise.hpp"
#include "connectors/simulator/model/random.hpp"
#include "connectors/simulator/model/reading.hpp"
#include "engine/decimal.hpp"

#include <algorithm>
#include <array>
#include <compare>

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::array<std::pair<std::string_view, Operator>, 13> kOperators{{
    {"EQ", Operator::eq},
    {"NEQ", Operator::neq},
    {"LT", Operator::lt},
    {"LTE", Operator::lte},
    {"GT", Operator::gt},
    {"GTE", Operator::gte},
    {"BETWEEN", Operator::between},
    {"IN", Operator::in},
    {"NOT_IN", Operator::not_in},
    {"HAS_PROPERTY", Operator::has_property},
    {"NOT_HAS_PROPERTY", Operator::not_has_property},
    {"CONTAINS_TOKEN", Operator::contains_token},
    {"NOT_CONTAINS_TOKEN", Operator::not_contains_token},
}};

constexpr std::array<std::string_view, 8> kTextProperties{
    "firstname", "lastname", "email", "phone", "company", "name", "domain", "dealname"};

bool is_range(Operator op) noexcept {
  return op == Operator::lt || op == Operator::lte || op == Operator::gt || op == Operator::gte ||
         op == Operator::between;
}

bool is_time(PropertyType type) noexcept {
  return type == PropertyType::date || type == PropertyType::datetime;
}

// Times compare in milliseconds; a filter names them as milliseconds, a record as ISO text.
std::optional<std::int64_t> stored_millis(std::string_view text) {
  if (auto const at = engine::parse_timestamp(text)) return at->micros / 1'000;
  if (auto const date = engine::parse_date(text))
    return engine::days_from_epoch(*date) * 86'400'000;
  return std::nullopt;
}

std::optional<std::int64_t> filter_millis(PropertyType type, std::string_view text) {
  if (auto const millis = parse_integer(text)) return millis;
  if (type == PropertyType::date)
    if (auto const date = engine::parse_date(text))
      return engine::days_from_epoch(*date) * 86'400'000;
  return std::nullopt;
}

bool reads_as(PropertyType type, std::string_view value) {
  if (is_time(type)) return filter_millis(type, value).has_value();
  if (type == PropertyType::number) return engine::Decimal::parse(value).has_value();
  return true;
}

// How the stored text compares with the filter's; empty when it cannot be compared.
std::optional<std::strong_ordering> compare(PropertyType type, std::string_view held,
                                            std::string_view asked) {
  if (is_time(type)) {
    auto const a = stored_millis(held);
    auto const b = filter_millis(type, asked);
    if (!a || !b) return std::nullopt;
    return *a <=> *b;
  }
  if (type == PropertyType::number) {
    auto const a = parse_integer(held);
    auto const b = parse_integer(asked);
    if (a && b) return *a <=> *b;
    auto const x = engine::Decimal::parse(held);
    auto const y = engine::Decimal::parse(asked);
    if (!x || !y) return std::nullopt;
    return x.value() <=> y.value();
  }
  if (type == PropertyType::enumeration) return held <=> asked;
  return lower_ascii(held) <=> lower_ascii(asked);
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  std::string token;
  for (char const c : lower_ascii(text)) {
    auto const byte = static_cast<unsigned char>(c);
    bool const part = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    if (part) token += c;
    if (!part && !token.empty()) tokens.push_back(std::exchange(token, {}));
  }
  if (!token.empty()) tokens.push_back(std::move(token));
  return tokens;
}

// `*` at either end stands for any text.
bool token_matches(std::string_view token, std::string_view pattern) {
  bool const open_start = pattern.starts_with('*');
  bool const open_end = pattern.ends_with('*');
  while (pattern.starts_with('*')) pattern.remove_prefix(1);
  while (pattern.ends_with('*')) pattern.remove_suffix(1);
  if (open_start && open_end) return token.find(pattern) != std::string_view::npos;
  if (open_start) return token.ends_with(pattern);
  if (open_end) return token.starts_with(pattern);
  return token == pattern;
}

bool contains_token(std::string_view held, std::string_view asked) {
  auto const pattern = lower_ascii(trimmed(asked));
  if (token_matches(lower_ascii(held), pattern)) return true;
  auto const tokens = tokens_of(held);
  if (pattern.find('*') != std::string::npos)
    return std::ranges::any_of(tokens, [&](auto& token) { return token_matches(token, pattern); });
  auto const wanted = tokens_of(pattern);
  return !wanted.empty() && std::ranges::all_of(wanted, [&](auto& word) {
    return std::ranges::find(tokens, word) != tokens.end();
  });
}

bool is_one_of(Property const& property, std::string_view held,
               std::vector<std::string> const& values) {
  // Texts are lower-cased in the index and the list is not: mixed case in a list never matches.
  bool const text = property.type == PropertyType::string;
  auto const key = text ? lower_ascii(held) : std::string(held);
  return std::ranges::any_of(values, [&](std::string const& value) {
    if (text) return key == value;
    auto const order = compare(property.type, held, value);
    return order && *order == 0;
  });
}

bool holds(Filter const& filter, Property const& property, std::optional<std::string> const& held) {
  bool const has = held && !held->empty();
  if (filter.op == Operator::has_property) return has;
  if (filter.op == Operator::not_has_property) return !has;
  if (!has) return false;
  auto const order = compare(property.type, *held, filter.value);
  switch (filter.op) {
    case Operator::eq:
      return order && *order == 0;
    case Operator::neq:
      return !order || *order != 0;
    case Operator::lt:
      return order && *order < 0;
    case Operator::lte:
      return order && *order <= 0;
    case Operator::gt:
      return order && *order > 0;
    case Operator::gte:
      return order && *order >= 0;
    case Operator::between: {
      auto const high = compare(property.type, *held, filter.high_value);
      return order && high && *order >= 0 && *high <= 0;
    }
    case Operator::in:
      return is_one_of(property, *held, filter.values);
    case Operator::not_in:
      return !is_one_of(property, *held, filter.values);
    case Operator::contains_token:
      return contains_token(*held, filter.value);
    case Operator::not_contains_token:
      return !contains_token(*held, filter.value);
    case Operator::has_property:
    case Operator::not_has_property:
      break;
  }
  return false;
}

// What polls ask for most is compared without making a text of it first: the id, and stamps in
// milliseconds.
std::optional<std::int64_t> number_of(Snapshot const& snapshot, Property const& property) {
  switch (property.calculation) {
    case Calculation::object_id:
      return static_cast<std::int64_t>(snapshot.id);
    case Calculation::created:
      return snapshot.created_at.micros / 1'000;
    case Calculation::modified:
      return snapshot.modified_at.micros / 1'000;
    case Calculation::none:
    case Calculation::email_domain:
    case Calculation::full_name:
    case Calculation::phone_digits:
    case Calculation::deal_closed:
    case Calculation::deal_won:
    case Calculation::home_amount:
      break;
  }
  return std::nullopt;
}

// A filter with what does not change from record to record worked out.
struct ReadyFilter {
  Filter const* filter;
  std::optional<PropertyId> property;
  std::optional<std::int64_t> number;  // of value, for range operators and equality
};

std::optional<bool> holds_by_number(ReadyFilter const& ready, std::int64_t held) {
  if (!ready.number) return std::nullopt;
  switch (ready.filter->op) {
    case Operator::eq:
      return held == *ready.number;
    case Operator::lt:
      return held < *ready.number;
    case Operator::lte:
      return held <= *ready.number;
    case Operator::gt:
      return held > *ready.number;
    case Operator::gte:
      return held >= *ready.number;
    case Operator::neq:
    case Operator::between:
    case Operator::in:
    case Operator::not_in:
    case Operator::has_property:
    case Operator::not_has_property:
    case Operator::contains_token:
    case Operator::not_contains_token:
      break;
  }
  return std::nullopt;
}

class Matcher {
 public:
  Matcher(Query const& query, ObjectType const& type, Catalog const& catalog)
      : query_(query), type_(type), catalog_(catalog) {
    for (auto const& group : query.groups) {
      auto& ready = groups_.emplace_back();
      for (auto const& filter : group)
        ready.push_back({&filter, type.id_of(filter.property), parse_integer(filter.value)});
    }
  }

  bool operator()(Snapshot const& snapshot) const {
    auto const all_hold = [&](std::vector<ReadyFilter> const& group) {
      return std::ranges::all_of(group, [&](auto const& ready) { return one(snapshot, ready); });
    };
    return (groups_.empty() || std::ranges::any_of(groups_, all_hold)) && has_text(snapshot);
  }

 private:
  bool one(Snapshot const& snapshot, ReadyFilter const& ready) const {
    if (!ready.property) return false;
    auto const& property = type_.properties[*ready.property];
    if (auto const number = number_of(snapshot, property))
      if (auto const decided = holds_by_number(ready, *number)) return *decided;
    return holds(*ready.filter, property, read(snapshot, type_, catalog_, *ready.property));
  }

  bool has_text(Snapshot const& snapshot) const {
    if (query_.text.empty()) return true;
    auto const wanted = lower_ascii(query_.text);
    return std::ranges::any_of(kTextProperties, [&](std::string_view name) {
      auto const id = type_.id_of(name);
      auto const held = id ? read(snapshot, type_, catalog_, *id) : std::nullopt;
      return held && lower_ascii(*held).find(wanted) != std::string::npos;
    });
  }

  Query const& query_;
  ObjectType const& type_;
  Catalog const& catalog_;
  std::vector<std::vector<ReadyFilter>> groups_;
};

// The earliest modification any match can have, so that polls do not walk the whole index.
engine::Timestamp earliest(Query const& query, ObjectType const& type) {
  std::int64_t bound = INT64_MAX;
  for (auto const& group : query.groups) {
    std::int64_t lower = 0;
    for (auto const& filter : group) {
      bool const from_below = filter.op == Operator::gt || filter.op == Operator::gte ||
                              filter.op == Operator::eq || filter.op == Operator::between;
      if (filter.property != type.modified_property || !from_below) continue;
      lower = std::max(lower, parse_integer(filter.value).value_or(0));
    }
    bound = std::min(bound, lower);
  }
  return engine::Timestamp{query.groups.empty() ? 0 : bound * 1'000};
}

struct Candidate {
  Snapshot const* snapshot;
  std::optional<std::int64_t> number;
  std::optional<std::string> key;
  std::uint64_t tie;
};

void sort_candidates(std::vector<Candidate>& found, Query const& query, ObjectType const& type,
                     Catalog const& catalog) {
  if (!query.sort) {
    std::ranges::sort(found, {}, [](Candidate const& c) { return c.snapshot->id; });
    return;
  }
  auto const id = type.id_of(query.sort->property);
  auto const kind = id ? type.properties[*id].type : PropertyType::string;
  for (auto& candidate : found) {
    if (!id) continue;
    candidate.number = number_of(*candidate.snapshot, type.properties[*id]);
    if (!candidate.number) candidate.key = read(*candidate.snapshot, type, catalog, *id);
  }
  auto const order_of = [&](Candidate const& a, Candidate const& b) {
    if (a.number && b.number) return *a.number <=> *b.number;
    if (!a.key || !b.key) return a.key.has_value() <=> b.key.has_value();
    if (is_time(kind)) return stored_millis(*a.key) <=> stored_millis(*b.key);
    return compare(kind, *a.key, *b.key).value_or(std::strong_ordering::equal);
  };
  std::ranges::sort(found, [&](Candidate const& a, Candidate const& b) {
    auto const order = order_of(a, b);
    if (order == 0) return std::pair(a.tie, a.snapshot->id) < std::pair(b.tie, b.snapshot->id);
    return query.sort->descending ? order > 0 : order < 0;
  });
}

}  // namespace

std::optional<Operator> parse_operator(std::string_view text) noexcept {
  for (auto const& [name, op] : kOperators)
    if (name == text) return op;
  return std::nullopt;
}

std::optional<QueryProblem> check(Query const& query, ObjectType const& type) {
  auto const judge = [&](Filter const& filter) -> std::optional<QueryProblem> {
    auto const* property = type.find(filter.property);
    if (!property)
      return QueryProblem{filter.property,
                          "Property '" + filter.property + "' does not exist on this type"};
    bool const ranged = is_range(filter.op) || filter.op == Operator::eq;
    auto const bad = [&](std::string const& value) { return !reads_as(property->type, value); };
    bool const unreadable = (ranged && bad(filter.value)) ||
                            (filter.op == Operator::between && bad(filter.high_value)) ||
                            (filter.op == Operator::in && std::ranges::any_of(filter.values, bad));
    if (!unreadable) return std::nullopt;
    return QueryProblem{filter.property, "Invalid value for property '" + filter.property +
                                             "': times are milliseconds since 1970"};
  };
  for (auto const& group : query.groups)
    for (auto const& filter : group)
      if (auto problem = judge(filter)) return problem;
  if (query.sort && !type.find(query.sort->property))
    return QueryProblem{query.sort->property, "Cannot sort by '" + query.sort->property + "'"};
  return std::nullopt;
}

Hits search(SearchIndex::Type const& index, ObjectType const& type, Catalog const& catalog,
            Query const& query) {
  Matcher const matches(query, type, catalog);
  std::vector<Candidate> found;
  auto at = index.by_modified.lower_bound({earliest(query, type), 0});
  for (; at != index.by_modified.end(); ++at) {
    auto const& snapshot = index.documents.at(at->second);
    if (matches(snapshot))
      found.push_back(
          {&snapshot, std::nullopt, std::nullopt, Random::mix(snapshot.id ^ query.tie_seed)});
  }
  sort_candidates(found, query, type, catalog);
  Hits hits;
  hits.total = found.size();
  auto const end = std::min(found.size(), query.offset + query.limit);
  for (auto i = query.offset; i < end; ++i) hits.page.push_back(*found[i].snapshot);
  return hits;
}

}  // namespace crmsync::connectors::simulator::model
