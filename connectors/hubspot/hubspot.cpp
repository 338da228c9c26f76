// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/hubspot.hpp"

#include "connectors/hubspot/account.hpp"
#include "connectors/hubspot/endpoint.hpp"
#include "connectors/hubspot/settings.hpp"
#include "connectors/hubspot/wire/json.hpp"
#include "connectors/hubspot/wire/webhook.hpp"

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Result;

// Account types that are not named here hold no customers.
std::string environment_of(std::string const& account_type) {
  if (account_type.empty()) return {};
  return account_type == "STANDARD" ? "production" : "sandbox";
}

class HubspotConnector final : public Connector {
 public:
  HubspotConnector(Settings settings, std::unique_ptr<http::Client> client, Runtime& runtime)
      : webhook_(std::move(settings.webhook)),
        account_(
            std::make_shared<Account>(std::move(settings.account), std::move(client), runtime)) {}

  std::string_view type() const noexcept override { return "hubspot"; }
  Task<Result<Identity>> identity() override;
  std::unique_ptr<Endpoint> open(EndpointSpec spec) override {
    return make_endpoint(std::move(spec), account_);
  }
  Task<Result<void>> record_high_water(std::string, std::uint64_t) override {
    co_return engine::Status();
  }
  Result<std::vector<WebhookEvent>> parse_webhook(WebhookRequest const& request,
                                                  engine::Timestamp now) const override;
  Task<bool> wait_for_commit(std::chrono::milliseconds wait) override {
    co_await account_->runtime().sleep(wait);
    co_return false;
  }
  QuotaUsage quota() const override { return account_->usage(); }

 private:
  wire::SignatureKeys webhook_;
  std::shared_ptr<Account> account_;
};

Task<Result<Identity>> HubspotConnector::identity() {
  Call call{.route = wire::RouteId::account, .doing = "read account details"};
  auto answer = co_await account_->expect(call);
  if (!answer) co_return answer.error();
  auto document = wire::JsonDocument::parse(answer->body);
  if (!document) co_return document.error();
  auto const root = document->root();
  Identity identity;
  identity.id = root["portalId"].text_or_empty();
  if (identity.id.empty())
    co_return engine::make_error(Errc::corrupt, "hubspot: read account details",
                                 "the answer does not name the account");
  identity.environment = environment_of(root["accountType"].text_or_empty());
  co_return identity;
}

Result<std::vector<WebhookEvent>> HubspotConnector::parse_webhook(WebhookRequest const& request,
                                                                  engine::Timestamp now) const {
  if (request.method != "POST")
    return engine::make_error(Errc::invalid_value, "hubspot: read webhook", "it is no POST");
  if (request.body.size() > wire::kWebhookBytesMax)
    return engine::make_error(Errc::invalid_value, "hubspot: read webhook",
                              "it is longer than 1 MiB");
  auto const verified = wire::verify_signature(
      {request.method, request.target, request.body, request.headers}, webhook_, now);
  if (!verified) return verified.error();
  auto events = wire::parse_events(request.body);
  if (!events) return events.error();
  std::vector<WebhookEvent> result;
  result.reserve(events->size());
  for (auto& event : *events) {
    WebhookEvent out;
    out.object = account_->mapped_object(event.object);
    out.change = std::move(event.change);
    out.change.own_write = account_->own_writes().is_own(event.source_id);
    out.occurred_at = event.occurred_at;
    out.dedupe_key = std::move(event.dedupe_key);
    result.push_back(std::move(out));
  }
  return result;
}

Result<std::unique_ptr<Connector>> make(ConnectionConfig const& config, Runtime& runtime) {
  auto settings = read_settings(config);
  if (!settings) return settings.error();
  auto client = http::make_client(
      {.base_url = settings->account.base_url, .ca_file = settings->ca_file}, runtime);
  if (!client) return client.error();
  return std::unique_ptr<Connector>(
      std::make_unique<HubspotConnector>(std::move(*settings), std::move(*client), runtime));
}

}  // namespace

ConnectorRow const& connector_row() noexcept {
  static ConnectorRow const row{"hubspot", ConnectorRole::crm, connection_keys(), &make};
  return row;
}

Result<std::unique_ptr<Connector>> make_over(ConnectionConfig const& config,
                                             std::unique_ptr<http::Client> client,
                                             Runtime& runtime) {
  auto settings = read_settings(config);
  if (!settings) return settings.error();
  return std::unique_ptr<Connector>(
      std::make_unique<HubspotConnector>(std::move(*settings), std::move(client), runtime));
}

}  // namespace crmsync::connectors::hubspot
