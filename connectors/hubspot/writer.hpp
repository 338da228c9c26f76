// Writes in batches, and finds out what became of each operation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/schema_cache.hpp"
#include "connectors/hubspot/wire/record.hpp"
#include "connectors/hubspot/wire/request.hpp"

#include <vector>

namespace crmsync::connectors::hubspot {

class Writer {
 public:
  Writer(Account& account, SchemaCache& schema, EndpointSpec const& spec)
      : account_(account), schema_(schema), spec_(spec) {}

  Task<engine::Result<std::vector<Receipt>>> apply(std::vector<Operation> operations, Lane lane);

 private:
  // One operation on its way: its place in the caller's list and what is sent for it.
  struct Job {
    std::size_t index = 0;
    wire::WriteInput input;
  };
  using Group = std::vector<Job>;
  struct Batch;  // one call of apply()

  engine::Status check(std::vector<Operation> const& operations) const;
  engine::Result<wire::WriteInput> build(Operation const& operation,
                                         wire::PropertyTable const& table) const;
  Task<engine::Result<Group>> build_all(Batch& batch);
  Call call_for(Batch const& batch, Group const& group) const;
  // Sends one group and either settles it or puts smaller groups on the list. An error means that
  // no further request makes sense now.
  Task<engine::Status> send(Batch& batch, Group group);
  void split(Batch& batch, Group group, wire::BatchFailure const& failure) const;
  void settle(Batch& batch, Group group, wire::BatchAnswer const& answer);
  void reopen(Batch& batch, Group open, bool alone, wire::BatchAnswer const& answer);
  void succeed(Batch& batch, Job const& job, wire::WireRecord const* record);

  Account& account_;
  SchemaCache& schema_;
  EndpointSpec const& spec_;
};

}  // namespace crmsync::connectors::hubspot
