// A search as a CRM answers it: over the lagging index, filtered, sorted, in pages.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/catalog.hpp"
#include "connectors/simulator/model/record.hpp"
#include "connectors/simulator/model/search_index.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::model {

enum class Operator : std::uint8_t {
  eq,
  neq,
  lt,
  lte,
  gt,
  gte,
  between,
  in,
  not_in,
  has_property,
  not_has_property,
  contains_token,
  not_contains_token,
};

std::optional<Operator> parse_operator(std::string_view text) noexcept;

struct Filter {
  std::string property;
  Operator op = Operator::eq;
  std::string value;
  std::string high_value;           // between
  std::vector<std::string> values;  // in, not_in
};

struct Sort {
  std::string property;
  bool descending = false;
};

// Groups are alternatives; the filters of one group all have to hold.
struct Query {
  std::vector<std::vector<Filter>> groups;
  std::optional<Sort> sort;
  std::string text;  // free text over the type's usual properties
  std::size_t offset = 0;
  std::size_t limit = 10;
  std::uint64_t tie_seed = 0;  // records with equal sort values come in this arbitrary order
};

struct Hits {
  std::size_t total = 0;
  std::vector<Snapshot> page;
};

// Name of a filter's property that the type does not have, or a value that does not read as the
// property's type.
struct QueryProblem {
  std::string property;
  std::string message;
};
std::optional<QueryProblem> check(Query const& query, ObjectType const& type);

// `query` passed check().
Hits search(SearchIndex::Type const& index, ObjectType const& type, Catalog const& catalog,
            Query const& query);

}  // namespace crmsync::connectors::simulator::model
