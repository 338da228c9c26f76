// Users of the account at work, and what the account holds.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/control.hpp"
#include "connectors/simulator/faces/hubspot_inputs.hpp"
#include "connectors/simulator/model/reading.hpp"

namespace crmsync::connectors::simulator {
namespace {

struct Named {
  std::optional<model::TypeIndex> type;
  model::RecordId id = 0;
};

Named named_record(Order const& order) {
  return {order.crm().catalog().find(faces::text_or(order.body, "object", "")),
          faces::parse_record_id(faces::text_or(order.body, "id", "")).value_or(0)};
}

http::Response id_answer(model::RecordId id) {
  faces::JsonOut out;
  out.open().pair("id", std::to_string(id)).close();
  return done(out);
}

http::Response unknown_object() {
  return refused("`object` names no object type");
}

void write_history(faces::JsonOut& out, Order const& order, model::ObjectType const& type,
                   model::Record const& record) {
  out.key("history").open_list();
  for (auto const& version : record.history) {
    auto const& actor = order.crm().actor(version.actor);
    out.open()
        .pair("property", type.properties[version.property].name)
        .pair("value", version.value)
        .pair("at", model::format_stamp(version.at))
        .pair("sourceType", actor.source_type)
        .pair("sourceId", actor.source_id)
        .close();
  }
  out.close_list();
}

void write_dumped(faces::JsonOut& out, Order const& order, model::ObjectType const& type,
                  model::Record const& record, bool history) {
  out.open()
      .pair("id", std::to_string(record.now.id))
      .pair("archived", record.archived)
      .pair("createdAt", model::format_stamp(record.now.created_at))
      .pair("updatedAt", model::format_stamp(record.now.modified_at))
      .count("version", static_cast<std::int64_t>(record.now.version))
      .key("properties")
      .open();
  for (auto const& [name, property] : type.names) {
    auto const value = model::read(record.now, type, order.crm().catalog(), property);
    if (value) out.pair(name, *value);
  }
  out.close();
  if (history) write_history(out, order, type, record);
  out.close();
}

}  // namespace

http::Response seed_records(Order const& order) {
  auto const type = named_record(order).type;
  if (!type) return unknown_object();
  faces::JsonOut out;
  out.open().key("ids").open_list();
  std::size_t index = 0;
  for (auto const* item : faces::items_member(order.body, "records")) {
    auto const inputs = faces::property_inputs(*item);
    if (!inputs) return refused("records[" + std::to_string(index) + "] has no properties");
    auto const id = order.crm().create(*type, *inputs, speaker(order.body), order.now);
    if (!id) {
      auto refusal = id.error();
      refusal.message = "records[" + std::to_string(index) + "]: " + refusal.message;
      return refused(refusal);
    }
    if (faces::flag_member(*item, "archived", false))
      order.crm().archive(*type, *id, speaker(order.body), order.now);
    out.text(std::to_string(*id));
    ++index;
  }
  out.close_list().close();
  return done(out);
}

http::Response edit_record(Order const& order) {
  auto const [type, id] = named_record(order);
  auto const inputs = faces::property_inputs(order.body);
  if (!type) return unknown_object();
  if (!inputs) return refused("`properties` is missing");
  auto const edited = order.crm().update(*type, id, *inputs, speaker(order.body), order.now);
  return edited ? id_answer(*edited) : refused(edited.error());
}

http::Response merge_records(Order const& order) {
  auto const type = named_record(order).type;
  if (!type) return unknown_object();
  auto const primary = faces::parse_record_id(faces::text_or(order.body, "primary", ""));
  auto const other = faces::parse_record_id(faces::text_or(order.body, "other", ""));
  auto const survivor = order.crm().merge(*type, primary.value_or(0), other.value_or(0),
                                          speaker(order.body), order.now);
  return survivor ? id_answer(*survivor) : refused(survivor.error());
}

http::Response archive_record(Order const& order) {
  auto const [type, id] = named_record(order);
  if (!type) return unknown_object();
  if (!order.crm().archive(*type, id, speaker(order.body), order.now))
    return refused({model::Reason::not_found, "no live record of this id", {}, 0});
  return id_answer(id);
}

http::Response restore_record(Order const& order) {
  auto const [type, id] = named_record(order);
  if (!type) return unknown_object();
  auto const restored = order.crm().restore(*type, id, speaker(order.body), order.now);
  return restored ? id_answer(*restored) : refused(restored.error());
}

http::Response purge_record(Order const& order) {
  auto const [type, id] = named_record(order);
  if (!type) return unknown_object();
  if (!order.crm().purge(*type, id, speaker(order.body), order.now))
    return refused({model::Reason::not_found, "no record of this id", {}, 0});
  return id_answer(id);
}

http::Response dump_records(Order const& order) {
  auto const type = order.crm().catalog().find(query_value(order.query, "object"));
  if (!type) return unknown_object();
  bool const history = query_value(order.query, "history") == "true";
  auto const& schema = order.crm().catalog().type(*type);
  faces::JsonOut out;
  out.open().pair("object", schema.name).key("records").open_list();
  for (bool const archived : {false, true})
    for (auto const* record : order.crm().list(*type, 0, SIZE_MAX, archived).records)
      write_dumped(out, order, schema, *record, history);
  out.close_list().key("merged").open();
  for (auto const& [old_id, survivor] : order.crm().merged(*type))
    out.pair(std::to_string(old_id), std::to_string(survivor));
  out.close().close();
  return done(out);
}

http::Response change_schema(Order const& order) {
  auto const type = named_record(order).type;
  auto const name = faces::text_or(order.body, "name", "");
  if (!type) return unknown_object();
  auto& catalog = order.crm().catalog();
  faces::JsonOut out;
  out.open().pair("name", name).close();
  if (faces::flag_member(order.body, "archived", false)) {
    if (!catalog.archive_property(*type, name, order.now))
      return refused({model::Reason::not_found, "no property of this name", {}, 0});
    return done(out);
  }
  auto const* current = catalog.type(*type).find(name);
  model::Property property;
  if (current)
    property = *current;
  else
    property.group = catalog.type(*type).groups.front().name;
  faces::read_definition(order.body, property);
  property.name = name;
  if (property.label.empty()) property.label = name;
  property.read_only = faces::flag_member(order.body, "readOnly", property.read_only);
  property.updated_at = order.now;
  if (!current) {
    property.unique = faces::flag_member(order.body, "hasUniqueValue", false);
    property.created_at = order.now;
  }
  auto const changed = current ? catalog.change_property(*type, name, std::move(property))
                               : catalog.create_property(*type, std::move(property));
  return changed ? done(out) : refused(changed.error());
}

}  // namespace crmsync::connectors::simulator
