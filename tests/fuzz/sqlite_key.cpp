// Record keys of the app database: the text that SQL makes of a row is the text we make of it, and
// leads back to the same row.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/key_codec.hpp"
#include "connectors/sqlite/table.hpp"
#include "connectors/sqlite/value_codec.hpp"
#include "tests/fuzz/target.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>

namespace {

using namespace crmsync;
using namespace crmsync::connectors::sqlite;
using fuzz::require;

// One file per process, gone with it: it has no name any more once it is open.
struct World {
  std::string path = "/tmp/crmsync-fuzz-key-" + std::to_string(::getpid()) + ".db";
  std::atomic<bool> closing{false};
  Database database{"fuzz", path, std::chrono::milliseconds(1'000), closing};
  Key single, pair;

  World() {
    ::close(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    require(database.begin_work("fuzz", nullptr).has_value(), "the database opens");
    require(database
                .execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                         "CREATE TABLE one (k TEXT PRIMARY KEY);"
                         "CREATE TABLE two (a TEXT, b TEXT, PRIMARY KEY (a, b))")
                .has_value(),
            "the tables are made");
    single = make("one", {"k"});
    pair = make("two", {"a", "b"});
    ::unlink(path.c_str());
  }
  Key make(std::string const& name, std::vector<std::string> const& columns) {
    auto const table = load_table(database, name);
    require(table.has_value(), "the table is there");
    auto key = Key::make(database, *table, columns);
    require(key.has_value(), "the key can be used");
    return *key;
  }
};

void check(World& world, std::string const& table, Key const& key,
           std::vector<std::string> const& parts) {
  auto& database = world.database;
  require(database.execute("BEGIN").has_value(), "a transaction begins");
  auto insert =
      database.prepare("INSERT INTO " + table + " VALUES (" + key.parameters_sql(1) + ")");
  require(insert.has_value(), "an insert is prepared");
  Key::bind(*insert, 1, parts);
  require(insert->run().has_value(), "a row is inserted");
  auto const text = database.text("SELECT " + key.text_sql("r") + " FROM " + table +
                                  " AS r WHERE " + key.usable_sql("r"));
  require(text.has_value(), "the key is read");
  auto const joined = key.join(parts);
  require(*text == joined, "SQL and we make the same text of a key");
  if (!joined.empty()) {
    auto const split = key.parts(*text);
    require(split && *split == parts, "a key's text leads back to its parts");
    auto found =
        database.prepare("SELECT count(*) FROM " + table + " AS r WHERE " + key.match_sql("r", 1));
    require(found.has_value(), "a search is prepared");
    Key::bind(*found, 1, *split);
    auto const row = found->step();
    require(row && *row && found->integer(0) == 1, "a key finds its row");
  }
  database.roll_back();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static World world;
  fuzz::Input input(data, size);
  std::string const first(input.line());
  std::string const second(input.rest());
  auto const parts = std::vector<std::string>{first, second};
  require(engine::split_key(engine::join_key(parts)) == parts, "joining can be undone");
  auto const split = engine::split_key(first);
  require(engine::split_key(engine::join_key(split)) == split, "splitting is stable");
  // Rows with other texts are not synchronised.
  if (!is_utf8(first) || !is_utf8(second)) return 0;
  check(world, "one", world.single, {first});
  check(world, "two", world.pair, parts);
  return 0;
}
