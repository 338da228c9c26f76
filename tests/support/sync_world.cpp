// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sync_world.hpp"

#include "daemon/cli/socket_client.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <thread>

namespace crmsync::tests {

Simulator::Simulator(TempFolder const& folder, std::vector<std::string> const& options) {
  write_file(folder / "webhook.secret", kWebhookSecret, 0600);
  std::vector<std::string> argv{program("crmsync-simulator"), "hubspot", "--listen", "127.0.0.1:0"};
  argv.insert(argv.end(), options.begin(), options.end());
  process_ = std::make_unique<ChildProcess>(argv, folder / "simulator");
  auto const line = process_->wait_line("ready ", std::chrono::seconds(20));
  if (!line) throw std::runtime_error("the simulator did not start: " + process_->err());
  auto const token_at = line->find(" token=");
  url_ = line->substr(6, token_at - 6);
  token_ = line->substr(token_at + 7);
  write_file(folder / "crm.token", token_, 0600);
}

HttpAnswer Simulator::control(std::string const& verb, std::string const& body) {
  return vendor(body.empty() ? "GET" : "POST", "/_sim/" + verb, body);
}

HttpAnswer Simulator::vendor(std::string const& method, std::string const& target,
                             std::string const& body) {
  return http_call(url_, method, target, body,
                   {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}});
}

std::uint64_t Simulator::mutating_requests() {
  auto const stats = parse_json(control("stats", "").body);
  return stats["mutating"].GetUint64();
}

std::map<std::string, Row> Simulator::records(std::string const& object) {
  std::map<std::string, Row> out;
  auto const dump = parse_json(control("dump?object=" + object, "").body);
  for (auto const& record : dump["records"].GetArray()) {
    if (record["archived"].GetBool()) continue;
    Row row;
    for (auto const& property : record["properties"].GetObject())
      row[property.name.GetString()] = property.value.GetString();
    out.emplace(record["id"].GetString(), std::move(row));
  }
  return out;
}

std::string Simulator::create(std::string const& object, std::string const& properties_json) {
  auto const answer =
      control("records", R"({"object":")" + object + R"(","records":[{"properties":)" +
                             properties_json + "}]}");
  EXPECT_EQ(answer.status, 200) << answer.body;
  return parse_json(answer.body)["ids"][0].GetString();
}

void Simulator::edit(std::string const& object, std::string const& id,
                     std::string const& properties_json) {
  auto const answer = control("edit", R"({"object":")" + object + R"(","id":")" + id +
                                          R"(","properties":)" + properties_json + "}");
  EXPECT_EQ(answer.status, 200) << answer.body;
}

SyncWorld::SyncWorld() = default;

void SyncWorld::start_crm(std::vector<std::string> const& options) {
  crm = std::make_unique<Simulator>(folder, options);
}

void SyncWorld::configure(std::string const& mapping, std::string const& settings) {
  auto const config = folder / "config";
  // Where crmsync.yaml names the address, the connection need not.
  auto const own_address = settings.find("public_url") != settings.npos
                               ? std::string()
                               : ", public_url: \"" + public_url + "\"";
  write_file(config + "/crmsync.yaml", "version: 1\nstate_dir: " + (folder / "state") +
                                           "\nsocket: " + (folder / "control.sock") + "\n" +
                                           settings);
  write_file(config + "/connections.d/shop.yaml",
             "version: 1\nconnection: shop-db\ntype: sqlite\npath: " + (folder / "shop.db") + "\n");
  write_file(config + "/connections.d/hubspot.yaml",
             "version: 1\nconnection: hubspot\ntype: hubspot\nbase_url: " + crm->url() +
                 "\nauth: {token: \"${file:" + (folder / "crm.token") +
                 "}\"}\narchived_every: 1s\nwebhook: {secret: \"${file:" +
                 (folder / "webhook.secret") + "}\"" + own_address + "}\n" + crm_settings);
  write_file(config + "/mappings.d/main.yaml", mapping);
}

std::vector<std::string> SyncWorld::daemon_argv(bool until_idle) const {
  std::vector<std::string> argv{program("crmsyncd"), "--config", folder / "config"};
  if (until_idle) argv.push_back("--until-idle");
  return argv;
}

void SyncWorld::start_daemon(std::map<std::string, std::string> const& environment) {
  daemon_ = std::make_unique<ChildProcess>(
      daemon_argv(false), folder / ("daemon" + std::to_string(++runs_)), environment);
  if (!daemon_->wait_line("ready", std::chrono::seconds(30)) && daemon_->running())
    ADD_FAILURE() << "the daemon did not get ready: " << daemon_->err();
}

std::optional<Exit> SyncWorld::run_until_idle(std::map<std::string, std::string> const& environment,
                                              std::chrono::milliseconds at_most) {
  daemon_ = std::make_unique<ChildProcess>(
      daemon_argv(true), folder / ("daemon" + std::to_string(++runs_)), environment);
  auto const ended = daemon_->wait_exit(at_most);
  if (!ended)
    ADD_FAILURE() << "not idle in time: " << daemon_->err() << ask("GET", "/v1/status").body;
  return ended;
}

std::optional<Exit> SyncWorld::stop_daemon() {
  daemon_->signal(SIGTERM);
  return daemon_->wait_exit(std::chrono::seconds(35));
}

HttpAnswer SyncWorld::ask(std::string const& method, std::string const& target,
                          std::string const& body) {
  auto answer = daemon::cli::exchange(folder / "control.sock", method, target, body);
  if (!answer) return {0, answer.error().message()};
  return {answer->status, std::move(answer->body)};
}

Command SyncWorld::crmsync(std::vector<std::string> const& arguments) {
  std::vector<std::string> argv{program("crmsync"), "--socket", folder / "control.sock"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  ChildProcess process(argv, folder / ("command" + std::to_string(++commands_)));
  auto const ended = process.wait_exit(std::chrono::seconds(60));
  return {ended && ended->code ? *ended->code : -1, process.out(), process.err()};
}

rapidjson::Document SyncWorld::mapping_status() {
  rapidjson::Document out;
  auto const answer = ask("GET", "/v1/status");
  if (answer.status != 200) return out;
  auto const status = parse_json(answer.body);
  out.CopyFrom(status["mappings"][0], out.GetAllocator());
  return out;
}

void SyncWorld::pause() {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

bool SyncWorld::wait_in_step(std::chrono::milliseconds at_most) {
  return eventually(
      [&] {
        auto const answer = ask("GET", "/v1/status");
        if (answer.status != 200) return false;
        auto const status = parse_json(answer.body);
        for (auto const& mapping : status["mappings"].GetArray())
          if (std::string_view(mapping["state"].GetString()) != "in step") return false;
        return true;
      },
      at_most);
}

std::string SyncWorld::everything_logged() const {
  std::string all;
  for (auto const& entry : std::filesystem::directory_iterator(folder.path())) {
    auto const name = entry.path().filename().string();
    if (name.starts_with("daemon")) all += read_file(entry.path().string());
  }
  return all;
}

}  // namespace crmsync::tests
