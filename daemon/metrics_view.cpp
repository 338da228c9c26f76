// Prometheus text. Labels are names of mappings and connections only: never a key or a value.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.hpp"
#include "daemon/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace crmsync::daemon {

namespace {

class Text {
 public:
  void type(std::string_view name, std::string_view kind) {
    fmt::format_to(std::back_inserter(out_), "# TYPE crmsync_{} {}\n", name, kind);
  }
  template <class Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    fmt::format_to(std::back_inserter(out_), "crmsync_{}{{{}}} {}\n", name, labels, value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void mapping_metrics(Text& text, Service& service, MappingRun const& run) {
  auto const mapping = fmt::format("mapping=\"{}\"", run.mapping.name);
  auto const& c = run.counters;
  auto const records = [&](std::string_view direction, std::string_view op, std::uint64_t n) {
    text.sample("records_total",
                fmt::format("{},direction=\"{}\",op=\"{}\",result=\"ok\"", mapping, direction, op),
                n);
  };
  records("to_crm", "create", c.created_crm);
  records("to_app", "create", c.created_app);
  records("to_crm", "update", c.updated_crm);
  records("to_app", "update", c.updated_app);
  records("to_crm", "delete", c.deleted_crm);
  records("to_app", "delete", c.deleted_app);
  auto const oldest = run.dirty.oldest_mark();
  double const lag =
      oldest ? static_cast<double>(service.runtime().now().micros - oldest->micros) / 1e6 : 0.0;
  text.sample("sync_lag_seconds", mapping, std::max(0.0, lag));
  text.sample("queue_records", mapping + ",state=\"waiting\"", run.dirty.size());
  text.sample("queue_records", mapping + ",state=\"in_flight\"", run.dirty.taken());
  auto const counts = service.store().counts(run.id);
  if (!counts) return;
  text.sample("conflicts_open", mapping, counts->parked);
  text.sample("errors_open", mapping, counts->errors);
  text.sample("guard_tripped", mapping, counts->held > 0 ? 1 : 0);
}

}  // namespace

std::string metrics_view(Service& service) {
  Text text;
  text.type("records_total", "counter");
  text.type("sync_lag_seconds", "gauge");
  text.type("queue_records", "gauge");
  text.type("conflicts_open", "gauge");
  text.type("errors_open", "gauge");
  text.type("guard_tripped", "gauge");
  for (auto const& run : service.generation().runs) mapping_metrics(text, service, *run);
  text.type("crm_requests_total", "counter");
  text.type("crm_quota_remaining_ratio", "gauge");
  for (auto const& [name, connection] : service.generation().connections) {
    auto const label = fmt::format("connection=\"{}\"", name);
    auto const usage = connection->quota();
    text.sample("crm_requests_total", label, usage.requests_today);
    text.sample("crm_quota_remaining_ratio", label, usage.window_remaining_ratio);
  }
  text.type("state_bytes", "gauge");
  text.sample("state_bytes", "", service.store().health().bytes_used);
  text.type("config_generation", "gauge");
  text.sample("config_generation", "", service.generation().number);
  text.type("config_last_reload_success", "gauge");
  text.sample("config_last_reload_success", "", service.bad_config() ? 0 : 1);
  text.type("build_info", "gauge");
  text.sample("build_info", fmt::format("version=\"{}\"", CRMSYNC_VERSION), 1);
  return text.take();
}

}  // namespace crmsync::daemon
