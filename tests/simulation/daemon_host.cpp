// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/daemon_host.hpp"

#include "daemon/config_bridge.hpp"
#include "daemon/webhook_intake.hpp"

#include <boost/asio/co_spawn.hpp>

#include <sys/stat.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <utility>

namespace crmsync::simulation {

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    auto name = (fs::temp_directory_path() / "crmsync-sim-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  fs::path const& path() const { return path_; }
  void write(std::string const& name, std::string const& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    ::chmod((path_ / name).c_str(), 0600);
  }

 private:
  fs::path path_;
};

}  // namespace

mappings::LoadResult load_scenario(Scenario const& scenario) {
  Folder const folder;
  folder.write("token", "token");
  folder.write("crmsync.yaml", "version: 1\nlog: {level: error}\n");
  folder.write("connections.d/shop.yaml",
               "version: 1\nconnection: shop-db\ntype: sqlite\npath: /nonexistent\n");
  folder.write("connections.d/hubspot.yaml",
               "version: 1\nconnection: hubspot\ntype: hubspot\nauth: {token: \"${file:" +
                   (folder.path() / "token").string() + "}\"}\n");
  folder.write("mappings.d/customers.yaml", scenario.mapping_yaml());
  return mappings::load_config(folder.path(), daemon::connection_types(),
                               [](std::string const&) { return std::nullopt; });
}

DaemonHost::DaemonHost(Ground ground)
    : ground_(std::move(ground)), ended_(std::make_shared<std::optional<daemon::ExitCode>>()) {}

DaemonHost::~DaemonHost() {
  if (running()) crash();
}

void DaemonHost::start() {
  daemon::ServiceOptions options;
  options.tuning = ground_.scenario.tuning;
  options.probe = ground_.probe;
  options.seams.listen = false;
  options.seams.load_config = [this] {
    mappings::LoadResult loaded;
    loaded.config = ground_.config;
    loaded.config->digest += edition_;
    return loaded;
  };
  options.seams.open_store =
      [this](state::StoreOptions) -> engine::Result<std::unique_ptr<state::StateStore>> {
    auto store = std::make_unique<MemoryStore>(ground_.disk, ground_.store);
    store_ = store.get();
    return std::unique_ptr<state::StateStore>(std::move(store));
  };
  options.seams.make_connector = [this](connectors::ConnectionConfig const& config)
      -> engine::Result<std::unique_ptr<connectors::Connector>> {
    if (config.type == "sqlite") return connect(ground_.app);
    return connect(ground_.crm);
  };
  service_ = std::make_unique<daemon::Service>(std::move(options), ground_.runtime);
  boost::asio::co_spawn(ground_.runtime.executor(), service_->run(),
                        [ended = ended_](std::exception_ptr failure, daemon::ExitCode code) {
                          if (failure) std::rethrow_exception(failure);
                          *ended = code;
                        });
}

void DaemonHost::crash() {
  if (store_ != nullptr) store_->cut_power();
  ground_.runtime.crash();
  service_.reset();
  store_ = nullptr;
  ground_.runtime.boot();
}

void DaemonHost::post_webhook(std::string body, std::function<void(int)> answered) {
  connectors::http::Request request;
  request.method = "POST";
  request.target = "/hooks/hubspot";
  request.body = std::move(body);
  auto receive = daemon::webhook_handler(*service_);
  boost::asio::co_spawn(
      ground_.runtime.executor(), receive(std::move(request), {}),
      [answered = std::move(answered)](std::exception_ptr failure,
                                       connectors::http::Response const& response) {
        if (failure) std::rethrow_exception(failure);
        answered(response.status);
      });
}

void DaemonHost::reload() {
  ++edition_;
  run([](daemon::Service& of) -> connectors::Task<void> {
    static_cast<void>(co_await of.reload());
  }(*service_));
}

void DaemonHost::run(connectors::Task<void> task) {
  boost::asio::co_spawn(ground_.runtime.executor(), std::move(task),
                        [](std::exception_ptr failure) {
                          if (failure) std::rethrow_exception(failure);
                        });
}

}  // namespace crmsync::simulation
