// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/system_runtime.hpp"
#include "daemon/crash_point.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"

#include <CLI/CLI.hpp>

#include <sys/prctl.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <random>

namespace {

using crmsync::daemon::ExitCode;
using crmsync::daemon::Service;

// A second SIGTERM ends the process at once; open intents are resolved at the next start.
void watch_signals(boost::asio::signal_set& signals, Service& service,
                   boost::asio::io_context& io) {
  signals.async_wait([&signals, &service, &io](boost::system::error_code error, int number) {
    if (error) return;
    if (number == SIGHUP) {
      boost::asio::co_spawn(
          io.get_executor(),
          [&service]() -> crmsync::connectors::Task<void> {
            auto const report = co_await service.reload();
            for (auto const& one : report.diagnostics) crmsync::daemon::log::diagnostic(one);
            if (report.error) crmsync::daemon::log::error(*report.error);
          },
          [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
          });
    } else if (service.stopping()) {
      std::_Exit(static_cast<int>(ExitCode::failed));
    } else {
      service.stop();
    }
    watch_signals(signals, service, io);
  });
}

int run(crmsync::daemon::ServiceOptions options) {
  boost::asio::io_context io(1);
  crmsync::connectors::SystemRuntime runtime(io, std::random_device{}());
  Service service(std::move(options), runtime);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
  watch_signals(signals, service, io);
  auto code = ExitCode::failed;
  boost::asio::co_spawn(io.get_executor(), service.run(),
                        [&](std::exception_ptr failure, ExitCode ended) {
                          if (failure) std::rethrow_exception(failure);
                          code = ended;
                          signals.cancel();
                          io.stop();
                        });
  io.run();
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_DUMPABLE, 0);  // no core file with credentials in it
  std::signal(SIGPIPE, SIG_IGN);
  crmsync::daemon::log::start();
  crmsync::daemon::ServiceOptions options;
  std::string state_dir, socket;
  CLI::App app("Keeps a company's own database and its CRM in step, both ways, per field.",
               "crmsyncd");
  app.add_option("--config", options.config_dir, "folder with crmsync.yaml (default /etc/crmsync)");
  app.add_option("--state", state_dir, "state folder (default: state_dir of crmsync.yaml)");
  app.add_option("--socket", socket, "control socket (default: socket of crmsync.yaml)");
  app.add_flag("--until-idle", options.until_idle,
               "stop once everything is in step: exit 0; 5 with open errors or conflicts, 6 when "
               "a guard or a plan waits for approval");
  app.set_version_flag("--version", "crmsyncd " CRMSYNC_VERSION);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  if (!state_dir.empty()) options.state_dir = state_dir;
  if (!socket.empty()) options.socket = socket;
  options.probe = crmsync::daemon::crash_probe_from_environment();
  try {
    return run(std::move(options));
  } catch (std::exception const& failure) {
    crmsync::daemon::log::error(crmsync::engine::make_error(
        crmsync::engine::Errc::internal, "crmsyncd", failure.what(),
        "this is a defect; the state is consistent and the next start goes on"));
    return static_cast<int>(ExitCode::failed);
  }
}
