// The simulator behind a real HTTP server on loopback, with a relay in between that can break
// connections, and a person who works in it without HTTP.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/hubspot_fixture.hpp"

#include "connectors/http/server.hpp"
#include "connectors/registry.hpp"
#include "connectors/simulator/faces/hubspot_face.hpp"
#include "connectors/simulator/model/crm.hpp"
#include "tests/conformance/cutting_proxy.hpp"

#include <boost/asio/co_spawn.hpp>

#include <stdexcept>

namespace crmsync::tests::conformance {
namespace {

namespace http = connectors::http;
namespace model = connectors::simulator::model;
namespace faces = connectors::simulator::faces;

constexpr std::string_view kToken = "pat-conformance-0001";
constexpr milliseconds kSearchLag{2'000};
// Past the 10,000 results that one search may be paged through. Sanitizers take minutes for that;
// there the records only have to fill more than one page.
#ifdef CRMSYNC_SANITIZED
constexpr std::size_t kFlood = 650;
#else
constexpr std::size_t kFlood = 10'050;
#endif
constexpr std::size_t kSmallFlood = 650;
constexpr milliseconds kSettled{400'000};  // longer than the index lags and archives are walked

// What the person does is always allowed; a refusal is a mistake of the test.
template <class T>
T must(model::Outcome<T> outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().message);
  return std::move(*outcome);
}

model::Actor person() {
  return {.source_type = "CRM_UI", .source_id = "userId:9", .label = {}, .user_id = 9};
}

model::Property property(std::string name, model::PropertyType type, std::string field_type) {
  model::Property property;
  property.label = name;
  property.name = std::move(name);
  property.group = "contactinformation";
  property.type = type;
  property.field_type = std::move(field_type);
  return property;
}

http::Response refusal(int status, std::string_view category) {
  return {status,
          {{"content-type", "application/json"}},
          R"({"status":"error","message":"Refused by the test.","category":")" +
              std::string(category) +
              R"(","correlationId":"00000000-0000-4000-8000-000000000001"})"};
}

std::uint16_t port_of(std::string const& address) {
  return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
}

class HubspotFixture final : public Fixture {
 public:
  HubspotFixture(std::string api_version, std::size_t flood)
      : Fixture(Sleep::by_skipping),
        api_version_(std::move(api_version)),
        flood_(flood),
        crm_({.seed = 7, .started_at = runtime().now(), .search_lag_ms = kSearchLag.count()}),
        face_(crm_, {.account = {.token = std::string(kToken)}}) {
    contacts_ = crm_.catalog().find("contacts").value();
    auto tier = property("shop_tier", model::PropertyType::enumeration, "select");
    tier.options = {{.label = "Gold", .value = "gold"}, {.label = "Blue", .value = "blue"}};
    for (auto added : {property("shop_note", model::PropertyType::string, "textarea"),
                       property("shop_exact", model::PropertyType::number, "number"),
                       property("shop_value", model::PropertyType::number, "number"), tier})
      must(crm_.catalog().create_property(contacts_, added));
    server_ = http::serve(
                  "127.0.0.1:0", {},
                  [this](http::Request request, http::Peer) -> connectors::Task<http::Response> {
                    return respond(this, std::move(request));
                  },
                  runtime())
                  .value();
    proxy_.emplace(io(), port_of(server_->address()));
  }
  ~HubspotFixture() override {
    bool done = false;
    connectors::asio::co_spawn(io(), server_->stop(milliseconds(0)),
                               [&](std::exception_ptr) { done = true; });
    for (int turns = 0; !done && turns < 10'000; ++turns) runtime().turn();
  }

  connectors::EndpointSpec spec() const override {
    connectors::EndpointSpec spec;
    spec.mapping = "contacts-customers";
    spec.object = "contacts";
    spec.fields = {"firstname",  "shop_note", "shop_exact",
                   "shop_value", "shop_tier", "hs_object_id"};
    spec.writable = {"firstname", "shop_note", "shop_exact", "shop_value", "shop_tier"};
    spec.external_id = "shop_customer_id";
    spec.overlap = 2 * kMostlyVisible;
    return spec;
  }
  Names names() const override {
    return {.text = "firstname",
            .note = "shop_note",
            .exact = "shop_exact",
            .number = "shop_value",
            .read_only = "hs_object_id"};
  }
  Sizes sizes() const override { return {.page = 200, .flood = flood_}; }
  std::unique_ptr<connectors::Connector> connect() override {
    connectors::ConnectionConfig config;
    config.name = "hubspot";
    config.type = "hubspot";
    auto const* row = connectors::find_connector("hubspot");
    for (auto const& key : row->keys)
      if (!key.default_value.empty())
        config.values[std::string(key.name)] = std::string(key.default_value);
    config.values["base_url"] = "http://127.0.0.1:" + std::to_string(proxy_->port());
    config.values["api_version"] = api_version_;
    config.secrets["auth.token"] = engine::Secret(std::string(kToken));
    config.secrets["webhook.secret"] = engine::Secret("conformance-webhook-secret");
    config.values["webhook.public_url"] = "https://sync.example.com";
    return row->make(config, runtime()).value();
  }

  std::vector<engine::RecordKey> create(std::vector<UserRow> const& rows) override {
    auto const now = tick();
    std::vector<engine::RecordKey> keys;
    for (auto const& row : rows) {
      model::Inputs inputs{{"firstname", row.text}};
      if (row.note) inputs.emplace_back("shop_note", row.note);
      if (row.exact) inputs.emplace_back("shop_exact", row.exact);
      if (row.number) inputs.emplace_back("shop_value", row.number);
      keys.push_back(std::to_string(must(crm_.create(contacts_, inputs, person(), now))));
    }
    return keys;
  }
  void edit(std::vector<engine::RecordKey> const& keys, std::string_view field,
            Text const& value) override {
    auto const now = tick();
    model::Inputs const inputs{{std::string(field), value.value_or("")}};
    for (auto const& key : keys)
      must(crm_.update(contacts_, std::stoull(key), inputs, person(), now));
  }
  void erase(engine::RecordKey const& key) override {
    crm_.archive(contacts_, std::stoull(key), person(), tick());
  }
  std::optional<engine::RecordKey> move(engine::RecordKey const& key,
                                        engine::RecordKey const& into) override {
    auto const survivor =
        crm_.merge(contacts_, std::stoull(into), std::stoull(key), person(), tick());
    return std::to_string(must(survivor));
  }
  std::function<engine::RecordKey()> create_late() override {
    crm_.delay_index(1, (kMostlyVisible + milliseconds(1'000)).count());
    return [this, key = create({{}}).front()] {
      runtime().move(kMostlyVisible);
      return key;
    };
  }
  Text stored(engine::RecordKey const& key, std::string_view field) override {
    auto const* record = crm_.find(contacts_, std::stoull(key));
    auto const id = crm_.catalog().type(contacts_).id_of(field);
    auto const* text = record && id ? record->now.values->find(*id) : nullptr;
    return text && !text->empty() ? Text(*text) : std::nullopt;
  }
  std::size_t live_records() override { return crm_.count(contacts_); }

  void settle() override {
    runtime().move(kSettled);
    crm_.advance(runtime().now());
  }

  engine::Value refused_value(std::string& field) const override {
    field = "shop_tier";
    return std::string("no such tier");
  }

  std::vector<Fault> faults() const override {
    return {Fault::lost_before, Fault::lost_after, Fault::unavailable, Fault::unauthorized,
            Fault::too_many};
  }
  void fail(std::size_t skip, Fault fault) override {
    fault_ = fault;
    fault_at_ = requests_ + skip;
  }
  void heal() override {
    fault_.reset();
    proxy_->heal();
  }
  std::size_t requests() const override { return requests_; }
  void during_request(std::size_t skip, std::function<void()> act) override {
    act_ = std::move(act);
    act_at_ = requests_ + skip;
  }

 private:
  // A free coroutine: the handler's own frame does not outlive the call.
  static connectors::Task<http::Response> respond(HubspotFixture* self, http::Request request) {
    auto response = self->answer(request);
    co_return response;
  }

  http::Response answer(http::Request const& request) {
    auto const number = requests_++;
    if (act_ && number == act_at_) std::exchange(act_, nullptr)();
    if (!fault_ || number != fault_at_) return face_.handle(request, runtime().now());
    auto const fault = *std::exchange(fault_, std::nullopt);
    http::Response response = refusal(500, "INTERNAL_ERROR");
    switch (fault) {
      case Fault::lost_after:
        response = face_.handle(request, runtime().now());
        [[fallthrough]];
      case Fault::lost_before:
        proxy_->cut_next_answer();
        break;
      case Fault::unavailable:
        response = refusal(503, "SERVICE_UNAVAILABLE");
        break;
      case Fault::unauthorized:
        response = refusal(401, "INVALID_AUTHENTICATION");
        break;
      case Fault::too_many:
        response = refusal(429, "RATE_LIMITS");
        response.headers.emplace_back("retry-after", "1");
        break;
      case Fault::locked:
        break;
    }
    return response;
  }

  // Every action of the person has a stamp of its own.
  engine::Timestamp tick() {
    runtime().move(milliseconds(1));
    crm_.advance(runtime().now());
    return runtime().now();
  }

  std::string api_version_;
  std::size_t flood_;
  model::Crm crm_;
  faces::HubspotFace face_;
  model::TypeIndex contacts_ = 0;
  std::unique_ptr<http::Server> server_;
  std::optional<CuttingProxy> proxy_;
  std::size_t requests_ = 0;
  std::optional<Fault> fault_;
  std::size_t fault_at_ = 0;
  std::function<void()> act_;
  std::size_t act_at_ = 0;
};

}  // namespace

std::unique_ptr<Fixture> make_hubspot_dated() {
  return std::make_unique<HubspotFixture>("2026-09", kFlood);
}
std::unique_ptr<Fixture> make_hubspot_v3() {
  return std::make_unique<HubspotFixture>("v3", kSmallFlood);
}

}  // namespace crmsync::tests::conformance
