// A webhook from request to events, as the daemon does it.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/webhook.hpp"
#include "connectors/hubspot/hubspot.hpp"
#include "connectors/hubspot/wire/routes.hpp"
#include "tests/fuzz/script.hpp"
#include "tests/fuzz/signing.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::connectors;
using fuzz::require;

std::unique_ptr<Connector> make(Runtime& runtime) {
  ConnectionConfig config;
  config.name = "hubspot";
  config.type = "hubspot";
  config.values = {{"base_url", "http://127.0.0.1:1"},
                   {"webhook.public_url", std::string(fuzz::kOrigin)}};
  config.secrets = {{"auth.token", engine::Secret("pat-eu1-x")},
                    {"webhook.secret", engine::Secret(std::string(fuzz::kSecret))}};
  auto made = hubspot::connector_row().make(config, runtime);
  require(made.has_value(), "the connector can be made");
  return std::move(*made);
}

void check_event(WebhookEvent const& event) {
  using hubspot::wire::is_record_id;
  require(is_record_id(event.change.key), "an event names a record");
  require(event.change.new_key.empty() || is_record_id(event.change.new_key),
          "an event leads to a record");
  require(event.change.kind != engine::ChangeKind::merged ||
              (!event.change.new_key.empty() && event.change.new_key != event.change.key),
          "a merge has a survivor");
  require(!event.object.empty(), "an event is of an object");
  require(!event.change.payload, "a webhook's values are not believed");
  require(!event.dedupe_key.empty(), "an event can be told from others");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static fuzz::StillRuntime runtime;
  static auto const connector = make(runtime);
  engine::Timestamp const now{fuzz::kNowMs * 1000};
  fuzz::Input const input(data, size);
  WebhookRequest request;
  request.method = "POST";
  request.target = "/hooks/hubspot";
  request.body = input.rest();
  auto const unsigned_one = connector->parse_webhook(request, now);
  require(!unsigned_one && unsigned_one.error().code == engine::Errc::unauthorized,
          "an unsigned webhook is refused");

  request.headers = fuzz::sign_v3(request.method, request.target, request.body);
  auto const events = connector->parse_webhook(request, now);
  if (!events) {
    require(events.error().code == engine::Errc::invalid_value, "a signed one may be malformed");
    require(fuzz::is_showable(events.error().message()), "what is wrong with it can be shown");
    return 0;
  }
  for (auto const& event : *events) check_event(event);
  auto const late = connector->parse_webhook(request, {now.micros + 301'000'000});
  require(!late && late.error().code == engine::Errc::unauthorized, "a late one is refused");
  return 0;
}
