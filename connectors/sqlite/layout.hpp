// An endpoint's specification resolved against the live schema: everything its queries need.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/key_codec.hpp"
#include "connectors/sqlite/table.hpp"
#include "connectors/sqlite/triggers.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::connectors::sqlite {

// Immutable once built; replaced when the schema moves.
struct Layout {
  Table table;
  Key key;
  std::vector<Column const*> reads;   // the mapping's fields, then stamp and marker if not among
  std::size_t fields_count = 0;       // how many of `reads` belong into a Record
  std::optional<std::size_t> stamp;   // index in `reads`
  std::optional<std::size_t> marker;  // index in `reads`
  // "key, r.a, r.b, ..." for FROM table AS r; the key text is column 0.
  std::string select;
  std::string from;  // FROM "table" AS r
  CaptureStream stream;
  std::vector<Trigger> triggers;  // empty when polling

  Column const* marker_column() const { return marker ? reads[*marker] : nullptr; }
};

// Worker thread only. Hands out the layout for the schema as it is now.
class LiveLayout {
 public:
  explicit LiveLayout(EndpointSpec spec) : spec_(std::move(spec)) {}
  EndpointSpec const& spec() const noexcept { return spec_; }
  bool by_triggers() const noexcept { return spec_.capture == EndpointSpec::Capture::triggers; }

  // invalid_schema or config_invalid, naming what is wrong and the nearest name.
  engine::Result<std::shared_ptr<Layout const>> get(Database& database);
  // False when capture has a hole. Looked up once per schema version.
  engine::Result<bool> capture_is_whole(Database& database, Layout const& layout);

 private:
  EndpointSpec spec_;
  std::shared_ptr<Layout const> layout_;
  SchemaVersion schema_version_;
  SchemaVersion whole_at_version_;
};

}  // namespace crmsync::connectors::sqlite
