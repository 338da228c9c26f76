// Bodies and queries of the requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

inline constexpr std::size_t kBatchMax = 100;         // inputs of one batch call
inline constexpr std::size_t kHistoryBatchMax = 50;   // the same when history is asked for
inline constexpr std::size_t kListMax = 100;          // records of a list page
inline constexpr std::size_t kSearchMax = 200;        // records of a search page
inline constexpr std::size_t kSearchBodyMax = 3'000;  // characters
inline constexpr std::size_t kQueryMax = 6'000;       // bytes of a GET's query we dare to send

using WireProperties = std::vector<std::pair<std::string, std::string>>;

// Where a search goes on. Same instant: only records of exactly `stamp_ms`, by id above `above_id`;
// otherwise everything from `stamp_ms` on, by stamp.
struct SearchFrom {
  std::int64_t stamp_ms = 0;
  bool same_instant = false;
  std::string above_id = "0";
};

// Contacts keep their modification stamp under a name of their own.
std::string_view stamp_property(std::string_view object) noexcept;

std::string search_body(SearchFrom const& from, std::string_view stamp_property,
                        std::vector<std::string> const& properties);
// "?limit=100&archived=false&properties=a,b&after=…"
std::string list_query(std::vector<std::string> const& properties, std::string_view after,
                       bool archived);
std::string read_query(std::vector<std::string> const& properties);

struct BatchRead {
  std::vector<std::string> ids;
  std::string id_property;  // empty: record ids
  std::vector<std::string> properties;
  std::vector<std::string> history;
};
std::string batch_read_body(BatchRead const& read);

struct WriteInput {
  std::string trace_id;
  std::string id;           // record id, or the unique property's value when id_property is set
  std::string id_property;  // empty: `id` is a record id; create: both empty
  WireProperties properties;
};
std::string batch_write_body(std::vector<WriteInput> const& inputs);
std::string batch_archive_body(std::vector<std::string> const& ids);
std::string gdpr_delete_body(std::string_view id);

}  // namespace crmsync::connectors::hubspot::wire
