// SPDX-License-Identifier: Apache-2.0
#include "daemon/store_access.hpp"

#include "daemon/reused_key.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace crmsync::daemon {

namespace {
constexpr int kReusesMax = 1'000;
}

namespace asio = boost::asio;
using connectors::Executor;
using connectors::Task;
using connectors::use_task;

namespace {

// Starts `operation(done)`; done may be called on any thread, once. The work guard keeps the loop
// alive while only the store thread is busy.
template <class Outcome, class Operation>
Task<Outcome> await_callback(Operation operation) {
  Executor executor = co_await asio::this_coro::executor;
  auto initiate = [executor, operation = std::move(operation)](auto handler) mutable {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto guard = std::make_shared<asio::executor_work_guard<Executor>>(executor);
    operation([executor, shared, guard](Outcome outcome) {
      auto result = std::make_shared<Outcome>(std::move(outcome));
      asio::post(executor, [shared, guard, result] {
        guard->reset();
        std::move (*shared)(std::move(*result));
      });
    });
  };
  co_return co_await asio::async_initiate<asio::use_awaitable_t<Executor> const, void(Outcome)>(
      std::move(initiate), use_task);
}

}  // namespace

Task<engine::Status> commit(state::StateStore& store, state::Commit changes) {
  auto batch = std::make_shared<state::Commit>(std::move(changes));
  auto operation = [&store, batch](state::Done done) {
    store.commit(std::move(*batch), std::move(done));
  };
  return await_callback<engine::Status>(std::move(operation));
}

Task<engine::Status> backup(state::StateStore& store, std::filesystem::path target) {
  auto operation = [&store, target = std::move(target)](state::Done done) {
    store.backup(target, std::move(done));
  };
  return await_callback<engine::Status>(std::move(operation));
}

Task<engine::Result<std::size_t>> prune(state::StateStore& store, engine::Timestamp webhooks_before,
                                        engine::Timestamp history_before, std::size_t rows_max) {
  auto operation = [&store, webhooks_before, history_before,
                    rows_max](std::function<void(engine::Result<std::size_t>)> done) {
    store.prune(webhooks_before, history_before, rows_max, std::move(done));
  };
  return await_callback<engine::Result<std::size_t>>(std::move(operation));
}

engine::Result<int> next_use(state::StateStore const& store, state::MappingId mapping,
                             engine::RecordKey const& app_key) {
  for (int n = 1; n <= kReusesMax; ++n) {
    auto const retired = store.link_by_app(mapping, retired_key(app_key, n));
    if (!retired) return retired.error();
    if (!*retired) return n;
  }
  return engine::make_error(engine::Errc::limit_exceeded, "name record " + app_key,
                            "its key was used by " + std::to_string(kReusesMax) + " records",
                            "give the app table keys that are not used again");
}

engine::Result<std::string> next_external_id(state::StateStore const& store,
                                             state::MappingId mapping,
                                             engine::RecordKey const& app_key) {
  auto const use = next_use(store, mapping, app_key);
  if (!use) return use.error();
  return external_id_of(app_key, *use);
}

}  // namespace crmsync::daemon
