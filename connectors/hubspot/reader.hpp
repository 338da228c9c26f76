// Strong reads by id, and what became of ids that are not there any more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/schema_cache.hpp"
#include "connectors/hubspot/wire/record.hpp"
#include "connectors/hubspot/wire/request.hpp"

#include <map>
#include <string>
#include <vector>

namespace crmsync::connectors::hubspot {

class Reader {
 public:
  Reader(Account& account, SchemaCache& schema, EndpointSpec const& spec)
      : account_(account), schema_(schema), spec_(spec) {}

  Task<engine::Result<std::vector<engine::Observation>>> fetch(FetchRequest request);
  Task<engine::Result<engine::Observation>> lookup_created(Operation create);

  // Names asked for in every read: the mapping's fields, our key, and the ids of merged records.
  std::vector<std::string> properties() const;
  engine::Observation observe(wire::WireRecord const& record, wire::PropertyTable const& table,
                              engine::Timestamp sent_at, engine::ReadSource source) const;

 private:
  using Found = std::map<std::string, engine::Observation, std::less<>>;
  struct Round;  // one chunk of a fetch under way

  Task<engine::Result<wire::BatchAnswer>> batch_read(wire::BatchRead read, bool archived, Lane lane,
                                                     engine::Timestamp& sent_at);
  Task<engine::Status> read_chunk(Round& round);
  // What the recycle bin shows of records that we archived.
  Task<engine::Status> read_bin(Round& round);
  Task<engine::Status> resolve_missing(Round& round, std::vector<std::string> missing);
  Task<engine::Status> read_single(Round& round, std::string id, bool& absent);
  void place(Round& round, wire::WireRecord const& record, std::string const& asked);

  Account& account_;
  SchemaCache& schema_;
  EndpointSpec const& spec_;
};

}  // namespace crmsync::connectors::hubspot
