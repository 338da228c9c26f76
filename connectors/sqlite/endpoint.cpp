// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/endpoint.hpp"

#include "connectors/sqlite/change_log.hpp"
#include "connectors/sqlite/description.hpp"
#include "connectors/sqlite/preparation.hpp"
#include "connectors/sqlite/row_reader.hpp"
#include "connectors/sqlite/row_writer.hpp"
#include "connectors/sqlite/tuning.hpp"

#include <algorithm>

namespace crmsync::connectors::sqlite {

using engine::Cursor;
using engine::Errc;
using engine::Observation;

namespace {

Result<Cursor> begin_capture(Database& database, LiveLayout& live, Layout const& layout,
                             engine::Timestamp now) {
  if (!live.by_triggers()) return poll_start(database, layout, now, live.spec().overlap);
  // A table that was rebuilt has lost its triggers.
  if (auto prepared = prepare_database(database, layout, live.spec()); !prepared)
    return prepared.error();
  return log_end(database, layout.stream);
}

Result<ChangePage> read_changes(Database& database, LiveLayout& live, Layout const& layout,
                                Cursor const& cursor, engine::Timestamp now) {
  if (!live.by_triggers())
    return read_poll_page(database, layout, cursor, now, live.spec().overlap);
  auto whole = live.capture_is_whole(database, layout);
  if (!whole) return whole.error();
  if (!*whole)
    return database.fail(Errc::cursor_expired,
                         "the triggers on `" + layout.table.name + "` are missing",
                         "they are installed again and both sides are compared anew");
  return read_log(database, layout.stream, cursor);
}

}  // namespace

SqliteEndpoint::SqliteEndpoint(std::shared_ptr<Connection> connection, EndpointSpec spec)
    : connection_(std::move(connection)),
      layout_(std::make_shared<LiveLayout>(std::move(spec))),
      stream_(
          make_stream(layout_->spec().object, layout_->spec().key, layout_->spec().deleted_field)) {
  connection_->acknowledgements.join(stream_.name, this);
}

SqliteEndpoint::~SqliteEndpoint() {
  connection_->acknowledgements.leave(stream_.name, this);
}

template <class T>
Task<Result<T>> SqliteEndpoint::with_layout(
    char const* doing, std::chrono::milliseconds deadline,
    std::function<Result<T>(Database&, LiveLayout&, Layout const&)> work) {
  auto const connection = connection_;
  std::function<Result<T>(Database&)> on_thread =
      [live = layout_, work = std::move(work)](Database& database) -> Result<T> {
    auto layout = live->get(database);
    if (!layout) return layout.error();
    return work(database, *live, **layout);
  };
  std::string what = std::string(doing) + " " + layout_->spec().object;
  co_return co_await connection->worker.template call<T>(std::move(what), deadline,
                                                         std::move(on_thread));
}

Task<Result<Description>> SqliteEndpoint::describe() {
  std::function<Result<Description>(Database&, LiveLayout&, Layout const&)> work =
      [](Database& database, LiveLayout& live, Layout const& layout) {
        return describe_layout(database, layout, live.spec());
      };
  return with_layout<Description>("describe", kReadDeadline, std::move(work));
}

Task<Result<void>> SqliteEndpoint::prepare() {
  std::function<Result<void>(Database&, LiveLayout&, Layout const&)> work =
      [](Database& database, LiveLayout& live, Layout const& layout) {
        return prepare_database(database, layout, live.spec());
      };
  return with_layout<void>("prepare", kWriteDeadline, std::move(work));
}

Task<Result<Cursor>> SqliteEndpoint::start_cursor() {
  auto const now = connection_->runtime.now();
  std::function<Result<Cursor>(Database&, LiveLayout&, Layout const&)> work =
      [now](Database& database, LiveLayout& live, Layout const& layout) {
        return begin_capture(database, live, layout, now);
      };
  return with_layout<Cursor>("start capture of", kWriteDeadline, std::move(work));
}

Task<Result<SnapshotPage>> SqliteEndpoint::snapshot(std::string token) {
  auto const now = connection_->runtime.now();
  std::function<Result<SnapshotPage>(Database&, LiveLayout&, Layout const&)> work =
      [now, token](Database& database, LiveLayout&, Layout const& layout) {
        return read_snapshot_page(database, layout, token, now);
      };
  return with_layout<SnapshotPage>("list", kReadDeadline, std::move(work));
}

Task<Result<ChangePage>> SqliteEndpoint::changes(Cursor cursor) {
  auto const now = connection_->runtime.now();
  std::function<Result<ChangePage>(Database&, LiveLayout&, Layout const&)> work =
      [now, cursor](Database& database, LiveLayout& live, Layout const& layout) {
        return read_changes(database, live, layout, cursor, now);
      };
  auto page = co_await with_layout<ChangePage>("read changes of", kReadDeadline, std::move(work));
  if (page && !layout_->by_triggers()) seen_.filter(cursor, *page);
  if (page && page->events.empty()) {
    // A quiet moment. A purge that fails is of no concern to who asked for changes.
    static_cast<void>(co_await purge());
  }
  co_return page;
}

Task<Result<std::vector<Observation>>> SqliteEndpoint::fetch(FetchRequest request) {
  auto const now = connection_->runtime.now();
  std::function<Result<std::vector<Observation>>(Database&, LiveLayout&, Layout const&)> work =
      [now, request = std::move(request)](
          Database& database, LiveLayout&,
          Layout const& layout) -> Result<std::vector<Observation>> {
    if (request.keys.size() > kFetchKeysMax)
      return database.fail(Errc::limit_exceeded, "more than 100 keys in one read");
    return read_by_keys(database, layout, request.keys, now);
  };
  return with_layout<std::vector<Observation>>("read", kReadDeadline, std::move(work));
}

Task<Result<Observation>> SqliteEndpoint::lookup_created(Operation create) {
  auto const now = connection_->runtime.now();
  std::function<Result<Observation>(Database&, LiveLayout&, Layout const&)> work =
      [now, counterpart = std::move(create.counterpart)](Database& database, LiveLayout& live,
                                                         Layout const& layout) {
        return find_created(database, layout, live.spec(), counterpart, now);
      };
  return with_layout<Observation>("look up", kReadDeadline, std::move(work));
}

Task<Result<std::vector<Receipt>>> SqliteEndpoint::apply(std::vector<Operation> operations, Lane) {
  auto const now = connection_->runtime.now();
  std::function<Result<std::vector<Receipt>>(Database&, LiveLayout&, Layout const&)> work =
      [now, operations = std::move(operations)](
          Database& database, LiveLayout& live,
          Layout const& layout) -> Result<std::vector<Receipt>> {
    if (operations.size() > kApplyOperationsMax)
      return database.fail(Errc::limit_exceeded, "more than 100 operations in one write");
    if (operations.empty()) return std::vector<Receipt>{};
    if (database.read_only())
      return database.fail(Errc::read_only, database.path() + " cannot be written",
                           "give the daemon's user write permission on the file and its folder");
    return apply_batch(database, layout, live.spec(), operations, now);
  };
  return with_layout<std::vector<Receipt>>("write", kWriteDeadline, std::move(work));
}

Task<Result<void>> SqliteEndpoint::acknowledge(Cursor cursor) {
  seen_.acknowledge(cursor);
  auto const position = decode_position(cursor);
  if (!layout_->by_triggers() || !position) co_return Result<void>{};
  connection_->acknowledgements.advance(stream_.name, this, position->sequence);
  co_return co_await purge();
}

// Away from the path of a change: the answer to a commit never waits for it.
Task<Result<void>> SqliteEndpoint::purge() {
  auto const due =
      connection_->acknowledgements.take_purge(stream_.name, connection_->runtime.steady_now());
  if (!due) co_return Result<void>{};
  auto const sequence = *due;
  for (;;) {  // ends when nothing is left up to `sequence`
    std::function<Result<bool>(Database&, LiveLayout&, Layout const&)> work =
        [sequence](Database& database, LiveLayout&, Layout const& layout) {
          return purge_log(database, layout.stream, sequence);
        };
    auto more =
        co_await with_layout<bool>("acknowledge changes of", kWriteDeadline, std::move(work));
    if (!more) co_return more.error();
    if (!*more) co_return Result<void>{};
  }
}

}  // namespace crmsync::connectors::sqlite
