// crmsync-simulator: a fake CRM over real HTTP, for trying crmsync out and for its tests.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/server.hpp"
#include "connectors/http/system_runtime.hpp"
#include "connectors/simulator/event_sender.hpp"
#include "connectors/simulator/options.hpp"
#include "connectors/simulator/saved_state.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

namespace crmsync::connectors::simulator {
namespace {

constexpr int kExitUsage = 64;
constexpr std::chrono::milliseconds kStopGrace{2'000};
constexpr std::chrono::milliseconds kLookAgain{20};

std::optional<std::string> read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// Beside the file first, so that a full disk leaves the old one.
bool write_file(std::string const& path, std::string const& text) {
  auto const beside = path + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file && std::rename(beside.c_str(), path.c_str()) == 0;
}

int fail(std::string const& message) {
  std::cerr << "crmsync-simulator: " << message << "\n";
  return 1;
}

// Everything of one run. Lives on the one thread that runs `io`.
class Program {
 public:
  Program(ProgramOptions options, asio::io_context& io)
      : options_(std::move(options)),
        runtime_(io, options_.service.crm.seed),
        signals_(runtime_.executor(), SIGTERM, SIGINT) {}

  int prepare() {
    auto const now = runtime_.now();
    options_.service.crm.started_at = now;
    service_ = std::make_unique<Service>(options_.service);
    if (!options_.data_file.empty()) {
      auto const text = read_file(options_.data_file);
      if (!text) return fail("cannot read " + options_.data_file);
      if (auto const status = load(service_->crm(), *text, now); !status)
        return fail(status.error().message());
    }
    for (auto const& fault : options_.faults) service_->face().faults().add(fault);
    if (!options_.webhook_url.empty())
      if (int const code = prepare_sender(); code != 0) return code;
    return prepare_server();
  }

  static Task<void> wait_for_signal(Program& self) {
    co_await self.signals_.async_wait(asio::as_tuple(use_task));
    if (self.sender_) self.sender_->stop();
    // Deliveries under way refer to the sender; their own deadline bounds this.
    while (self.service_->deliveries().under_way() > 0) co_await self.runtime_.sleep(kLookAgain);
    auto stopping = self.server_->stop(kStopGrace);
    co_await std::move(stopping);
    self.finished_ = true;
  }

  bool finished() const noexcept { return finished_; }

  int save_data() {
    if (options_.save_file.empty()) return 0;
    if (write_file(options_.save_file, save(service_->crm()))) return 0;
    return fail("cannot write " + options_.save_file);
  }

 private:
  int prepare_sender() {
    auto secret = read_file(options_.webhook_secret_file);
    if (!secret) return fail("cannot read the webhook secret: " + options_.webhook_secret_file);
    while (!secret->empty() && (secret->back() == '\n' || secret->back() == '\r'))
      secret->pop_back();
    SenderOptions sender;
    sender.url = options_.webhook_url;
    sender.secret = std::move(*secret);
    auto made = EventSender::make(std::move(sender), *service_, runtime_);
    if (!made) return fail(made.error().message());
    sender_ = std::move(*made);
    // What the data file brought is no news.
    service_->crm().record_events(true);
    asio::co_spawn(runtime_.executor(), sender_->run(), asio::detached);
    return 0;
  }

  int prepare_server() {
    http::ServerLimits limits;
    limits.header_bytes_max = 64u << 10;  // long property lists travel in the URL
    limits.body_bytes_max = 64u << 20;    // seeding a whole account is one request
    auto handler = [this](http::Request request, http::Peer) {
      return handle(*this, std::move(request));
    };
    auto server = http::serve(options_.listen, limits, std::move(handler), runtime_);
    if (!server) return fail(server.error().message());
    server_ = std::move(*server);
    asio::co_spawn(runtime_.executor(), wait_for_signal(*this), asio::detached);
    std::cout << "ready http://" << server_->address()
              << " token=" << options_.service.face.account.token << std::endl;
    return 0;
  }

  static Task<http::Response> handle(Program& self, http::Request request) {
    if (self.options_.latency.count() > 0) co_await self.runtime_.sleep(self.options_.latency);
    auto response = self.service_->handle(request, self.runtime_.now());
    if (self.sender_ && self.service_->deliveries().next_due()) self.sender_->wake();
    auto const* delay = http::find_header(response.headers, faces::kDelayHeader);
    std::chrono::milliseconds const wait(delay ? model::parse_integer(*delay).value_or(0)
                                               : std::int64_t{0});
    std::erase_if(response.headers, [](auto const& header) {
      return http::same_name(header.first, faces::kDelayHeader);
    });
    if (wait.count() > 0) co_await self.runtime_.sleep(wait);
    co_return response;
  }

  ProgramOptions options_;
  SystemRuntime runtime_;
  asio::basic_signal_set<Executor> signals_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<EventSender> sender_;
  std::unique_ptr<http::Server> server_;
  bool finished_ = false;
};

// CLI11 shows the text when it is not empty.
template <class Parse, class Take>
CLI::callback_t reader(Parse parse, Take take) {
  return [parse, take](CLI::results_t const& texts) {
    for (auto const& text : texts) {
      auto value = parse(text);
      if (!value) return false;
      take(std::move(*value));
    }
    return true;
  };
}

void describe(CLI::App& app, ProgramOptions& options) {
  auto& crm = options.service.crm;
  auto& face = options.service.face;
  app.add_option("--listen", options.listen, "HOST:PORT; port 0 takes a free one");
  app.add_option("--seed", crm.seed, "what every chance is drawn from");
  app.add_option("--token", face.account.token, "the account's token (default: from the seed)");
  app.add_option("--account-type", face.account.account_type,
                 "STANDARD, SANDBOX, DEVELOPER_TEST or APP_DEVELOPER");
  app.add_option("--portal", crm.portal_id, "the account's number");
  app.add_option("--search-lag",
                 reader(parse_duration_ms, [&](std::int64_t ms) { crm.search_lag_ms = ms; }),
                 "how long a write takes at most to reach search (2s)");
  app.add_option("--latency",
                 reader(parse_duration_ms,
                        [&](std::int64_t ms) { options.latency = std::chrono::milliseconds(ms); }),
                 "how long every answer takes at least (0ms)");
  app.add_option("--quota",
                 reader(parse_quota,
                        [&](model::QuotaOptions quota) {
                          face.quota.burst = quota.burst;
                          face.quota.window_ms = quota.window_ms;
                        }),
                 "requests per time (190/10s); 0/1s: no limit");
  app.add_option("--search-quota", face.quota.searches_per_second,
                 "searches per second (5); 0: no limit");
  app.add_option("--daily", face.quota.daily, "requests per day; 0: no limit");
  app.add_option("--webhook", options.webhook_url, "where events are delivered to");
  app.add_option("--webhook-secret-file", options.webhook_secret_file,
                 "file with the secret that signs them");
  app.add_option("--webhook-retry",
                 reader(parse_duration_ms,
                        [&](std::int64_t ms) { options.service.deliveries.retry_unit_ms = ms; }),
                 "wait before the first retry of a delivery (250ms), doubled each time");
  app.add_option("--fault",
                 reader(parse_fault_option,
                        [&](model::Fault fault) { options.faults.push_back(std::move(fault)); }),
                 "KIND[:RATE[:ROUTE]], may come several times; kinds: " + model::fault_names())
      ->take_all();
  app.add_option("--data", options.data_file, "JSON file to start from");
  app.add_option("--save", options.save_file, "JSON file to write at the end");
}

std::string token_from_seed(std::uint64_t seed) {
  static constexpr char digits[] = "0123456789abcdef";
  model::Random random(seed ^ 0x70CEull);
  std::string token = "pat-eu1-";
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) token += '-';
    token += digits[random.below(16)];
  }
  return token;
}

int run(ProgramOptions options) {
  auto& face = options.service.face;
  if (face.account.token.empty()) face.account.token = token_from_seed(options.service.crm.seed);
  face.seed = options.service.deliveries.seed = options.service.crm.seed;
  asio::io_context io(1);
  Program program(std::move(options), io);
  if (int const code = program.prepare(); code != 0) return code;
  while (!program.finished() && io.run_one() > 0) {
  }
  return program.save_data();
}

}  // namespace
}  // namespace crmsync::connectors::simulator

int main(int argc, char** argv) {
  using namespace crmsync::connectors::simulator;
  ProgramOptions options;
  CLI::App app("A fake CRM over real HTTP. Prints `ready http://HOST:PORT token=TOKEN`.");
  app.name("crmsync-simulator");
  auto* hubspot = app.add_subcommand("hubspot", "HubSpot's CRM API");
  app.require_subcommand(1);
  describe(*hubspot, options);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    auto const code = app.exit(error);
    return code == 0 ? 0 : kExitUsage;
  }
  if (!options.webhook_url.empty() && options.webhook_secret_file.empty()) {
    std::cerr << "crmsync-simulator: --webhook needs --webhook-secret-file\n";
    return kExitUsage;
  }
  return run(std::move(options));
}
