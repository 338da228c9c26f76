// One validated mapping file: what ties an app table to a CRM object. Immutable after loading.
// Values move native -> canonical -> native here and nowhere else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/observation.hpp"
#include "engine/rules.hpp"
#include "mappings/field_map.hpp"
#include "mappings/mapping_test.hpp"
#include "mappings/schema_view.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::mappings {

enum class Capture : std::uint8_t { poll, triggers, logical, binlog };

struct AppSide {
  std::string connection;
  std::string object;
  std::vector<std::string> key;
  std::string changed_at;  // may be empty
  // Soft delete: the row counts as deleted while this column is not blank. Empty: hard deletes.
  std::string deleted_field;
  Capture capture = Capture::poll;
  std::chrono::milliseconds poll_every{30'000};
  int line = 0;  // of `app:` in the file, for messages; 1-based
};

struct CrmSide {
  std::string connection;
  std::string object;
  std::string external_id;
  bool webhooks = false;
  std::chrono::milliseconds poll_every{60'000};
  int line = 0;  // of `crm:` in the file
};

// One way to recognise the same record on both sides. compare: how values are normalised first
// ("exact", "trim", "lower", "email", "digits").
struct MatchKey {
  std::string app;  // column, or "" for the app key itself
  std::string crm;  // property, or "id"
  std::string compare;
  int line = 0;  // 1-based
};

enum class AppDeleted : std::uint8_t { archive_crm, delete_crm, unlink, ignore };
enum class CrmDeleted : std::uint8_t { set, delete_row, unlink, ignore };

struct DeleteRules {
  AppDeleted app_deleted = AppDeleted::unlink;
  CrmDeleted crm_deleted = CrmDeleted::unlink;
  std::string set_column;  // crm_deleted: set: {COLUMN: now}
  engine::VersusEdit versus_edit = engine::VersusEdit::edit_wins;
  // A CRM merge looks like a delete until the survivor shows: deletes seen there wait this long.
  std::chrono::milliseconds merge_window{300'000};
  std::uint64_t guard_per_hour = 50;
  double guard_percent = 2.0;
  bool guard_updates = false;
};

class Mapping {
 public:
  std::string name;
  std::string file;  // as shown in messages: "mappings.d/contacts.yaml"
  AppSide app;
  CrmSide crm;
  engine::MappingRules rules;  // rules.fields[i] belongs to fields[i]
  std::vector<FieldMap> fields;
  std::vector<MatchKey> match;
  DeleteRules deletes;
  std::chrono::milliseconds settle{2'000};
  bool require_plan = true;
  std::vector<MappingTest> tests;

  // Native names of a side that must be read (fields, match keys, stamps, soft-delete marker) and
  // the subset that may be written.
  std::vector<std::string> native_fields(engine::Side side) const;
  std::vector<std::string> writable_fields(engine::Side side) const;
  // Fields whose chain needs stamps (newest, oldest): native names on that side.
  std::vector<std::string> stamped_fields(engine::Side side) const;
  // -1 when there is none.
  int field_index(std::string_view name) const noexcept;

  // Fixes every field's canonical type from both live schemas. All defects at once: a missing
  // column, a read-only property that is written, types that cannot meet. The mapping is usable
  // for records only after this.
  std::vector<SchemaDefect> bind(SchemaView const& app_schema, SchemaView const& crm_schema);

  // One field out of a native record. Never fails as a whole: a value that cannot be read is
  // unknown, with the reason.
  CanonicalValue to_canonical(engine::Side side, std::size_t field,
                              engine::Record const& native) const;
  // The native names and values that store `value` on `side`. invalid_value names field and reason
  // (unknown label, too long, out of range), never the value.
  engine::Result<engine::Record> from_canonical(engine::Side side, std::size_t field,
                                                engine::Value const& value) const;
  // What `value` counts as when two values of this field are compared (`compare: lower`, `digits`,
  // ...). Without `compare` it is the value itself. What is written is always the value: when
  // comparable(observed) equals comparable(base), the observed side did not change, and the caller
  // puts the base's canonical value in place of the observed one before the merge; the same holds
  // between the two sides.
  engine::FieldValue comparable(std::size_t field, engine::Value const& value) const;
  // Normalised value of match key number i; "" when blank or unreadable. `key` is the record's own
  // key, for matches on the app key or on the CRM id.
  std::string match_value(engine::Side side, std::size_t i, engine::RecordKey const& key,
                          engine::Record const& native) const;
};

}  // namespace crmsync::mappings
