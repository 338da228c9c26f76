// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/record.hpp"

#include "connectors/hubspot/wire/routes.hpp"
#include "connectors/hubspot/wire/value.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot::wire {

namespace {

using engine::Errc;
using engine::Result;

engine::Error corrupt(std::string detail) {
  return engine::make_error(Errc::corrupt, "hubspot: read answer", std::move(detail));
}

std::optional<engine::Timestamp> stamp_of(JsonView view) {
  auto const text = view.text();
  if (!text) return std::nullopt;
  return parse_stamp(*text);
}

std::optional<std::string> text_or_null(JsonView view) {
  auto const text = view.text();
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::vector<WireVersion> parse_versions(JsonView list) {
  std::vector<WireVersion> versions;
  for (auto const& item : list.items()) {
    JsonView const view(&item);
    auto const at = stamp_of(view["timestamp"]);
    if (!at) return {};  // without its time a version cannot be placed
    versions.push_back({text_or_null(view["value"]), *at, view["sourceType"].text_or_empty(),
                        view["sourceId"].text_or_empty()});
  }
  // Documented as newest first; a stable sort makes sure without moving what is right.
  std::stable_sort(versions.begin(), versions.end(),
                   [](WireVersion const& a, WireVersion const& b) { return a.at > b.at; });
  return versions;
}

Result<WireRecord> parse_one(JsonView view) {
  WireRecord record;
  record.id = view["id"].text_or_empty();
  if (!is_record_id(record.id)) return corrupt("a record has no usable id");
  record.trace_id = view["objectWriteTraceId"].text_or_empty();
  if (view["new"].exists()) record.is_new = view["new"].is_true();
  record.archived = view["archived"].is_true();
  record.updated_at = stamp_of(view["updatedAt"]);
  record.archived_at = stamp_of(view["archivedAt"]);
  for (auto const& [name, value] : view["properties"].members()) {
    // An object or a boolean is not how a property travels: unknown rather than blank.
    if (!value.is_null() && !value.text()) continue;
    record.properties.emplace_back(std::string(name), text_or_null(value));
  }
  for (auto const& [name, versions] : view["propertiesWithHistory"].members())
    if (versions.is_array()) record.history.emplace(std::string(name), parse_versions(versions));
  return record;
}

Result<std::vector<WireRecord>> parse_all(JsonView list) {
  std::vector<WireRecord> records;
  records.reserve(list.items().size());
  for (auto const& item : list.items()) {
    auto record = parse_one(JsonView(&item));
    if (!record) return record.error();
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace

std::optional<std::string> const* WireRecord::property(std::string_view name) const noexcept {
  for (auto const& [key, value] : properties)
    if (key == name) return &value;
  return nullptr;
}

std::vector<std::string> WireRecord::merged_ids() const {
  auto const* text = property("hs_merged_object_ids");
  if (text == nullptr || !*text) return {};
  auto const value = from_wire(WireType::multi_enumeration, **text);
  auto const* set = value ? std::get_if<engine::StringSet>(&*value) : nullptr;
  return set != nullptr ? set->items() : std::vector<std::string>{};
}

Result<WireRecord> parse_record(std::string_view body) {
  auto document = JsonDocument::parse(body);
  if (!document) return document.error();
  return parse_one(document->root());
}

Result<WirePage> parse_page(std::string_view body) {
  auto document = JsonDocument::parse(body);
  if (!document) return document.error();
  auto const root = document->root();
  if (!root["results"].is_array()) return corrupt("the page has no list of results");
  auto records = parse_all(root["results"]);
  if (!records) return records.error();
  return WirePage{std::move(*records), root["paging"]["next"]["after"].text_or_empty()};
}

Result<BatchAnswer> parse_batch(std::string_view body, Asked const& asked) {
  auto document = JsonDocument::parse(body);
  if (!document) return document.error();
  auto const root = document->root();
  if (!root["results"].is_array() && !root["errors"].is_array())
    return corrupt("the batch answer has neither results nor errors");
  auto records = parse_all(root["results"]);
  if (!records) return records.error();
  BatchAnswer answer{std::move(*records), {}};
  for (auto const& item : root["errors"].items())
    answer.failures.push_back(batch_failure_of(JsonView(&item), asked));
  return answer;
}

engine::Record to_record(WireRecord const& record, PropertyTable const& table) {
  engine::Record fields;
  for (auto const& [name, text] : record.properties) {
    auto const* property = table.find(name);
    if (property == nullptr) continue;
    auto value = from_wire(property->type, text);
    if (value) fields.set(name, std::move(*value));
  }
  if (table.find(kIdField) == nullptr) fields.set(kIdField, record.id);
  return fields;
}

engine::VersionToken version_of(WireRecord const& record) {
  engine::VersionToken version;
  if (record.updated_at) version.order = record.updated_at->micros;
  if (record.archived_at) version.order = std::max(version.order, record.archived_at->micros);
  return version;
}

bool OwnSource::wrote(WireVersion const& version) const noexcept {
  if (version.source_type != "INTEGRATION" && version.source_type != "API") return false;
  return id.empty() || version.source_id.empty() || version.source_id == id;
}

std::map<std::string, std::vector<engine::FieldVersion>, std::less<>> to_history(
    WireRecord const& record, PropertyTable const& table, OwnSource const& own) {
  std::map<std::string, std::vector<engine::FieldVersion>, std::less<>> result;
  for (auto const& [name, versions] : record.history) {
    auto const* property = table.find(name);
    if (property == nullptr) continue;
    std::vector<engine::FieldVersion> typed;
    for (auto const& version : versions) {
      auto value = from_wire(property->type, version.value);
      if (!value) break;
      typed.push_back({std::move(*value), version.at, version.source_type, own.wrote(version)});
    }
    if (typed.size() == versions.size()) result.emplace(name, std::move(typed));
  }
  return result;
}

}  // namespace crmsync::connectors::hubspot::wire
