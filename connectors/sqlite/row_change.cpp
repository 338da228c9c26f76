// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/row_change.hpp"

#include "connectors/sqlite/bookkeeping.hpp"
#include "connectors/sqlite/identifier.hpp"
#include "connectors/sqlite/row_reader.hpp"
#include "connectors/sqlite/value_codec.hpp"

#include <algorithm>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Error;
using engine::Observation;
using engine::Result;
using engine::Status;

namespace {

std::string parameter(int index) {
  return "?" + std::to_string(index);
}

// Exactly this key: the collation of a key's index may call two keys equal.
std::string exact_sql(Layout const& layout, int first) {
  return layout.key.match_sql("r", first) + " AND " + layout.key.text_sql("r") + " = " +
         parameter(first + layout.key.size()) + " COLLATE BINARY";
}

void bind_exact(Statement& statement, int first, Layout const& layout,
                std::vector<std::string> const& parts) {
  Key::bind(statement, first, parts);
  statement.bind(first + layout.key.size(), std::string_view(layout.key.join(parts)));
}

std::string display_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::create:
      return "create";
    case OperationKind::update:
      return "update";
    case OperationKind::archive:
      return "archive";
    case OperationKind::erase:
      return "erase";
  }
  return "write";
}

}  // namespace

Result<bool> row_exists(Database& database, Layout const& layout, engine::RecordKey const& key) {
  auto const parts = layout.key.parts(key);
  if (!parts) return false;
  auto row = database.prepare("SELECT 1" + layout.from + "WHERE " + exact_sql(layout, 1));
  if (!row) return row.error();
  bind_exact(*row, 1, layout, *parts);
  return row->step();
}

Result<Receipt> RowChange::apply(Operation const& operation) {
  database_.set_doing(display_name(operation.kind) + " " + layout_.table.name +
                      (operation.key.empty() ? "" : " " + operation.key));
  switch (operation.kind) {
    case OperationKind::create:
      return create(operation);
    case OperationKind::archive:
      if (!layout_.marker || operation.fields.empty())
        return database_.fail(Errc::unsupported, "no column marks a deleted row",
                              "name one in `deleted_when`, or use `delete_row`");
      return update(operation);
    case OperationKind::update:
      return update(operation);
    case OperationKind::erase:
      return erase(operation);
  }
  return database_.fail(Errc::internal, "unknown operation");
}

Result<RowChange::Fields> RowChange::resolve(engine::Record const& record) const {
  Fields fields;
  for (auto const& [name, value] : record) {
    auto const* column = layout_.table.find(name);
    if (!column) {
      auto error = database_.fail(
          Errc::invalid_schema, "`" + layout_.table.name + "` has no column `" + name + "`",
          nearest_hint(name, layout_.table.column_names(), "correct the mapping"));
      error.fields.push_back(name);
      return error;
    }
    fields.emplace_back(column, &value);
  }
  return fields;
}

Result<std::vector<std::string>> RowChange::key_parts(Operation const& operation) const {
  auto parts = layout_.key.parts(operation.key);
  if (parts) return *parts;
  return database_.fail(Errc::not_found, "the key does not have the parts of (" +
                                             joined(layout_.key.columns(), ", ") + ")");
}

Status RowChange::bind_fields(Statement& statement, int first, Fields const& fields) const {
  for (auto const& [column, value] : fields) {
    auto bound = bind_value(statement, first++, *column, *value);
    if (bound) continue;
    auto error = database_.fail(bound.error().code, bound.error().op + ": " + bound.error().detail,
                                bound.error().hint);
    error.fields = bound.error().fields;
    return error;
  }
  return {};
}

std::string RowChange::expected_sql(Fields const& expected, int first) const {
  std::string sql;
  for (auto const& [column, value] : expected)
    sql += " AND r." + quoted_name(column->name) + " IS " + parameter(first++) + " COLLATE BINARY";
  return sql;
}

Result<Receipt> RowChange::receipt(Observation const& row) const {
  Receipt receipt;
  receipt.key = row.current_key;
  receipt.stored = row.fields;
  receipt.version = row.version;
  receipt.changed_at = row.changed_at;
  return receipt;
}

engine::RecordKey RowChange::key_after(Operation const& operation,
                                       std::vector<std::string> const& parts) const {
  auto after = parts;
  for (std::size_t i = 0; i < after.size(); ++i) {
    auto const* value = operation.fields.find(layout_.key.columns()[i]);
    if (value && !engine::is_blank(*value)) after[i] = engine::display(*value);
  }
  return layout_.key.join(after);
}

Result<Receipt> RowChange::create(Operation const& operation) {
  auto exists = table_exists(database_, "crmsync_link");
  if (!exists) return exists.error();
  if (!*exists)
    return missing_rights(database_, "the table crmsync_link is missing", table_statements(false));
  if (operation.counterpart.empty())
    return database_.fail(Errc::internal, "a create needs the record it is made for");
  auto linked = database_.text(
      "SELECT l.app_key FROM crmsync_link AS l WHERE l.mapping = ?1 AND l.crm_id = ?2",
      std::string_view(spec_.mapping), std::string_view(operation.counterpart));
  if (!linked) return linked.error();
  if (!linked->empty()) {
    auto there = row_exists(database_, layout_, *linked);
    if (!there) return there.error();
    if (*there) {
      auto row = read_by_key(database_, layout_, *linked, now_);
      if (!row) return row.error();
      return receipt(*row);
    }
  }
  auto made = insert(operation);
  if (!made) return made.error();
  made->created = true;
  // A link to a row that is gone is taken over: the record is brought back.
  auto link = database_.query(
      "INSERT INTO crmsync_link (mapping, crm_id, app_key) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (mapping, crm_id) DO UPDATE SET app_key = excluded.app_key",
      std::string_view(spec_.mapping), std::string_view(operation.counterpart),
      std::string_view(made->key));
  if (!link) return link.error();
  if (auto ran = link->run(); !ran) return ran.error();
  return made;
}

Result<Receipt> RowChange::insert(Operation const& operation) {
  auto fields = resolve(operation.fields);
  if (!fields) return fields.error();
  std::vector<std::string> columns;
  std::vector<std::string> values;
  for (auto const& [column, value] : *fields) {
    columns.push_back(quoted_name(column->name));
    values.push_back(parameter(static_cast<int>(values.size()) + 1));
  }
  auto const table = quoted_name(layout_.table.name);
  std::string sql = "INSERT INTO " + table;
  sql += columns.empty() ? " DEFAULT VALUES"
                         : " (" + joined(columns, ", ") + ") VALUES (" + joined(values, ", ") + ")";
  bool const by_rowid = !layout_.table.rowid_name.empty();
  if (!by_rowid) sql += " RETURNING " + layout_.key.text_sql(table);
  auto statement = database_.prepare(sql);
  if (!statement) return statement.error();
  if (auto bound = bind_fields(*statement, 1, *fields); !bound) return bound.error();
  auto stepped = statement->step();
  if (!stepped) return name_holder(stepped.error(), *fields);
  engine::RecordKey const returned(*stepped ? statement->text(0) : std::string_view{});
  if (*stepped)
    if (auto ran = statement->run(); !ran) return name_holder(ran.error(), *fields);
  if (database_.rows_changed() != 1)
    return database_.fail(Errc::invalid_value, "a trigger of the application left the row out",
                          "see the table's BEFORE INSERT triggers");
  auto row = by_rowid ? read_by_rowid(database_, layout_, database_.last_rowid(), now_)
                      : read_by_key(database_, layout_, returned, now_);
  if (!row) return row.error();
  if (row->current_key.empty())
    return database_.fail(Errc::invalid_value,
                          "the new row has no key in (" + joined(layout_.key.columns(), ", ") + ")",
                          "map the key column or give it a default");
  return receipt(*row);
}

Result<Receipt> RowChange::update(Operation const& operation) {
  auto key = key_parts(operation);
  if (!key) return key.error();
  auto fields = resolve(operation.fields);
  if (!fields) return fields.error();
  auto expected = resolve(operation.expected);
  if (!expected) return expected.error();
  int const first_key = static_cast<int>(fields->size()) + 1;
  int const first_expected = first_key + layout_.key.size() + 1;
  std::string condition =
      " WHERE " + exact_sql(layout_, first_key) + expected_sql(*expected, first_expected);
  auto const* marker = layout_.marker_column();
  // A row that was marked as deleted since it was read has moved.
  if (marker && !operation.fields.contains(marker->name))
    condition += " AND " + live_sql("r", *marker);
  std::vector<std::string> sets;
  for (auto const& [column, value] : *fields)
    sets.push_back(quoted_name(column->name) + " = " +
                   parameter(static_cast<int>(sets.size()) + 1));
  bool const writes = !sets.empty();
  auto statement = database_.prepare(writes ? "UPDATE " + quoted_name(layout_.table.name) +
                                                  " AS r SET " + joined(sets, ", ") + condition
                                            : "SELECT 1" + layout_.from + condition);
  if (!statement) return statement.error();
  if (auto bound = bind_fields(*statement, 1, *fields); !bound) return bound.error();
  bind_exact(*statement, first_key, layout_, *key);
  if (!bind_fields(*statement, first_expected, *expected))
    return refusal(operation, *key, *expected);
  auto stepped = statement->step();
  if (!stepped) return name_holder(stepped.error(), *fields);
  bool const matched = writes ? database_.rows_changed() > 0 : *stepped;
  if (!matched) return refusal(operation, *key, *expected);
  auto row = read_by_key(database_, layout_, key_after(operation, *key), now_);
  if (!row) return row.error();
  return receipt(*row);
}

Result<Receipt> RowChange::erase(Operation const& operation) {
  auto key = key_parts(operation);
  if (!key) return key.error();
  auto expected = resolve(operation.expected);
  if (!expected) return expected.error();
  int const first_expected = layout_.key.size() + 2;
  auto statement =
      database_.prepare("DELETE FROM " + quoted_name(layout_.table.name) + " AS r WHERE " +
                        exact_sql(layout_, 1) + expected_sql(*expected, first_expected));
  if (!statement) return statement.error();
  bind_exact(*statement, 1, layout_, *key);
  if (!bind_fields(*statement, first_expected, *expected))
    return refusal(operation, *key, *expected);
  if (auto ran = statement->run(); !ran) return ran.error();
  if (database_.rows_changed() == 0) return refusal(operation, *key, *expected);
  Receipt receipt;
  receipt.key = operation.key;
  return receipt;
}

Error RowChange::refusal(Operation const& operation, std::vector<std::string> const& key,
                         Fields const& expected) const {
  auto exists = row_exists(database_, layout_, operation.key);
  if (!exists) return exists.error();
  if (!*exists) return database_.fail(Errc::not_found, "the row is not there");
  Error error = database_.fail(Errc::precondition_failed, "the row moved since it was read",
                               "it is read again");
  auto const still = [&](std::string const& condition, Fields const& bound) -> Result<bool> {
    int const first = layout_.key.size() + 2;
    auto row =
        database_.prepare("SELECT 1" + layout_.from + "WHERE " + exact_sql(layout_, 1) + condition);
    if (!row) return row.error();
    bind_exact(*row, 1, layout_, key);
    if (!bind_fields(*row, first, bound)) return false;  // cannot be held, so it does not hold
    return row->step();
  };
  for (auto const& one : expected) {
    Fields const alone{one};
    auto holds = still(expected_sql(alone, layout_.key.size() + 2), alone);
    if (!holds) return holds.error();
    if (!*holds) error.fields.push_back(one.first->name);
  }
  auto const* marker = layout_.marker_column();
  if (marker && operation.kind != OperationKind::erase &&
      !operation.fields.contains(marker->name)) {
    auto live = still(" AND " + live_sql("r", *marker), {});
    if (!live) return live.error();
    if (!*live) error.fields.push_back(marker->name);
  }
  if (error.fields.empty())
    return database_.fail(Errc::invalid_value, "a trigger of the application ignored the write",
                          "see the table's BEFORE triggers");
  error.detail += ": " + joined(error.fields, ", ");
  return error;
}

// Adds the columns and the row that stand in the way of a unique value.
Error RowChange::name_holder(Error error, Fields const& fields) const {
  if (error.code != Errc::already_exists) return error;
  for (auto const& set : layout_.table.unique_sets) {
    std::vector<std::string> names;
    std::vector<std::string> terms;
    Fields bound;
    for (std::size_t i = 0; i < set.columns.size(); ++i) {
      names.push_back(layout_.table.name + "." + set.columns[i]);
      auto const field = std::find_if(fields.begin(), fields.end(), [&](auto const& one) {
        return one.first->name == set.columns[i];
      });
      if (field == fields.end()) continue;
      terms.push_back("r." + quoted_name(set.columns[i]) + " COLLATE " +
                      quoted_name(set.collations[i]) + " = " +
                      parameter(static_cast<int>(bound.size()) + 1));
      bound.push_back(*field);
    }
    if (error.detail != "UNIQUE constraint failed: " + joined(names, ", ")) continue;
    error.fields = set.columns;
    if (bound.size() != set.columns.size()) return error;
    auto row = database_.prepare("SELECT " + layout_.key.text_sql("r") + layout_.from + "WHERE " +
                                 joined(terms, " AND "));
    if (!row || !bind_fields(*row, 1, bound)) return error;
    auto found = row->step();
    if (found && *found) error.other_key = row->text(0);
    return error;
  }
  return error;
}

}  // namespace crmsync::connectors::sqlite
