// A whole installation in a folder: a SQLite shop, the simulated CRM and crmsyncd, as real
// processes. Tests edit both sides as users would and look at the outcome.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/child_process.hpp"

#include <rapidjson/document.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::tests {

using Row = std::map<std::string, std::optional<std::string>>;

// What the simulated CRM signs its webhooks with; every installation is configured with it.
inline constexpr char kWebhookSecret[] = "canary-webhook-secret-77aa";

// The app's own connection to its database: plain SQL, as the shop would run it.
class AppDatabase {
 public:
  explicit AppDatabase(std::string const& path);
  ~AppDatabase();
  AppDatabase(AppDatabase const&) = delete;
  AppDatabase& operator=(AppDatabase const&) = delete;

  void run(std::string const& sql);
  std::vector<Row> rows(std::string const& sql);
  // First column of the first row; "" for NULL or no row.
  std::string value(std::string const& sql);

 private:
  sqlite3* handle_ = nullptr;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// One request, blocking, with a deadline. status 0: no answer.
HttpAnswer http_call(std::string const& base_url, std::string const& method,
                     std::string const& target, std::string const& body,
                     std::vector<std::pair<std::string, std::string>> const& headers = {});

rapidjson::Document parse_json(std::string const& text);

class Simulator {
 public:
  Simulator(TempFolder const& folder, std::vector<std::string> const& options = {});

  std::string const& url() const { return url_; }
  std::string const& token() const { return token_; }
  // After the account's token was changed.
  void use_token(std::string token) { token_ = std::move(token); }
  // The control API: POST /_sim/VERB with a JSON body.
  HttpAnswer control(std::string const& verb, std::string const& body);
  HttpAnswer vendor(std::string const& method, std::string const& target,
                    std::string const& body = {});
  // Mutating requests that the vendor API has seen so far.
  std::uint64_t mutating_requests();
  // Live records of an object: id -> properties.
  std::map<std::string, Row> records(std::string const& object = "contacts");
  std::string create(std::string const& object, std::string const& properties_json);
  void edit(std::string const& object, std::string const& id, std::string const& properties_json);

 private:
  std::string token_;
  std::string url_;
  std::unique_ptr<ChildProcess> process_;
};

// How a command of `crmsync` ended.
struct Command {
  int code = -1;  // -1: it did not end in time
  std::string out, err;
};

class SyncWorld {
 public:
  SyncWorld();
  TempFolder folder;
  // What the CRM calls for a webhook; its signatures cover it.
  std::string public_url = "https://sync.example";
  std::unique_ptr<AppDatabase> app;
  std::unique_ptr<Simulator> crm;
  std::string crm_settings;  // further lines of the CRM's connection file

  void start_crm(std::vector<std::string> const& options = {});
  // Connections and crmsync.yaml; `mapping` is the text of the one mapping file.
  void configure(std::string const& mapping, std::string const& settings = {});

  // A daemon of its own until told otherwise; waits for its "ready".
  void start_daemon(std::map<std::string, std::string> const& environment = {});
  // Starts and waits for its end.
  std::optional<Exit> run_until_idle(std::map<std::string, std::string> const& environment = {},
                                     std::chrono::milliseconds at_most = std::chrono::seconds(120));
  std::optional<Exit> stop_daemon();
  ChildProcess& daemon() { return *daemon_; }
  // Over the control socket; fails the test when there is no answer.
  HttpAnswer ask(std::string const& method, std::string const& target,
                 std::string const& body = {});
  // The admin's command against this installation, as a process of its own.
  Command crmsync(std::vector<std::string> const& arguments);
  // /v1/status of the only mapping; null when nobody answers.
  rapidjson::Document mapping_status();
  // Polls `target` until `fits` says so.
  template <class Fits>
  bool eventually(Fits fits, std::chrono::milliseconds at_most = std::chrono::seconds(60)) {
    auto const deadline = std::chrono::steady_clock::now() + at_most;
    while (!fits()) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      pause();
    }
    return true;
  }
  // Every record settled: the mapping says "in step".
  bool wait_in_step(std::chrono::milliseconds at_most = std::chrono::seconds(60));
  std::string everything_logged() const;

 private:
  static void pause();
  std::vector<std::string> daemon_argv(bool until_idle) const;
  std::unique_ptr<ChildProcess> daemon_;
  int runs_ = 0;
  int commands_ = 0;
};

}  // namespace crmsync::tests
