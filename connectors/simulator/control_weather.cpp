// Faults, hooks, workflows, the clock, the token, and the counts.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/control.hpp"
#include "connectors/simulator/faces/hubspot_inputs.hpp"

#include <cstdlib>

namespace crmsync::connectors::simulator {
namespace {

http::Response ok() {
  faces::JsonOut out;
  out.open().pair("ok", true).close();
  return done(out);
}

// A share between 0 and 1.
std::optional<double> read_rate(std::string const& text) {
  char* end = nullptr;
  double const rate = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !(rate >= 0.0 && rate <= 1.0)) return std::nullopt;
  return rate;
}

std::optional<std::uint64_t> count_member(faces::JsonValue const& body, std::string_view name) {
  auto const number = faces::integer_member(body, name);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

void write_faults(faces::JsonOut& out, model::Faults const& faults) {
  out.key("faults").open_list();
  for (auto const& fault : faults.all()) {
    out.open().pair("kind", model::to_string(fault.kind));
    out.count("struck", static_cast<std::int64_t>(faults.struck(fault.kind)));
    if (fault.count) out.count("left", static_cast<std::int64_t>(*fault.count));
    out.close();
  }
  out.close_list();
}

}  // namespace

http::Response show_stats(Order const& order) {
  auto const& counts = order.service.face().counts();
  auto const& state = order.service.face().state();
  auto const count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  std::uint64_t total = 0;
  for (auto const& [name, number] : counts.requests) total += number;
  faces::JsonOut out;
  out.open().count("total", count(total)).key("requests").open();
  for (auto const& [name, number] : counts.requests) out.count(name, count(number));
  out.close().key("statuses").open();
  for (auto const& [status, number] : counts.statuses)
    out.count(std::to_string(status), count(number));
  out.close()
      .count("mutating", count(counts.mutating))
      .count("created", count(state.created))
      .count("updated", count(state.updated))
      .count("archived", count(state.archived))
      .count("quota_hits", count(counts.quota_hits))
      .count("hooks_waiting", count(order.crm().hooks_waiting()));
  auto const& deliveries = order.service.deliveries();
  out.key("webhooks")
      .open()
      .count("waiting", count(deliveries.waiting() + deliveries.under_way()))
      .count("accepted", count(deliveries.accepted()))
      .count("refused", count(deliveries.refused()))
      .count("given_up", count(deliveries.given_up()))
      .close();
  write_faults(out, order.service.face().faults());
  out.pair("now", model::format_stamp(order.now)).close();
  return done(out);
}

http::Response reset_stats(Order const& order) {
  order.service.face().reset_counts();
  return ok();
}

http::Response add_fault(Order const& order) {
  auto const kind = model::parse_fault(faces::text_or(order.body, "kind", ""));
  if (!kind) return refused("unknown `kind`, known are " + model::fault_names());
  auto const rate = read_rate(faces::text_or(order.body, "rate", "1"));
  if (!rate) return refused("`rate` must be between 0 and 1");
  model::Fault fault;
  fault.kind = *kind;
  fault.rate = *rate;
  fault.count = count_member(order.body, "count");
  fault.after = count_member(order.body, "after").value_or(0);
  fault.route = faces::text_or(order.body, "route", "");
  fault.delay_ms = faces::integer_member(order.body, "delay_ms").value_or(0);
  order.service.face().faults().add(std::move(fault));
  return ok();
}

http::Response clear_faults(Order const& order) {
  order.service.face().faults().clear();
  return ok();
}

http::Response add_hook(Order const& order) {
  model::Hook hook;
  auto const moment = model::parse_moment(faces::text_or(order.body, "when", ""));
  auto const type = order.crm().catalog().find(faces::text_or(order.body, "object", ""));
  if (!moment) return refused("`when` must be after_read, before_write or after_write");
  if (!type) return refused("`object` names no object type");
  hook.moment = *moment;
  hook.type = *type;
  hook.record = faces::parse_record_id(faces::text_or(order.body, "id", "0")).value_or(0);
  if (faces::text_or(order.body, "action", "edit") == "archive")
    hook.action = model::Hook::Action::archive;
  else if (auto inputs = faces::property_inputs(order.body))
    hook.properties = std::move(*inputs);
  else
    return refused("`properties` is missing");
  order.crm().add_hook(std::move(hook));
  return ok();
}

http::Response add_workflow(Order const& order) {
  model::Workflow workflow;
  workflow.object = faces::text_or(order.body, "object", "");
  workflow.when_property = faces::text_or(order.body, "when_property", "");
  workflow.set_property = faces::text_or(order.body, "set_property", "");
  workflow.value = faces::text_or(order.body, "value", "");
  workflow.delay_min_ms = faces::integer_member(order.body, "delay_min_ms").value_or(1'000);
  workflow.delay_max_ms = faces::integer_member(order.body, "delay_max_ms").value_or(30'000);
  auto const type = order.crm().catalog().find(workflow.object);
  if (!type) return refused("`object` names no object type");
  if (!order.crm().catalog().type(*type).find(workflow.set_property))
    return refused("`set_property` names no property");
  order.crm().add_workflow(std::move(workflow));
  return ok();
}

http::Response move_clock(Order const& order) {
  auto const millis = faces::integer_member(order.body, "advance_ms");
  if (!millis || *millis < 0) return refused("`advance_ms` must be a number of milliseconds");
  order.service.skip(*millis);
  faces::JsonOut out;
  out.open()
      .pair("now", model::format_stamp(engine::Timestamp{order.now.micros + *millis * 1'000}))
      .close();
  return done(out);
}

http::Response change_token(Order const& order) {
  if (auto token = faces::text_member(order.body, "token"))
    order.service.face().state().account.token = std::move(*token);
  if (auto const millis = faces::integer_member(order.body, "expires_in_ms"))
    order.service.face().expire_token_at(engine::Timestamp{order.now.micros + *millis * 1'000});
  else
    order.service.face().expire_token_at(std::nullopt);
  return ok();
}

}  // namespace crmsync::connectors::simulator
