// One request to the HubSpot face on its way through a handler.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/simulator/faces/json.hpp"
#include "connectors/simulator/model/crm.hpp"
#include "connectors/simulator/model/fault.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::faces {

// What the account and the app are called; ids are numbers as the vendor has them.
struct AccountOptions {
  std::string token;
  std::string account_type = "STANDARD";
  std::string time_zone = "Europe/Berlin";
  std::string currency = "EUR";
  std::int64_t app_id = 1'890'001;
  std::int64_t user_id = 9;
};

// What outlives a request.
struct HubspotState {
  model::Crm& crm;
  AccountOptions account;
  model::Faults faults;
  model::Random correlation;
  std::uint64_t partial_answers = 0;
  std::uint64_t created = 0;  // records the API created, for whoever counts duplicates
  std::uint64_t updated = 0;
  std::uint64_t archived = 0;
};

using Query = std::multimap<std::string, std::string, std::less<>>;

struct Call {
  HubspotState& state;
  http::Request const& request;
  engine::Timestamp now;
  bool legacy = true;           // /crm/v3 and /crm/v4, as opposed to /crm/.../2026-09
  std::string_view route_name;  // "batch_update"
  std::map<std::string, std::string, std::less<>> params;  // "{T}" of the pattern -> segment
  Query query;
  Json json;
  bool fail_one = false;  // one record of the batch is to fail

  model::Crm& crm() const noexcept { return state.crm; }
  JsonValue const& body() const noexcept { return json.root(); }
  std::string const& param(std::string_view name) const { return params.find(name)->second; }
  std::optional<std::string> asked(std::string_view name) const;
  // Comma-separated or repeated values of a query parameter.
  std::vector<std::string> asked_list(std::string_view name) const;
  bool asked_flag(std::string_view name) const { return asked(name) == "true"; }
  model::Actor actor() const;
};

using Handler = http::Response (*)(Call&);

http::Response json_response(int status, JsonOut const& json);
inline http::Response no_content() {
  return {204, {}, {}};
}

// A record id; empty when the text is none.
std::optional<model::RecordId> parse_record_id(std::string_view text) noexcept;

// The type a path names, or the answer that says there is none.
struct TypeLookup {
  std::optional<model::TypeIndex> type;
  http::Response refusal;
};
TypeLookup find_type(Call& call, std::string_view param = "T");

}  // namespace crmsync::connectors::simulator::faces
