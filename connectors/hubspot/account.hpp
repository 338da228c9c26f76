// One HubSpot account: its token, its request budget, its clock, and what all endpoints share.
// Every request of the connector goes through here.
// Thread: control thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/governor.hpp"
#include "connectors/hubspot/own_writes.hpp"
#include "connectors/hubspot/wire/failure.hpp"
#include "connectors/hubspot/wire/routes.hpp"
#include "connectors/runtime.hpp"
#include "engine/secret.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::hubspot {

struct AccountOptions {
  std::string base_url;  // for hints only; the client knows where it connects
  engine::Secret token;
  wire::Routes routes;
  http::QuotaOptions quota;
  std::chrono::milliseconds archived_every{60'000};  // shortest time between two archive walks
};

struct Call {
  wire::RouteId route;
  std::string object;
  std::string id;      // where the route names a record
  std::string method;  // empty: the route's own
  std::string query;   // "?a=b", encoded
  std::string body;    // JSON; empty: none
  std::string doing;   // "read", "update": for error texts
  bool mutating = false;
  Lane lane = Lane::interactive;
};

struct Answer {
  int status = 0;
  std::string body;
  std::optional<std::int64_t> retry_after_ms;
  engine::Timestamp sent_at;  // our clock when the request left, after any wait for budget
};

class Account {
 public:
  Account(AccountOptions options, std::unique_ptr<http::Client> client, Runtime& runtime);
  Account(Account const&) = delete;
  Account& operator=(Account const&) = delete;

  // Any answered status. Fails only when there was no answer.
  Task<engine::Result<Answer>> ask(Call call);
  // 2xx or an error.
  Task<engine::Result<Answer>> expect(Call call);
  // What a status outside 2xx means.
  engine::Error failure(Answer const& answer, Call const& call) const;
  wire::Asked asked(Call const& call) const;

  // The account's clock, never later than it really is: from the Date header of its answers. Our
  // own clock until the first answer.
  engine::Timestamp crm_now() const;
  bool clock_known() const noexcept { return clock_ahead_micros_.has_value(); }

  // The name a mapping uses for what webhooks call otherwise ("0-1", "2-3465404").
  void learn_alias(std::string const& other, std::string const& mapped);
  std::string mapped_object(std::string const& object) const;

  AccountOptions const& options() const noexcept { return options_; }
  Runtime& runtime() const noexcept { return runtime_; }
  OwnWrites& own_writes() noexcept { return own_writes_; }
  OwnWrites const& own_writes() const noexcept { return own_writes_; }
  QuotaUsage usage() const { return governor_.usage(); }

 private:
  http::Request build(Call const& call) const;
  void learn(http::Response const& response, std::optional<std::int64_t> retry_after_ms,
             Call const& call);
  void learn_clock(http::Response const& response);
  void learn_budget(http::Response const& response);

  AccountOptions options_;
  Runtime& runtime_;
  http::Governor governor_;
  std::optional<std::int64_t> clock_ahead_micros_;  // the account's clock against ours, at least
  OwnWrites own_writes_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace crmsync::connectors::hubspot
