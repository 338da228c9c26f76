// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/triggers.hpp"

#include "connectors/sqlite/bookkeeping.hpp"
#include "connectors/sqlite/identifier.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::sqlite {

using engine::Result;

namespace {

constexpr std::array<std::string_view, 6> kTriggerKinds{
    "insert", "update", "delete", "relink", "replace_insert", "replace_update"};

std::string trigger_name(std::string_view kind, std::string_view stream) {
  return "crmsync_" + std::string(kind) + "_" + std::string(stream);
}

// The tail of every change row: ours or not, and when.
std::string const kMark =
    "EXISTS (SELECT 1 FROM crmsync_own), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

class TriggerWriter {
 public:
  TriggerWriter(CaptureStream const& stream, Table const& table, Key const& key,
                Column const* deleted)
      : stream_(stream),
        table_(table),
        key_(key),
        deleted_(deleted),
        old_key_(key.text_sql("OLD")),
        new_key_(key.text_sql("NEW")) {}

  std::vector<Trigger> write() const {
    std::vector<Trigger> triggers{inserts(), updates(), deletes(), relinks(), forgets()};
    auto const sets = replaceable_sets();
    if (sets.empty()) return triggers;
    triggers.push_back(replaces("replace_insert", "BEFORE INSERT", "NEW", sets));
    std::vector<std::string> columns;
    for (auto const& set : sets)
      for (auto const& column : set.columns)
        if (std::find(columns.begin(), columns.end(), quoted_name(column)) == columns.end())
          columns.push_back(quoted_name(column));
    triggers.push_back(
        replaces("replace_update", "BEFORE UPDATE OF " + joined(columns, ", "), "OLD", sets));
    return triggers;
  }

 private:
  Trigger make(std::string_view kind, std::string const& event, std::string const& when,
               std::string const& body, bool reports) const {
    auto const name = trigger_name(kind, stream_.name);
    std::string sql = "CREATE TRIGGER " + quoted_name(name) + " " + event + " ON " +
                      quoted_name(table_.name) + (when.empty() ? "" : " WHEN " + when) + " BEGIN " +
                      body + " END";
    return {name, std::move(sql), reports};
  }

  std::string values(std::string_view op, std::string const& key) const {
    return "INSERT INTO crmsync_changes (obj, op, key, own, at) VALUES (" + literal(stream_.name) +
           ", " + literal(op) + ", " + key + ", " + kMark + ");";
  }

  Trigger inserts() const {
    return make("insert", "AFTER INSERT", new_key_ + " IS NOT NULL", values("insert", new_key_),
                true);
  }

  Trigger deletes() const {
    return make("delete", "AFTER DELETE", old_key_ + " IS NOT NULL", values("delete", old_key_),
                true);
  }

  Trigger updates() const {
    std::string same = "'update'";
    if (deleted_)
      same = "CASE WHEN " + live_sql("NEW", *deleted_) + " AND NOT " + live_sql("OLD", *deleted_) +
             " THEN 'restore' ELSE 'update' END";
    std::string const body =
        "INSERT INTO crmsync_changes (obj, op, key, new_key, own, at) SELECT " +
        literal(stream_.name) + ", CASE WHEN u.o COLLATE BINARY IS u.n THEN " + same +
        " WHEN u.o IS NULL THEN 'insert' WHEN u.n IS NULL THEN 'delete' ELSE 'rekey' END, "
        "coalesce(u.o, u.n), CASE WHEN u.o COLLATE BINARY IS NOT u.n AND u.o IS NOT NULL "
        "THEN u.n END, " +
        kMark + " FROM (SELECT " + old_key_ + " AS o, " + new_key_ +
        " AS n) AS u WHERE u.o IS NOT NULL OR u.n IS NOT NULL;";
    return make("update", "AFTER UPDATE", "", body, true);
  }

  // Keeps crmsync_link pointing at the row when the application changes its key.
  Trigger relinks() const {
    std::vector<std::string> columns;
    for (auto const& column : key_.columns()) columns.push_back(quoted_name(column));
    std::string const body = "UPDATE crmsync_link SET app_key = " + new_key_ + whose_row_this_is();
    return make("relink", "AFTER UPDATE OF " + joined(columns, ", "),
                new_key_ + " IS NOT NULL AND " + old_key_ + " IS NOT NULL AND " + new_key_ +
                    " COLLATE BINARY IS NOT " + old_key_,
                body, false);
  }

  // A row that is inserted under the key of a deleted one was made by nobody's create.
  Trigger forgets() const {
    return make("forget", "AFTER DELETE", old_key_ + " IS NOT NULL",
                "DELETE FROM crmsync_link" + whose_row_this_is(), false);
  }

  std::string whose_row_this_is() const {
    return " WHERE app_key = " + old_key_ +
           " AND mapping IN (SELECT substr(m.key, 9) FROM crmsync_meta AS m WHERE m.value = " +
           literal(stream_.name) + " AND substr(m.key, 1, 8) = 'capture:');";
  }

  // REPLACE removes rows that stand in the way of a unique value without firing delete triggers.
  // Rows about to be removed are reported before the statement runs; where nothing is removed
  // after all the report is only a needless hint.
  Trigger replaces(std::string_view kind, std::string const& event, std::string const& self,
                   std::vector<UniqueSet> const& sets) const {
    auto const victim = key_.text_sql("x");
    std::string body;
    for (auto const& set : sets) {
      std::vector<std::string> terms;
      for (std::size_t i = 0; i < set.columns.size(); ++i)
        terms.push_back("x." + quoted_name(set.columns[i]) + " COLLATE " +
                        quoted_name(set.collations[i]) + " = NEW." + quoted_name(set.columns[i]));
      body += "INSERT INTO crmsync_changes (obj, op, key, own, at) SELECT " +
              literal(stream_.name) + ", 'replace', " + victim + ", " + kMark + " FROM " +
              quoted_name(table_.name) + " AS x WHERE " + joined(terms, " AND ") + " AND " +
              victim + " IS NOT NULL AND " + victim + " COLLATE BINARY IS NOT " +
              key_.text_sql(self) + "; ";
    }
    body.pop_back();
    return make(kind, event, "", body, false);
  }

  // Every unique set but the key itself, whose replacement the insert trigger reports.
  std::vector<UniqueSet> replaceable_sets() const {
    auto key = key_.columns();
    std::sort(key.begin(), key.end());
    std::vector<UniqueSet> sets;
    for (auto const& set : table_.unique_sets) {
      auto sorted = set.columns;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != key) sets.push_back(set);
    }
    return sets;
  }

  CaptureStream const& stream_;
  Table const& table_;
  Key const& key_;
  Column const* deleted_;
  std::string old_key_;
  std::string new_key_;
};

struct Installed {
  bool exists = false;
  std::string table;
  std::string sql;
};

Result<Installed> find_trigger(Database& database, std::string const& name) {
  auto row =
      database.query("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name = ?1",
                     std::string_view(name));
  if (!row) return row.error();
  auto found = row->step();
  if (!found) return found.error();
  if (!*found) return Installed{};
  return Installed{true, std::string(row->text(0)), std::string(row->text(1))};
}

std::string set_meta(std::string const& key, std::string const& value_sql) {
  return "INSERT INTO crmsync_meta (key, value) VALUES (" + literal(key) + ", " + value_sql +
         ") ON CONFLICT (key) DO UPDATE SET value = excluded.value";
}

// Drops what only this mapping used under another key or marker column.
engine::Status remove_old_stream(Database& database, std::string const& mapping,
                                 CaptureStream const& stream,
                                 std::vector<std::string>& statements) {
  auto before = read_meta(database, "capture:" + mapping);
  if (!before) return before.error();
  if (*before == stream.name) return {};
  auto const set = set_meta("capture:" + mapping, literal(stream.name));
  statements.push_back(set);
  if (before->empty()) return {};
  auto users = database.number(
      "SELECT count(*) FROM crmsync_meta AS m WHERE m.value = ?1 "
      "AND substr(m.key, 1, 8) = 'capture:'",
      std::string_view(*before));
  if (!users) return users.error();
  if (*users > 1) return {};
  for (auto const kind : kTriggerKinds)
    statements.push_back("DROP TRIGGER IF EXISTS " + quoted_name(trigger_name(kind, *before)));
  statements.push_back("DELETE FROM crmsync_changes WHERE obj = " + literal(*before));
  statements.push_back("DELETE FROM crmsync_meta WHERE key IN (" + literal("epoch:" + *before) +
                       ", " + literal("purged:" + *before) + ")");
  return {};
}

}  // namespace

CaptureStream make_stream(std::string const& table, std::vector<std::string> const& key,
                          std::string const& deleted_field) {
  std::vector<std::string> parts{table, engine::join_key(key)};
  if (!deleted_field.empty()) parts.push_back(deleted_field);
  return {engine::join_key(parts), table};
}

std::vector<Trigger> make_triggers(CaptureStream const& stream, Table const& table, Key const& key,
                                   Column const* deleted) {
  return TriggerWriter(stream, table, key, deleted).write();
}

Result<bool> capture_is_installed(Database& database, CaptureStream const& stream,
                                  std::vector<Trigger> const& triggers) {
  for (auto const& trigger : triggers) {
    if (!trigger.reports) continue;
    auto installed = find_trigger(database, trigger.name);
    if (!installed) return installed.error();
    if (!installed->exists || installed->table != stream.table) return false;
  }
  auto tables = database.number(
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
      "AND name IN ('crmsync_changes', 'crmsync_own', 'crmsync_meta', 'crmsync_link')");
  if (!tables) return tables.error();
  if (*tables != 4) return false;
  auto epoch = read_meta(database, epoch_key(stream));
  if (!epoch) return epoch.error();
  return !epoch->empty();
}

Result<std::vector<std::string>> missing_capture_statements(Database& database,
                                                            std::string const& mapping,
                                                            CaptureStream const& stream,
                                                            std::vector<Trigger> const& triggers) {
  std::vector<std::string> statements;
  auto whole = capture_is_installed(database, stream, triggers);
  if (!whole) return whole.error();
  for (auto const kind : kTriggerKinds) {
    auto const name = trigger_name(kind, stream.name);
    auto const wanted = std::find_if(triggers.begin(), triggers.end(),
                                     [&](Trigger const& trigger) { return trigger.name == name; });
    auto installed = find_trigger(database, name);
    if (!installed) return installed.error();
    bool const needed = wanted != triggers.end();
    if (needed && installed->exists && installed->sql == wanted->sql &&
        installed->table == stream.table)
      continue;
    if (installed->exists) statements.push_back("DROP TRIGGER IF EXISTS " + quoted_name(name));
    if (needed) statements.push_back(wanted->sql);
  }
  if (!*whole) statements.push_back(set_meta(epoch_key(stream), "lower(hex(randomblob(8)))"));
  if (auto removed = remove_old_stream(database, mapping, stream, statements); !removed)
    return removed.error();
  return statements;
}

std::string epoch_key(CaptureStream const& stream) {
  return "epoch:" + stream.name;
}
std::string purged_key(CaptureStream const& stream) {
  return "purged:" + stream.name;
}

}  // namespace crmsync::connectors::sqlite
