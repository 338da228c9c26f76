// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/render.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <iterator>

namespace crmsync::daemon::cli {

namespace {

using Object = rapidjson::Value;

constexpr auto kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                        rapidjson::kParseNumbersAsStringsFlag;

Object const* find(Object const& object, char const* name) {
  if (!object.IsObject()) return nullptr;
  auto const it = object.FindMember(name);
  return it == object.MemberEnd() ? nullptr : &it->value;
}

std::string text(Object const& object, char const* name) {
  auto const* value = find(object, name);
  if (value == nullptr) return {};
  if (value->IsString()) return {value->GetString(), value->GetStringLength()};
  if (value->IsBool()) return value->GetBool() ? "yes" : "no";
  return {};
}

bool has(Object const& object, char const* name) {
  return find(object, name) != nullptr;
}

// Fractions of a second are for programs (--json).
std::string time_text(Object const& object, char const* name) {
  auto at = text(object, name);
  auto const dot = at.find('.');
  if (dot != at.npos && at.ends_with('Z')) at = at.substr(0, dot) + "Z";
  return at;
}

std::string rounded(std::string const& seconds) {
  return seconds.substr(0, seconds.find('.'));
}

// A field's value as it was shown: blank is told apart from unknown or never confirmed.
std::string value_text(Object const& object, char const* name) {
  auto const* value = find(object, name);
  if (value == nullptr) return "(none)";
  if (value->IsNull()) return "(blank)";
  return "\"" + text(object, name) + "\"";
}

template <class Each>
void each(Object const& object, char const* name, Each visit) {
  auto const* array = find(object, name);
  if (array == nullptr || !array->IsArray()) return;
  for (auto const& item : array->GetArray()) visit(item);
}

class Out {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> form, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Args>(args)...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void side_lines(Out& out, Object const& mapping, char const* side) {
  auto const* one = find(mapping, side);
  if (one == nullptr) return;
  auto const polled = time_text(*one, "polled_at");
  out.line("  {:<4} {}: snapshot {}{}", side, text(*one, "connection"), text(*one, "snapshot"),
           polled.empty() ? "" : ", last read " + polled);
  if (auto const* trouble = find(*one, "trouble"))
    out.line("       trouble for {} s: {}", text(*trouble, "for_seconds"),
             text(*trouble, "message"));
}

void mapping_lines(Out& out, Object const& mapping) {
  out.line("{}: {}", text(mapping, "mapping"), text(mapping, "state"));
  out.line("  {} linked, {} only in the app, {} only in the CRM", text(mapping, "linked"),
           text(mapping, "unlinked_app"), text(mapping, "unlinked_crm"));
  out.line("  {} waiting (oldest {} s), {} asking, {} failing, {} held", text(mapping, "waiting"),
           rounded(text(mapping, "lag_seconds")), text(mapping, "asking"), text(mapping, "failing"),
           text(mapping, "held"));
  if (auto const* n = find(mapping, "since_start"))
    out.line(
        "  since start: {} matched; created {} in the CRM, {} in the app; updated {} in the CRM, "
        "{} "
        "in the app",
        text(*n, "matched"), text(*n, "created_crm"), text(*n, "created_app"),
        text(*n, "updated_crm"), text(*n, "updated_app"));
  side_lines(out, mapping, "app");
  side_lines(out, mapping, "crm");
  if (has(mapping, "next")) out.line("  next: {}", text(mapping, "next"));
}

void parked_lines(Out& out, Object const& row, bool values) {
  out.line("#{} {} {}{}: {}", text(row, "id"), text(row, "mapping"), text(row, "key"),
           has(row, "field") ? "." + text(row, "field") : "", text(row, "reason"));
  if (values && has(row, "field"))
    out.line("    base {} | app {} | crm {}", value_text(row, "base_app"), value_text(row, "app"),
             value_text(row, "crm"));
  each(row, "candidates", [&](Object const& key) {
    out.line("    candidate {}", std::string_view(key.GetString(), key.GetStringLength()));
  });
  if (has(row, "rule")) out.line("    asked by {}", text(row, "rule"));
}

// "ID --take app, --take crm or --value TEXT"
std::string ways_to_decide(Object const& row) {
  std::string ways;
  each(row, "choices", [&](Object const& word) {
    std::string_view const one(word.GetString(), word.GetStringLength());
    ways += ways.empty() ? "" : ", or ";
    if (one == "value")
      ways += "--value TEXT";
    else if (one == "link")
      ways += "--link CANDIDATE";
    else
      ways += "--take " + std::string(one);
  });
  return ways;
}

void history_lines(Out& out, Object const& row) {
  auto head = fmt::format("{}  {}", time_text(row, "at"), text(row, "what"));
  if (has(row, "field")) head += " " + text(row, "field");
  if (has(row, "written")) head += " -> " + text(row, "written");
  out.line("{}", head);
  if (has(row, "field") && (has(row, "app") || has(row, "crm")))
    out.line("    base {} | app {} | crm {}{}", value_text(row, "base_app"), value_text(row, "app"),
             value_text(row, "crm"),
             has(row, "result") ? " | result " + value_text(row, "result") : "");
  if (has(row, "policy"))
    out.line("    decided by {} ({})", text(row, "policy"), text(row, "rule"));
  if (has(row, "note")) out.line("    {}", text(row, "note"));
}

// Parses and hands the document over; a text that is no JSON is shown as it came.
template <class Render>
std::string with_document(std::string_view json, Render render) {
  rapidjson::Document document;
  document.Parse<kFlags>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return std::string(json) + "\n";
  Out out;
  render(out, static_cast<Object const&>(document));
  return out.take();
}

}  // namespace

std::string render_status(std::string_view json) {
  return with_document(json, [](Out& out, Object const& status) {
    out.line("crmsyncd {} - {}", text(status, "version"), text(status, "summary"));
    if (has(status, "invalid_config"))
      out.line("the configuration on disk is newer and INVALID at {}; generation {} goes on",
               text(status, "invalid_config"), text(status, "generation"));
    std::size_t mappings = 0;
    each(status, "mappings", [&](Object const& one) {
      mapping_lines(out, one);
      ++mappings;
    });
    if (mappings == 0)
      out.line("no mapping is configured: put a file into mappings.d/, then crmsync reload");
    each(status, "connections", [&](Object const& one) {
      if (text(one, "window").empty()) return;
      auto line = fmt::format("{}: {} requests since start, window {}", text(one, "connection"),
                              text(one, "requests"), text(one, "window"));
      if (has(one, "daily_remaining"))
        line += fmt::format(", {} of {} left today", text(one, "daily_remaining"),
                            text(one, "daily_limit"));
      if (text(one, "circuit_open") == "yes") line += ", circuit OPEN";
      out.line("{}", line);
    });
  });
}

std::string render_record(std::string_view json) {
  return with_document(json, [](Out& out, Object const& record) {
    out.line("{} {}: {}", text(record, "mapping"), text(record, "key"), text(record, "link"));
    if (has(record, "app_key"))
      out.line("app {} <-> crm {}, since {}", text(record, "app_key"), text(record, "crm_id"),
               time_text(record, "linked_at"));
    each(record, "asking", [&](Object const& row) { parked_lines(out, row, true); });
    out.line("history, newest first:");
    each(record, "history", [&](Object const& row) { history_lines(out, row); });
  });
}

std::string render_conflicts(std::string_view json) {
  return with_document(json, [](Out& out, Object const& list) {
    std::size_t n = 0;
    each(list, "conflicts", [&](Object const& row) {
      parked_lines(out, row, false);
      ++n;
    });
    if (n == 0) return out.line("nothing asks for a decision");
    if (text(list, "more") == "yes") out.line("... and more; decide these first");
    out.line("see the values: crmsync conflicts show ID");
  });
}

std::string render_conflict(std::string_view json) {
  return with_document(json, [](Out& out, Object const& answer) {
    auto const* row = find(answer, "conflict");
    if (row == nullptr) return;
    parked_lines(out, *row, true);
    out.line("decide: crmsync conflicts resolve {} {}", text(*row, "id"), ways_to_decide(*row));
  });
}

std::string render_errors(std::string_view json) {
  return with_document(json, [](Out& out, Object const& list) {
    std::size_t n = 0;
    each(list, "errors", [&](Object const& row) {
      out.line("#{} {} {} {}: refused by {}: {}: {}", text(row, "id"), text(row, "mapping"),
               text(row, "key_side"), text(row, "key"), text(row, "refused_by"), text(row, "what"),
               text(row, "why"));
      if (has(row, "cure")) out.line("    cure: {}", text(row, "cure"));
      out.line("    tried {} times since {}", text(row, "attempts"), time_text(row, "first_at"));
      ++n;
    });
    if (n == 0) out.line("no record is failing");
    if (n > 0)
      out.line("an edit of the record tries it again by itself; else: crmsync errors retry ID");
  });
}

std::string render_held(std::string_view json) {
  return with_document(json, [](Out& out, Object const& list) {
    std::size_t n = 0;
    each(list, "held", [&](Object const& row) {
      ++n;
      if (n <= 20)
        out.line("{} {} in the {}: app {} <-> crm {}", text(row, "mapping"), text(row, "what"),
                 text(row, "side"), text(row, "app_key"), text(row, "crm_id"));
    });
    if (n > 20) out.line("... and {} more (--json shows all)", n - 20);
    if (n == 0) out.line("the guard holds nothing");
  });
}

std::string render_plan(std::string_view json) {
  return with_document(json, [](Out& out, Object const& plan) {
    out.line("plan for {}: {} records looked at, about {} API calls to write",
             text(plan, "mapping"), text(plan, "records"), text(plan, "api_calls_estimate"));
    if (text(plan, "records") == "0") out.line("nothing waits: both sides are in step");
    if (auto const* counts = find(plan, "counts"))
      for (auto const& one : counts->GetObject())
        out.line("  {:<14} {}", one.name.GetString(), one.value.GetString());
    each(plan, "diffs", [&](Object const& row) {
      if (has(row, "record"))
        out.line("  {} app {} crm {}", text(row, "record"), text(row, "app_key"),
                 text(row, "crm_id"));
      else
        out.line("  app {} crm {} {} -> {}: app {} | crm {} | result {}", text(row, "app_key"),
                 text(row, "crm_id"), text(row, "field"), text(row, "to"), value_text(row, "app"),
                 value_text(row, "crm"), value_text(row, "result"));
    });
    if (text(plan, "needs_apply") == "yes")
      out.line("nothing was written; next: crmsync apply {}", text(plan, "mapping"));
  });
}

std::string render_reload(std::string_view json) {
  return with_document(json, [](Out& out, Object const& report) {
    each(report, "diagnostics", [&](Object const& row) {
      out.line("{}", std::string_view(row.GetString(), row.GetStringLength()));
    });
    if (text(report, "invalid") == "yes")
      out.line("the configuration is invalid; generation {} goes on", text(report, "generation"));
    else if (text(report, "changed") == "yes")
      out.line("generation {} is running", text(report, "generation"));
    else
      out.line("nothing changed; generation {} goes on", text(report, "generation"));
  });
}

std::string render_error(std::string_view json) {
  rapidjson::Document document;
  document.Parse<kFlags>(json.data(), json.size());
  if (!document.HasParseError())
    if (auto const* error = find(document, "error")) return text(*error, "message") + "\n";
  return std::string(json) + "\n";
}

std::string member_text(std::string_view json, std::string_view name) {
  rapidjson::Document document;
  document.Parse<kFlags>(json.data(), json.size());
  if (document.HasParseError()) return {};
  return text(document, std::string(name).c_str());
}

}  // namespace crmsync::daemon::cli
