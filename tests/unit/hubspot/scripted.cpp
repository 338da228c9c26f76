// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot/scripted.hpp"

#include <algorithm>
#include <stdexcept>

namespace crmsync::connectors::hubspot {

namespace {

class ScriptedClient final : public http::Client {
 public:
  explicit ScriptedClient(std::shared_ptr<Conversation> conversation)
      : conversation_(std::move(conversation)) {}

  Task<engine::Result<http::Response>> send(http::Request request,
                                            std::chrono::milliseconds) override {
    conversation_->requests.push_back(request);
    auto response = conversation_->answer(request);
    co_return response;
  }

 private:
  std::shared_ptr<Conversation> conversation_;
};

}  // namespace

Scripted::Scripted(Answers answer, ConnectionConfig config)
    : conversation_(std::make_shared<Conversation>()) {
  conversation_->answer = std::move(answer);
  auto made = make_over(config, std::make_unique<ScriptedClient>(conversation_), runtime_);
  if (!made) throw std::runtime_error(made.error().message());
  connector_ = std::move(*made);
}

ConnectionConfig Scripted::default_config() {
  ConnectionConfig config;
  config.name = "crm";
  config.type = "hubspot";
  config.secrets.emplace("auth.token", engine::Secret("pat-canary-token"));
  return config;
}

std::size_t Scripted::count(std::string_view part) const {
  return static_cast<std::size_t>(
      std::count_if(conversation_->requests.begin(), conversation_->requests.end(),
                    [part](http::Request const& request) { return has(request, part); }));
}

http::Response json(int status, std::string body, http::Headers headers) {
  return {status, std::move(headers), std::move(body)};
}

std::string property_list(bool with_external_id) {
  std::string list = R"({"results":[
    {"name":"email","type":"string","fieldType":"text","groupName":"contactinformation"},
    {"name":"phone","type":"string","fieldType":"text","groupName":"contactinformation"},
    {"name":"amount","type":"number","fieldType":"number"},
    {"name":"industry","type":"enumeration","fieldType":"select",
      "options":[{"value":"shop","label":"Shop"}]},
    {"name":"score","type":"number","fieldType":"number","calculated":true},
    {"name":"lastmodifieddate","type":"datetime","fieldType":"date",
      "modificationMetadata":{"readOnlyValue":true}},
    {"name":"hs_merged_object_ids","type":"enumeration","fieldType":"checkbox",
      "externalOptions":true}
  )";
  if (with_external_id)
    list += R"(,{"name":"shop_id","type":"string","fieldType":"text","hasUniqueValue":true})";
  return list + "]}";
}

EndpointSpec contacts() {
  EndpointSpec spec;
  spec.mapping = "contacts";
  spec.object = "contacts";
  spec.fields = {"email", "phone", "amount", "industry"};
  spec.writable = {"email", "phone", "amount", "industry"};
  spec.external_id = "shop_id";
  return spec;
}

std::vector<Input> inputs_of(http::Request const& request) {
  std::vector<Input> inputs;
  auto document = wire::JsonDocument::parse(request.body);
  if (!document) throw std::runtime_error("the request is no JSON");
  for (auto const& item : document->root()["inputs"].items()) {
    wire::JsonView const view(&item);
    inputs.push_back({view["id"].text_or_empty(), view["objectWriteTraceId"].text_or_empty(),
                      view["properties"]["email"].text_or_empty()});
  }
  return inputs;
}

bool has(http::Request const& request, std::string_view part) {
  return request.target.find(part) != std::string::npos;
}

}  // namespace crmsync::connectors::hubspot
