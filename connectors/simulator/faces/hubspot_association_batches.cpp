// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_associations.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::size_t kCreateMax = 2'000;
constexpr std::size_t kReadMax = 1'000;
constexpr std::size_t kArchiveMax = 100;

std::optional<model::RecordId> end_of(JsonValue const& input, std::string_view name) {
  auto const* end = member(input, name);
  if (!end) return std::nullopt;
  return parse_record_id(text_or(*end, "id", ""));
}

std::optional<http::Response> too_many(Call& call, std::size_t count, std::size_t max) {
  if (count >= 1 && count <= max) return std::nullopt;
  return bad_request(call, "inputs must hold between 1 and " + std::to_string(max) + " entries");
}

http::Response batch_connect(Call& call, bool labelled, int status) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const inputs = items_member(call.body(), "inputs");
  if (auto refusal = too_many(call, inputs.size(), kCreateMax)) return std::move(*refusal);
  BatchAnswer answer;
  for (auto const* input : inputs) {
    auto const from = end_of(*input, "from");
    auto const to = end_of(*input, "to");
    if (!from || !to) return bad_request(call, "Every input needs from.id and to.id");
    auto const types =
        labelled ? association_types(member(*input, "types")) : decltype(association_types({})){};
    auto const done =
        call.crm().associate(pair.from, *from, pair.to, *to, types, call.actor(), call.now);
    if (!done) {
      auto error = error_of(call, done.error());
      error.context = {{"fromObjectId", {std::to_string(*from)}},
                       {"toObjectId", {std::to_string(*to)}}};
      answer.error(error);
      continue;
    }
    answer.result(labelled ? pair_json(call, pair.from, *from, pair.to, *to)
                           : default_pair_json(call, pair.from, *from, pair.to, *to));
  }
  return answer.finish(call, status);
}

void disconnect(Call& call, PairLookup const& pair, JsonValue const& input,
                std::vector<model::AssociationTypeId> const& types) {
  auto const from = end_of(input, "from");
  if (!from) return;
  if (auto const one = end_of(input, "to"))
    call.crm().dissociate(pair.from, *from, pair.to, *one, types, call.actor(), call.now);
  for (auto const* target : items_member(input, "to"))
    if (auto const to = parse_record_id(text_or(*target, "id", "")))
      call.crm().dissociate(pair.from, *from, pair.to, *to, types, call.actor(), call.now);
}

}  // namespace

http::Response batch_create_associations(Call& call) {
  return batch_connect(call, true, call.legacy ? 201 : 200);
}

http::Response batch_default_associations(Call& call) {
  return batch_connect(call, false, 200);
}

http::Response batch_read_associations(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const inputs = items_member(call.body(), "inputs");
  if (auto refusal = too_many(call, inputs.size(), kReadMax)) return std::move(*refusal);
  BatchAnswer answer;
  for (auto const* input : inputs) {
    auto const text = text_or(*input, "id", "");
    auto const id = parse_record_id(text);
    auto const* record = id ? call.crm().find(pair.from, *id) : nullptr;
    auto const edges = record && !record->archived
                           ? call.crm().associations().edges(pair.from, record->now.id, pair.to)
                           : std::vector<model::Edge>{};
    if (edges.empty()) {
      ErrorBody error;
      error.category = "OBJECT_NOT_FOUND";
      error.message =
          "No " + call.crm().catalog().type(pair.to).singular + " is associated with " + text;
      error.context = {{"fromObjectId", {text}}};
      answer.error(error);
      continue;
    }
    JsonOut out;
    out.open().key("from").open().pair("id", text).close().key("to").open_list();
    for (auto const& edge : edges) write_edge(out, call, pair.from, pair.to, edge);
    answer.result(out.close_list().close().str());
  }
  return answer.finish(call, 200);
}

http::Response batch_archive_associations(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const inputs = items_member(call.body(), "inputs");
  if (auto refusal = too_many(call, inputs.size(), kArchiveMax)) return std::move(*refusal);
  for (auto const* input : inputs) disconnect(call, pair, *input, {});
  return no_content();
}

http::Response batch_archive_labels(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const inputs = items_member(call.body(), "inputs");
  if (auto refusal = too_many(call, inputs.size(), kArchiveMax)) return std::move(*refusal);
  for (auto const* input : inputs) {
    auto const types = association_types(member(*input, "types"));
    if (!types.empty()) disconnect(call, pair, *input, types);
  }
  return no_content();
}

}  // namespace crmsync::connectors::simulator::faces
