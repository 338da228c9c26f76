// One operation on one row, inside a savepoint.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"

#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::sqlite {

engine::Result<bool> row_exists(Database& database, Layout const& layout,
                                engine::RecordKey const& key);

class RowChange {
 public:
  RowChange(Database& database, Layout const& layout, EndpointSpec const& spec,
            engine::Timestamp now)
      : database_(database), layout_(layout), spec_(spec), now_(now) {}

  // The receipt carries what is stored after the application's own triggers ran.
  engine::Result<Receipt> apply(Operation const& operation);

 private:
  using Fields = std::vector<std::pair<Column const*, engine::Value const*>>;

  engine::Result<Receipt> create(Operation const& operation);
  engine::Result<Receipt> insert(Operation const& operation);
  engine::Result<Receipt> update(Operation const& operation);
  engine::Result<Receipt> erase(Operation const& operation);

  engine::Result<Fields> resolve(engine::Record const& record) const;
  engine::Result<std::vector<std::string>> key_parts(Operation const& operation) const;
  engine::Status bind_fields(Statement& statement, int first, Fields const& fields) const;
  // "r.a IS ?3 COLLATE BINARY AND ..." with a leading AND; empty without expectations.
  std::string expected_sql(Fields const& expected, int first) const;
  // Why a compare-and-set matched nothing.
  engine::Error refusal(Operation const& operation, std::vector<std::string> const& key,
                        Fields const& expected) const;
  engine::Error name_holder(engine::Error error, Fields const& fields) const;
  engine::RecordKey key_after(Operation const& operation,
                              std::vector<std::string> const& parts) const;
  engine::Result<Receipt> receipt(engine::Observation const& row) const;

  Database& database_;
  Layout const& layout_;
  EndpointSpec const& spec_;
  engine::Timestamp now_;
};

}  // namespace crmsync::connectors::sqlite
