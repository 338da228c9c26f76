// A simulated account that a test talks to in JSON, without a socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/json.hpp"
#include "connectors/simulator/service.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace crmsync::connectors::simulator {

struct Answer {
  int status = 0;
  http::Response response;
  faces::Json json;

  faces::JsonValue const& body() const { return json.root(); }
  std::string text(std::string_view name) const { return faces::text_or(body(), name, "(none)"); }
  std::string header(std::string_view name) const {
    auto const* value = http::find_header(response.headers, name);
    return value ? *value : "(none)";
  }
};

// At "a/b/0/c": members by name, elements by position. Null when there is nothing.
inline faces::JsonValue const* at_path(faces::JsonValue const& root, std::string_view path) {
  auto const* value = &root;
  while (value && !path.empty()) {
    auto const end = std::min(path.find('/'), path.size());
    auto const step = path.substr(0, end);
    if (value->IsArray()) {
      auto const index = static_cast<rapidjson::SizeType>(std::stoul(std::string(step)));
      value = index < value->Size() ? &(*value)[index] : nullptr;
    } else {
      value = faces::member(*value, step);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return value;
}

inline std::string text_at(Answer const& answer, std::string_view path) {
  auto const* value = at_path(answer.body(), path);
  if (!value) return "(none)";
  if (value->IsNull()) return "(null)";
  return faces::text_of(*value).value_or("(no text)");
}

inline std::size_t size_at(Answer const& answer, std::string_view path) {
  auto const* value = at_path(answer.body(), path);
  return value && value->IsArray() ? value->Size() : 0;
}

class Account {
 public:
  static constexpr std::string_view token = "test-token";
  static constexpr std::int64_t start_ms = 1'767'225'600'000;

  static ServiceOptions options() {
    ServiceOptions options;
    options.crm.started_at = engine::Timestamp{start_ms * 1'000};
    options.crm.search_lag_ms = 0;
    options.face.account.token = token;
    options.face.quota.burst = 0;
    options.face.quota.searches_per_second = 0;
    return options;
  }
  explicit Account(ServiceOptions from = options()) : service(from) {}

  Answer send(http::Request request) {
    Answer answer;
    answer.response = service.handle(request, now());
    answer.status = answer.response.status;
    auto const& body = answer.response.body;
    bool const broken = !body.empty() && faces::Json::parse(body, answer.json).has_value();
    EXPECT_FALSE(broken) << body;
    return answer;
  }
  Answer ask(std::string method, std::string target, std::string body = {}) {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = {{"Authorization", "Bearer " + std::string(token)}};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    return send(std::move(request));
  }
  Answer get(std::string target) { return ask("GET", std::move(target)); }
  Answer post(std::string target, std::string body) {
    return ask("POST", std::move(target), std::move(body));
  }
  std::string contact(std::string const& email) {
    return post("/crm/v3/objects/contacts", R"({"properties":{"email":")" + email + R"("}})")
        .text("id");
  }
  engine::Timestamp now() const { return engine::Timestamp{(start_ms + elapsed_ms) * 1'000}; }

  Service service;
  std::int64_t elapsed_ms = 0;
};

}  // namespace crmsync::connectors::simulator
