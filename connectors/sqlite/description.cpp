// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/description.hpp"

#include "connectors/sqlite/identifier.hpp"
#include "connectors/sqlite/tuning.hpp"

namespace crmsync::connectors::sqlite {

using engine::Result;
using engine::ValueType;

namespace {

// A DATE column holds what the application puts there: numbers only if every sampled value is one.
Result<ValueType> temporal_type(Database& database, Layout const& layout, Column const& column) {
  auto const name = "r." + quoted_name(column.name);
  auto counts = database.query(
      "SELECT count(v.t), coalesce(sum(v.t = 'integer'), 0) FROM (SELECT nullif(typeof(" + name +
          "), 'null') AS t" + layout.from + "LIMIT ?1) AS v",
      kSampleRows);
  if (!counts) return counts.error();
  auto row = counts->step();
  if (!row) return row.error();
  bool const numbers = counts->integer(0) > 0 && counts->integer(0) == counts->integer(1);
  return numbers ? ValueType::int64 : ValueType::string;
}

}  // namespace

Result<Description> describe_layout(Database& database, Layout const& layout,
                                    EndpointSpec const& spec) {
  Description description;
  description.schema.object = layout.table.name;
  for (auto const& column : layout.table.columns) {
    FieldSchema field;
    field.name = column.name;
    field.type = column.type;
    if (column.temporal && column.type == ValueType::string &&
        column.affinity == Affinity::numeric) {
      auto type = temporal_type(database, layout, column);
      if (!type) return type.error();
      field.type = *type;
    }
    field.read_only = column.generated || column.blob;
    field.nullable = !column.not_null && column.name != layout.table.rowid_column;
    field.has_default = column.has_default;
    field.unique = column.unique;
    description.schema.fields.push_back(std::move(field));
  }
  bool const by_triggers = spec.capture == EndpointSpec::Capture::triggers;
  auto& capabilities = description.capabilities;
  capabilities.reads_by_id_strong = true;
  capabilities.compare_and_set = true;
  capabilities.receipt_has_values = true;
  capabilities.deletes_visible = by_triggers || layout.marker.has_value();
  capabilities.unique_create = true;
  capabilities.visibility_lag = by_triggers ? std::chrono::milliseconds(0) : spec.overlap;
  capabilities.fetch_batch_max = kFetchKeysMax;
  capabilities.apply_batch_max = kApplyOperationsMax;
  return description;
}

}  // namespace crmsync::connectors::sqlite
