// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/preparation.hpp"

#include "connectors/sqlite/bookkeeping.hpp"

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Result;

namespace {

Result<bool> tables_are_missing(Database& database, bool with_capture) {
  auto found = database.number(
      "SELECT count(*) FROM sqlite_master WHERE name IN ('crmsync_meta', 'crmsync_link', "
      "'crmsync_link_by_key') OR (?1 AND name IN ('crmsync_changes', 'crmsync_changes_by_obj', "
      "'crmsync_own'))",
      std::int64_t{with_capture});
  if (!found) return found.error();
  if (*found != (with_capture ? 6 : 3)) return true;
  auto id = database.text("SELECT m.value FROM crmsync_meta AS m WHERE m.key = 'database_id'");
  if (!id) return id.error();
  return id->empty();
}

}  // namespace

Result<std::vector<std::string>> missing_statements(Database& database, Layout const& layout,
                                                    EndpointSpec const& spec) {
  bool const with_capture = spec.capture == EndpointSpec::Capture::triggers;
  std::vector<std::string> statements;
  auto missing = tables_are_missing(database, with_capture);
  if (!missing) return missing.error();
  if (*missing) statements = table_statements(with_capture);
  if (!with_capture) return statements;
  auto capture = missing_capture_statements(database, spec.mapping, layout.stream, layout.triggers);
  if (!capture) return capture.error();
  statements.insert(statements.end(), capture->begin(), capture->end());
  return statements;
}

Result<void> prepare_database(Database& database, Layout const& layout, EndpointSpec const& spec) {
  auto statements = missing_statements(database, layout, spec);
  if (!statements) return statements.error();
  if (statements->empty()) return {};
  if (database.read_only()) {
    bool const needed = spec.capture == EndpointSpec::Capture::triggers || !spec.writable.empty();
    if (!needed) return {};
    return missing_rights(database, database.path() + " cannot be written", *statements);
  }
  auto transaction = WriteTransaction::begin(database);
  if (!transaction) return transaction.error();
  // Somebody else may have prepared it while we waited for the lock.
  statements = missing_statements(database, layout, spec);
  if (!statements) return statements.error();
  for (auto const& statement : *statements) {
    auto done = database.execute(statement);
    if (done) continue;
    if (done.error().code == Errc::read_only || done.error().code == Errc::forbidden)
      return missing_rights(database, done.error().detail, *statements);
    return done.error();
  }
  return transaction->commit();
}

}  // namespace crmsync::connectors::sqlite
