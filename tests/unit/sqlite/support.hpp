// A database file in a temporary folder, the application that uses it, and a connector on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/runtime.hpp"
#include "connectors/sqlite/connection.hpp"
#include "connectors/sqlite/sqlite.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;

namespace crmsync::connectors::sqlite::test {

// Wall time is set by the test. Short sleeps pass at once and move the steady clock; long ones,
// the deadlines, end only when they are cancelled, unless the test lets them pass.
class TestRuntime final : public Runtime {
 public:
  Executor executor() noexcept override { return io.get_executor(); }
  engine::Timestamp now() noexcept override { return wall; }
  std::chrono::steady_clock::time_point steady_now() noexcept override { return steady; }
  Task<bool> sleep(std::chrono::milliseconds delay) override;
  double random01() noexcept override { return 0.5; }

  asio::io_context io;
  engine::Timestamp wall{1'767'225'600'000'000};  // 2026-01-01T00:00:00Z
  std::chrono::steady_clock::time_point steady{};
  std::function<void()> on_short_sleep;
  bool deadlines_pass = false;
};

// Runs one call to its end on the control thread.
template <class T>
T run(TestRuntime& runtime, Task<T> task) {
  std::optional<T> result;
  asio::co_spawn(runtime.io, std::move(task), [&result](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
  });
  runtime.io.restart();
  runtime.io.run();
  return std::move(*result);
}

// The application's own connection to the same file.
class App {
 public:
  explicit App(std::string const& path);
  App(App const&) = delete;
  App& operator=(App const&) = delete;
  ~App();
  // Fails the test when SQLite refuses.
  void exec(std::string const& sql);
  bool try_exec(std::string const& sql);
  // Rows as "a|b", NULL as "NULL".
  std::vector<std::string> rows(std::string const& sql);
  std::string one(std::string const& sql);
  void exec_bound(std::string const& sql, std::vector<std::string> const& texts);

 private:
  sqlite3* handle_ = nullptr;
};

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest();
  ~SqliteTest() override;

  std::unique_ptr<Connector> connect(std::string const& busy_timeout = "5s");
  // An endpoint on table customers(id, name, email, ...) unless the test says otherwise.
  EndpointSpec spec() const;
  std::unique_ptr<Endpoint> open(EndpointSpec the_spec);
  std::unique_ptr<Endpoint> open_prepared(EndpointSpec the_spec);

  template <class T>
  T run(Task<T> task) {
    return test::run<T>(runtime, std::move(task));
  }
  engine::Observation fetch_one(Endpoint& endpoint, std::string const& key);
  Receipt apply_one(Endpoint& endpoint, Operation operation);
  // All events up to the end, acknowledged page by page.
  std::vector<engine::ChangeEvent> drain(Endpoint& endpoint, engine::Cursor& cursor);
  std::vector<engine::Observation> snapshot_all(Endpoint& endpoint);

  std::filesystem::path folder;
  std::string path;
  std::unique_ptr<App> app;
  TestRuntime runtime;
  std::unique_ptr<Connector> connector;
};

// "changed 1", "deleted 2", "rekeyed 3>4", with "own " in front of our own writes.
std::vector<std::string> texts(std::vector<engine::ChangeEvent> const& events);

}  // namespace crmsync::connectors::sqlite::test
