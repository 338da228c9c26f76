// The control API under /_sim/: what a person or a test does to the account behind the vendor's
// back. Needs the account's token like the vendor's API.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/simulator/faces/json.hpp"
#include "connectors/simulator/service.hpp"

#include <string>
#include <string_view>

namespace crmsync::connectors::simulator {

inline constexpr std::string_view kControlPrefix = "/_sim/";

http::Response control(Service& service, http::Request const& request, engine::Timestamp now);

struct Order {
  Service& service;
  faces::JsonValue const& body;
  std::string_view query;  // "object=contacts&history=true"
  engine::Timestamp now;   // simulated

  model::Crm& crm() const noexcept { return service.crm(); }
};

http::Response done(faces::JsonOut const& json);
http::Response refused(std::string const& why);
http::Response refused(model::Refusal const& refusal);
std::string query_value(std::string_view query, std::string_view name);
// Who a control request speaks for: the user of the account's web page unless `source` says else.
model::Actor speaker(faces::JsonValue const& body);

// The verbs, by file.
http::Response seed_records(Order const& order);
http::Response edit_record(Order const& order);
http::Response merge_records(Order const& order);
http::Response archive_record(Order const& order);
http::Response restore_record(Order const& order);
http::Response purge_record(Order const& order);
http::Response dump_records(Order const& order);
http::Response change_schema(Order const& order);
http::Response show_stats(Order const& order);
http::Response reset_stats(Order const& order);
http::Response add_fault(Order const& order);
http::Response clear_faults(Order const& order);
http::Response add_hook(Order const& order);
http::Response add_workflow(Order const& order);
http::Response move_clock(Order const& order);
http::Response change_token(Order const& order);

}  // namespace crmsync::connectors::simulator
