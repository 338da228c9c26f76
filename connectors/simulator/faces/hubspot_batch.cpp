// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_batch.hpp"

#include "connectors/simulator/faces/hubspot_inputs.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>
#include <set>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::size_t kBatchWithHistoryMax = 50;

// One input of a batch write on its way.
struct Item {
  JsonValue const* input = nullptr;
  std::string id;     // as sent; empty for creates
  std::string trace;  // objectWriteTraceId; empty: none
  model::Inputs properties;
  std::optional<ErrorBody> refusal;
  model::Crm::Prepared prepared;
  bool is_new = false;
};

struct Batch {
  model::TypeIndex type = 0;
  std::vector<Item> items;
  std::optional<http::Response> refused;  // the whole request is
};

// The first text that comes twice; empty texts do not count.
std::optional<std::string> repeated(std::vector<Item> const& items, std::string Item::*field) {
  std::set<std::string> seen;
  for (auto const& item : items)
    if (!(item.*field).empty() && !seen.insert(item.*field).second) return item.*field;
  return std::nullopt;
}

Batch read_batch(Call& call, bool creates) {
  Batch batch;
  auto [type, refusal] = find_type(call);
  if (!type) {
    batch.refused = std::move(refusal);
    return batch;
  }
  batch.type = *type;
  auto const inputs = items_member(call.body(), "inputs");
  if (inputs.empty() || inputs.size() > kBatchMax) {
    batch.refused = bad_request(call, "inputs must hold between 1 and 100 records");
    return batch;
  }
  for (auto const* input : inputs) {
    auto properties = property_inputs(*input);
    Item item;
    item.input = input;
    item.id = creates ? std::string() : text_or(*input, "id", "");
    item.trace = text_or(*input, "objectWriteTraceId", "");
    if (!properties || (!creates && item.id.empty())) {
      batch.refused = bad_request(call, "Invalid input JSON: an input lacks id or properties");
      return batch;
    }
    item.properties = std::move(*properties);
    batch.items.push_back(std::move(item));
  }
  if (auto const id = repeated(batch.items, &Item::id))
    batch.refused = bad_request(call, "Duplicate IDs found in batch input: [" + *id + "]");
  else if (repeated(batch.items, &Item::trace))
    batch.refused = bad_request(call, "objectWriteTraceId must be unique in the batch");
  return batch;
}

void refuse(Item& item, ErrorBody error) {
  item.refusal = std::move(error);
}

void prepare_create(Call& call, model::TypeIndex type, Item& item) {
  item.is_new = true;
  auto prepared = call.crm().prepare_create(type, item.properties, call.actor());
  if (!prepared) return refuse(item, error_of(call, prepared.error()));
  if (auto error = check_associations(call, type, *item.input))
    return refuse(item, std::move(*error));
  item.prepared = std::move(*prepared);
}

void prepare_update(Call& call, model::TypeIndex type, Item& item, model::Record const* record) {
  if (!record || record->archived) {
    ErrorBody error;
    error.status = 404;
    error.category = "OBJECT_NOT_FOUND";
    error.message =
        "Could not get some objects, they may be deleted or not exist. Check that "
        "ids are valid.";
    error.context = {{"ids", {item.id}}};
    return refuse(item, std::move(error));
  }
  auto const id = record->now.id;
  call.crm().reach(model::Moment::before_write, type, id, call.now);
  auto prepared = call.crm().prepare_update(type, id, item.properties, call.actor());
  if (!prepared) return refuse(item, error_of(call, prepared.error()));
  item.prepared = std::move(*prepared);
}

// Two inputs of one batch must not take the same unique value.
void refuse_colliding(Call& call, Batch& batch) {
  std::set<std::pair<model::PropertyId, std::string>> taken;
  for (auto& item : batch.items) {
    if (item.refusal) continue;
    for (auto const& claim : item.prepared.claims) {
      if (taken.insert(claim).second) continue;
      ErrorBody error;
      error.status = 409;
      error.category = "CONFLICT";
      auto const& schema = call.crm().catalog().type(batch.type);
      error.message = "Two inputs of this batch have the same value for the unique property " +
                      schema.properties[claim.first].name;
      refuse(item, std::move(error));
      break;
    }
  }
}

std::string result_json(Call& call, model::TypeIndex type, Item const& item, model::RecordId id,
                        bool upsert) {
  auto selection = written(item.properties);
  selection.everything_set = item.is_new;
  JsonOut out;
  out.open();
  write_record(out, call, type, *call.crm().find(type, id), selection);
  if (!item.trace.empty()) out.pair("objectWriteTraceId", item.trace);
  if (upsert) out.pair("new", item.is_new);
  out.close();
  return out.str();
}

void fail_one(Call& call, Batch& batch) {
  if (!call.fail_one) return;
  ErrorBody error;
  error.message = "This record could not be saved";
  auto& item = batch.items[batch.items.size() / 2];
  if (!item.refusal) refuse(item, std::move(error));
}

// Commits what passed. Without a trace id on every input there is no telling which one failed, and
// the first refusal is the answer to the whole batch; a missing id is told apart by its own text.
http::Response finish_writes(Call& call, Batch& batch, int status, bool upsert, bool all_or_none) {
  refuse_colliding(call, batch);
  fail_one(call, batch);
  bool const traced =
      std::ranges::all_of(batch.items, [](Item const& item) { return !item.trace.empty(); });
  for (auto const& item : batch.items) {
    bool const attributable = traced || (item.refusal && item.refusal->status == 404);
    if (item.refusal && (!attributable || all_or_none)) return error_response(call, *item.refusal);
  }
  BatchAnswer answer;
  std::vector<std::string> results;
  std::vector<model::RecordId> done;
  for (auto& item : batch.items) {
    if (item.refusal) {
      if (!item.trace.empty())
        item.refusal->context.push_back({"objectWriteTraceId", {item.trace}});
      answer.error(*item.refusal);
      continue;
    }
    auto const id = call.crm().commit(std::move(item.prepared), call.now);
    ++(item.is_new ? call.state.created : call.state.updated);
    if (item.is_new) (void)apply_associations(call, batch.type, id, *item.input);
    results.push_back(result_json(call, batch.type, item, id, upsert));
    done.push_back(id);
  }
  // Order is not promised, so it is not kept.
  std::ranges::reverse(results);
  for (auto& result : results) answer.result(std::move(result));
  auto response = answer.finish(call, status);
  for (auto const id : done) call.crm().reach(model::Moment::after_write, batch.type, id, call.now);
  return response;
}

}  // namespace

void BatchAnswer::error(ErrorBody const& error) {
  JsonOut out;
  write_batch_error(out, error);
  errors_.push_back(out.str());
}

http::Response BatchAnswer::finish(Call& call, int status) const {
  JsonOut out;
  out.open().pair("status", "COMPLETE").key("results").open_list();
  for (auto const& result : results_) out.raw(result);
  out.close_list();
  if (has_errors()) {
    out.count("numErrors", static_cast<std::int64_t>(errors_.size())).key("errors").open_list();
    for (auto const& error : errors_) out.raw(error);
    out.close_list();
  }
  auto const now = model::format_stamp(call.now);
  out.pair("startedAt", now).pair("completedAt", now).close();
  if (!has_errors()) return json_response(status, out);
  bool const tells = call.legacy || call.state.partial_answers++ % 2 == 0;
  return json_response(tells ? 207 : status, out);
}

http::Response batch_create(Call& call) {
  auto batch = read_batch(call, true);
  if (batch.refused) return std::move(*batch.refused);
  for (auto& item : batch.items) prepare_create(call, batch.type, item);
  return finish_writes(call, batch, 201, false, false);
}

http::Response batch_update(Call& call) {
  auto batch = read_batch(call, false);
  if (batch.refused) return std::move(*batch.refused);
  for (auto& item : batch.items) {
    auto const found =
        find_record(call, batch.type, item.id, text_member(*item.input, "idProperty"));
    if (found.refusal) return error_response(call, *found.refusal);
    prepare_update(call, batch.type, item, found.record);
  }
  return finish_writes(call, batch, 200, false, false);
}

http::Response batch_upsert(Call& call) {
  auto batch = read_batch(call, false);
  if (batch.refused) return std::move(*batch.refused);
  bool by_identity = false;
  for (auto& item : batch.items) {
    auto const id_property = text_member(*item.input, "idProperty");
    auto const found = find_record(call, batch.type, item.id, id_property);
    if (found.refusal) return error_response(call, *found.refusal);
    if (found.record || !id_property) {
      prepare_update(call, batch.type, item, found.record);
      continue;
    }
    by_identity =
        by_identity || *id_property == call.crm().catalog().type(batch.type).identity_property;
    std::erase_if(item.properties, [&](auto const& input) { return input.first == *id_property; });
    item.properties.emplace_back(*id_property, item.id);
    prepare_create(call, batch.type, item);
  }
  return finish_writes(call, batch, 200, true, by_identity);
}

http::Response batch_archive(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const inputs = items_member(call.body(), "inputs");
  if (inputs.empty() || inputs.size() > kBatchMax)
    return bad_request(call, "inputs must hold between 1 and 100 records");
  for (auto const* input : inputs) {
    auto const id = parse_record_id(text_or(*input, "id", ""));
    if (!id) continue;
    call.crm().reach(model::Moment::before_write, *type, *id, call.now);
    if (call.crm().archive(*type, *id, call.actor(), call.now)) ++call.state.archived;
  }
  return no_content();
}

http::Response batch_read(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  Selection const selection{texts_member(call.body(), "properties"),
                            texts_member(call.body(), "propertiesWithHistory"),
                            {},
                            false};
  auto const limit = selection.history.empty() ? kBatchMax : kBatchWithHistoryMax;
  auto const inputs = items_member(call.body(), "inputs");
  if (inputs.empty() || inputs.size() > limit)
    return bad_request(call, "inputs must hold between 1 and " + std::to_string(limit) + " ids");
  auto const id_property = text_member(call.body(), "idProperty");
  std::set<model::RecordId> shown;
  std::vector<std::string> missing;
  BatchAnswer answer;
  for (auto const* input : inputs) {
    auto const id = text_or(*input, "id", "");
    auto const found = find_record(call, *type, id, id_property);
    if (found.refusal) return error_response(call, *found.refusal);
    if (!found.record || found.record->archived != call.asked_flag("archived")) {
      missing.push_back(id);
      continue;
    }
    if (!shown.insert(found.record->now.id).second) continue;
    JsonOut out;
    out.open();
    write_record(out, call, *type, *found.record, selection);
    answer.result(out.close().str());
  }
  if (!missing.empty()) {
    ErrorBody error;
    error.category = "OBJECT_NOT_FOUND";
    error.message = "Could not get some " + call.crm().catalog().type(*type).label +
                    " objects, they may be deleted or not exist. Check that ids are valid.";
    error.context = {{"ids", missing}};
    answer.error(error);
  }
  auto response = answer.finish(call, 200);
  for (auto const id : shown) call.crm().reach(model::Moment::after_read, *type, id, call.now);
  return response;
}

}  // namespace crmsync::connectors::simulator::faces
