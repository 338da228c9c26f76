// The properties of one object type, read once and again on demand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/account.hpp"
#include "connectors/hubspot/wire/property.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::connectors::hubspot {

using TablePtr = std::shared_ptr<wire::PropertyTable const>;

class SchemaCache {
 public:
  SchemaCache(Account& account, std::string object)
      : account_(account), object_(std::move(object)) {}

  // The table as last read; reads it when it never was. invalid_schema: no such object type.
  Task<engine::Result<TablePtr>> get();
  Task<engine::Result<TablePtr>> refresh();
  // False shortly after a refresh: asking again would not tell anything new.
  bool worth_refreshing() const;
  std::string const& object() const noexcept { return object_; }

 private:
  engine::Error unknown_object(engine::Error const& cause) const;
  // Custom objects: what webhooks call them. Rights to know that may be missing; polling works
  // without it.
  Task<void> learn_type_id();

  Account& account_;
  std::string object_;
  TablePtr table_;
  std::optional<std::chrono::steady_clock::time_point> read_at_;
};

}  // namespace crmsync::connectors::hubspot
