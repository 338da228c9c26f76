// SPDX-License-Identifier: Apache-2.0
#include "daemon/webhook_intake.hpp"

#include "daemon/control_api.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"
#include "engine/mutant.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using connectors::http::Request;
using connectors::http::Response;
using engine::Errc;
using engine::mutant;
using engine::Mutant;

namespace {

constexpr std::string_view kPrefix = "/hooks/";

Response plain(int status) {
  Response response;
  response.status = status;
  return response;
}

int refusal(Errc code) {
  if (code == Errc::unauthorized) return 401;
  if (code == Errc::unsupported) return 404;
  if (code == Errc::limit_exceeded) return 413;
  return 400;
}

// Known bug: it says what an earlier one said.
bool is_repeated(Service& service, std::string_view body) {
  auto const rows = service.store().webhooks_after(0, 1'000);
  return rows && std::ranges::any_of(*rows, [&](auto const& row) { return row.body == body; });
}

// Known bug: taken for what a read by id would show.
void believe(MappingRun& run, engine::RecordKey const& key, engine::Timestamp now) {
  engine::Observation gone;
  gone.key = gone.current_key = key;
  gone.presence = engine::Presence::deleted;
  gone.observed_at = now;
  gone.version.order = now.micros;
  run.payloads.put(engine::Side::crm, std::move(gone));
}

// One durable mark per event and mapping; several mappings may share an object.
void mark_events(Service& service, std::string_view connection,
                 std::vector<connectors::WebhookEvent> const& events, state::Commit& changes) {
  for (auto const& event : events) {
    for (auto const& run : service.generation().runs) {
      auto const& crm = run->mapping.crm;
      if (crm.connection != connection || crm.object != event.object || !crm.webhooks) continue;
      auto row = service.intake().row(run->id, engine::Side::crm, event.change.key);
      row.kind = event.change.kind;
      if (mutant(Mutant::hook_trusted) && row.kind == engine::ChangeKind::deleted)
        believe(*run, event.change.key, service.runtime().now());
      row.new_key = event.change.new_key;
      changes.intake.push_back(std::move(row));
      if (!event.change.new_key.empty())
        changes.intake.push_back(
            service.intake().row(run->id, engine::Side::crm, event.change.new_key));
    }
  }
}

Task<Response> receive(Service& service, Request request) {
  std::string_view const target(request.target);
  auto const path = target.substr(0, target.find('?'));
  if (!path.starts_with(kPrefix)) co_return plain(404);
  std::string const name(path.substr(kPrefix.size()));
  auto const& connections = service.generation().connections;
  auto const it = connections.find(name);
  if (it == connections.end()) co_return plain(404);
  if (request.method != "POST") co_return plain(405);
  connectors::WebhookRequest hook{request.method, request.target, std::move(request.headers),
                                  std::move(request.body)};
  auto events = it->second->parse_webhook(hook, service.runtime().now());
  if (!events) {
    log::warn("webhook refused",
              {{"connection", name}, {"why", std::string(engine::to_string(events.error().code))}});
    co_return plain(refusal(events.error().code));
  }
  // Not accepted means not answered 2xx: the sender keeps it and tries again.
  if (service.stopping() || service.intake().full()) co_return plain(503);
  state::Commit changes;
  state::WebhookRow raw;
  raw.sequence = service.store().next_sequence();
  raw.connection = name;
  raw.at = service.runtime().now();
  raw.body = std::move(hook.body);
  auto const raw_body = raw.body;
  changes.webhooks.push_back(std::move(raw));
  bool const dropped = mutant(Mutant::hook_deduplicated) && is_repeated(service, raw_body);
  if (!dropped) mark_events(service, name, *events, changes);
  if (mutant(Mutant::ack_before_durable)) {
    boost::asio::co_spawn(service.runtime().executor(), service.intake().append(std::move(changes)),
                          boost::asio::detached);
    co_return plain(200);
  }
  auto stored = co_await service.intake().append(std::move(changes));
  co_return plain(stored ? 200 : 503);
}

}  // namespace

connectors::http::Handler webhook_handler(Service& service) {
  return [&service](Request request, connectors::http::Peer) {
    return receive(service, std::move(request));
  };
}

}  // namespace crmsync::daemon
