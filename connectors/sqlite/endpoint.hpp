// One table as one mapping uses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/connection.hpp"
#include "connectors/sqlite/layout.hpp"
#include "connectors/sqlite/stamp_poll.hpp"

#include <memory>

namespace crmsync::connectors::sqlite {

class SqliteEndpoint final : public Endpoint {
 public:
  SqliteEndpoint(std::shared_ptr<Connection> connection, EndpointSpec spec);
  ~SqliteEndpoint() override;

  Task<Result<Description>> describe() override;
  Task<Result<void>> prepare() override;
  Task<Result<engine::Cursor>> start_cursor() override;
  Task<Result<SnapshotPage>> snapshot(std::string token) override;
  Task<Result<ChangePage>> changes(engine::Cursor cursor) override;
  Task<Result<std::vector<engine::Observation>>> fetch(FetchRequest request) override;
  Task<Result<engine::Observation>> lookup_created(Operation create) override;
  Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations, Lane lane) override;
  Task<Result<void>> acknowledge(engine::Cursor cursor) override;

 private:
  // Runs `work` on the connection's thread with the live layout.
  template <class T>
  Task<Result<T>> with_layout(char const* doing, std::chrono::milliseconds deadline,
                              std::function<Result<T>(Database&, LiveLayout&, Layout const&)> work);

  // Deletes change rows that everyone is done with, if it is time.
  Task<Result<void>> purge();

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<LiveLayout> layout_;  // used on the connection's thread, except for spec()
  SeenRows seen_;
  CaptureStream stream_;
};

}  // namespace crmsync::connectors::sqlite
