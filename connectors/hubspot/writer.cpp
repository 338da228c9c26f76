// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/writer.hpp"

#include "connectors/hubspot/wire/value.hpp"
#include "connectors/hubspot/wire/webhook.hpp"

#include <algorithm>
#include <set>

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Error;
using engine::Result;
using engine::Status;

// A hundred operations that all fail alone would need 199 requests; the rest waits for its retry.
constexpr int kCallsMax = 48;

std::string_view verb(OperationKind kind) noexcept {
  switch (kind) {
    case OperationKind::create:
      return "create";
    case OperationKind::update:
      return "update";
    case OperationKind::archive:
      return "archive";
    case OperationKind::erase:
      return "erase";
  }
  return "write";
}

// The request as a whole was refused because of what is in it: smaller ones may pass.
bool concerns_content(Errc code) noexcept {
  return code == Errc::invalid_value || code == Errc::invalid_schema || code == Errc::read_only ||
         code == Errc::already_exists || code == Errc::not_found || code == Errc::limit_exceeded;
}

bool names(std::vector<std::string> const& list, std::string const& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

struct Writer::Batch {
  OperationKind kind;
  Lane lane;
  std::vector<Operation> operations;
  std::vector<Receipt> receipts;
  TablePtr table;
  std::vector<Group> todo;  // last one next
  bool settled_any = false;

  void fail(Job const& job, Error error) {
    receipts[job.index].error = std::move(error);
    settled_any = true;
  }
};

Status Writer::check(std::vector<Operation> const& operations) const {
  std::string const op = "hubspot: write " + spec_.object;
  if (operations.size() > wire::kBatchMax)
    return engine::make_error(Errc::limit_exceeded, op, "more than 100 operations in one call");
  std::set<std::string> keys;
  std::set<std::uint64_t> op_ids;
  for (auto const& operation : operations) {
    if (operation.kind != operations.front().kind)
      return engine::make_error(Errc::internal, op, "operations of different kinds in one call");
    bool const create = operation.kind == OperationKind::create;
    auto const& key = create ? operation.external_id : operation.key;
    if (!key.empty() && !keys.insert(key).second)
      return engine::make_error(Errc::internal, op, "two operations for one record in one call");
    if (!op_ids.insert(operation.op_id).second)
      return engine::make_error(Errc::internal, op, "one operation twice in one call");
  }
  return {};
}

Result<wire::WriteInput> Writer::build(Operation const& operation,
                                       wire::PropertyTable const& table) const {
  std::string const op = "hubspot: " + std::string(verb(operation.kind)) + " " + spec_.object;
  wire::WriteInput input;
  input.trace_id = std::to_string(operation.op_id);
  bool const create = operation.kind == OperationKind::create;
  if (!create && !wire::is_record_id(operation.key))
    return engine::make_error(Errc::not_found, op, "the key is no HubSpot record id");
  if (operation.kind == OperationKind::erase && wire::canonical_object(spec_.object) != "contacts")
    return engine::make_error(Errc::unsupported, op, "HubSpot erases contacts only",
                              "use `archive_crm` for this object");
  input.id = create ? operation.external_id : operation.key;
  if (create && !spec_.external_id.empty() && !operation.external_id.empty())
    input.id_property = spec_.external_id;
  if (create && input.id_property.empty()) input.id.clear();
  for (auto const& [name, value] : operation.fields) {
    auto const* property = table.find(name);
    if (property == nullptr) {
      auto const near = table.nearest(name);
      auto error = engine::make_error(Errc::invalid_schema, op, "HubSpot has no property " + name,
                                      near.empty() ? "correct the mapping, or create the property"
                                                   : "did you mean " + near + "?");
      error.fields.push_back(name);
      return error;
    }
    auto text = wire::to_wire(*property, value);
    if (!text) return text.error();
    if (name != input.id_property) input.properties.emplace_back(name, std::move(*text));
  }
  if (!input.id_property.empty()) input.properties.emplace_back(input.id_property, input.id);
  return input;
}

// Refusing by a table that is out of date would be wrong: before the first refusal counts, the
// properties are read again.
Task<Result<Writer::Group>> Writer::build_all(Batch& batch) {
  for (int attempt = 0;; ++attempt) {
    Group group;
    bool refused = false;
    for (std::size_t i = 0; i < batch.operations.size(); ++i) {
      batch.receipts[i].error.reset();
      auto input = build(batch.operations[i], *batch.table);
      if (input) {
        group.push_back({i, std::move(*input)});
        continue;
      }
      refused = true;
      batch.receipts[i].error = input.error();
    }
    if (!refused || attempt > 0 || !schema_.worth_refreshing()) co_return group;
    auto fresh = co_await schema_.refresh();
    if (!fresh) co_return fresh.error();
    batch.table = *fresh;
  }
}

Call Writer::call_for(Batch const& batch, Group const& group) const {
  Call call{.object = schema_.object(),
            .doing = std::string(verb(batch.kind)),
            .mutating = true,
            .lane = batch.lane};
  std::vector<wire::WriteInput> inputs;
  std::vector<std::string> ids;
  for (auto const& job : group) {
    inputs.push_back(job.input);
    ids.push_back(job.input.id);
  }
  switch (batch.kind) {
    case OperationKind::create:
      call.route = group.front().input.id_property.empty() ? wire::RouteId::batch_create
                                                           : wire::RouteId::batch_upsert;
      call.body = wire::batch_write_body(inputs);
      break;
    case OperationKind::update:
      call.route = wire::RouteId::batch_update;
      call.body = wire::batch_write_body(inputs);
      break;
    case OperationKind::archive:
      call.route = wire::RouteId::batch_archive;
      call.body = wire::batch_archive_body(ids);
      break;
    case OperationKind::erase:
      call.route = wire::RouteId::gdpr_delete;
      call.body = wire::gdpr_delete_body(ids.front());
      break;
  }
  return call;
}

void Writer::succeed(Batch& batch, Job const& job, wire::WireRecord const* record) {
  auto& receipt = batch.receipts[job.index];
  batch.settled_any = true;
  receipt.key = batch.operations[job.index].key;
  if (record == nullptr) return;
  receipt.key = record->id;
  // The flag is missing from plain creates, which make a record or fail.
  receipt.created = batch.kind == OperationKind::create && record->is_new.value_or(true);
  receipt.version = wire::version_of(*record);
  receipt.changed_at = record->updated_at;
  auto const held = wire::to_record(*record, *batch.table);
  for (auto const& [name, sent] : job.input.properties) {
    if (auto const* value = held.find(name)) receipt.stored.set(name, *value);
    auto const* text = record->property(name);
    if (text != nullptr) account_.own_writes().remember(record->id, name, text->value_or(""));
  }
}

// Operations the answer says nothing about. Writes by id or by our unique property may be repeated,
// so they are sent again in smaller groups; a plain create may not.
void Writer::reopen(Batch& batch, Group open, bool alone, wire::BatchAnswer const& answer) {
  bool const silent = answer.failures.empty();
  bool const repeatable =
      batch.kind != OperationKind::create || !open.front().input.id_property.empty();
  if (repeatable && !alone) {
    split(batch, std::move(open), {});
    return;
  }
  // As many failures as open operations: every one of them failed, although not which with what.
  bool const all_failed = answer.failures.size() >= open.size();
  auto error = all_failed ? answer.failures.front().error
                          : engine::make_error(Errc::transient, "hubspot: write " + spec_.object,
                                               "the answer does not name this operation");
  error.maybe_applied = silent || !all_failed;
  for (auto const& job : open) batch.fail(job, error);
}

// Whom the answer names succeeded or failed.
void Writer::settle(Batch& batch, Group group, wire::BatchAnswer const& answer) {
  bool const alone = group.size() == 1;
  if (alone && answer.records.size() == 1 && answer.failures.empty()) {
    succeed(batch, group.front(), &answer.records.front());
    return;
  }
  Group open;
  for (auto& job : group) {
    auto const named = std::find_if(answer.failures.begin(), answer.failures.end(),
                                    [&job](wire::BatchFailure const& failure) {
                                      if (!failure.trace_ids.empty())
                                        return names(failure.trace_ids, job.input.trace_id);
                                      return names(failure.ids, job.input.id);
                                    });
    if (named != answer.failures.end()) {
      batch.fail(job, named->error);
      continue;
    }
    auto const record = std::find_if(answer.records.begin(), answer.records.end(),
                                     [&job](wire::WireRecord const& r) {
                                       if (!r.trace_id.empty())
                                         return r.trace_id == job.input.trace_id;
                                       if (job.input.id_property.empty())
                                         return !job.input.id.empty() && r.id == job.input.id;
                                       auto const* key = r.property(job.input.id_property);
                                       return key != nullptr && *key == job.input.id;
                                     });
    if (record != answer.records.end())
      succeed(batch, job, &*record);
    else
      open.push_back(std::move(job));
  }
  if (!open.empty()) reopen(batch, std::move(open), alone, answer);
}

void Writer::split(Batch& batch, Group group, wire::BatchFailure const& failure) const {
  Group rest;
  for (auto& job : group) {
    bool const named = names(failure.trace_ids, job.input.trace_id) ||
                       (failure.trace_ids.empty() && names(failure.ids, job.input.id));
    if (named)
      batch.fail(job, failure.error);
    else
      rest.push_back(std::move(job));
  }
  if (rest.empty()) return;
  if (rest.size() < group.size() || rest.size() == 1) {
    batch.todo.push_back(std::move(rest));
    return;
  }
  auto const middle = rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2);
  batch.todo.emplace_back(std::make_move_iterator(middle), std::make_move_iterator(rest.end()));
  rest.erase(middle, rest.end());
  batch.todo.push_back(std::move(rest));
}

Task<Status> Writer::send(Batch& batch, Group group) {
  auto const call = call_for(batch, group);
  auto answer = co_await account_.ask(call);
  if (!answer) {
    for (auto const& job : group) batch.receipts[job.index].error = answer.error();
    co_return answer.error();
  }
  if (answer->status / 100 == 2) {
    if (answer->body.empty()) {
      for (auto const& job : group) succeed(batch, job, nullptr);
      co_return Status();
    }
    auto parsed = wire::parse_batch(answer->body, account_.asked(call));
    if (parsed) {
      settle(batch, std::move(group), *parsed);
      co_return Status();
    }
    auto error = parsed.error();
    error.maybe_applied = true;
    for (auto const& job : group) batch.receipts[job.index].error = error;
    co_return error;
  }
  auto failure = wire::request_failure_of(answer->status, answer->retry_after_ms, answer->body,
                                          account_.asked(call));
  if (!concerns_content(failure.error.code)) {
    for (auto const& job : group) batch.receipts[job.index].error = failure.error;
    co_return failure.error;
  }
  if (group.size() == 1)
    batch.fail(group.front(), std::move(failure.error));
  else
    split(batch, std::move(group), failure);
  co_return Status();
}

Task<Result<std::vector<Receipt>>> Writer::apply(std::vector<Operation> operations, Lane lane) {
  if (operations.empty()) co_return std::vector<Receipt>{};
  auto checked = check(operations);
  if (!checked) co_return checked.error();
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  Batch batch{.kind = operations.front().kind, .lane = lane, .table = *table};
  for (auto const& operation : operations) {
    Receipt receipt;
    receipt.op_id = operation.op_id;
    receipt.key = operation.key;
    batch.receipts.push_back(std::move(receipt));
  }
  batch.operations = std::move(operations);
  auto group = co_await build_all(batch);
  if (!group) co_return group.error();
  if (batch.kind == OperationKind::erase) {
    for (auto& job : *group) batch.todo.push_back({std::move(job)});
  } else if (!group->empty()) {
    batch.todo.push_back(std::move(*group));
  }
  for (int calls = 0; !batch.todo.empty() && calls < kCallsMax; ++calls) {
    auto next = std::move(batch.todo.back());
    batch.todo.pop_back();
    auto status = co_await send(batch, std::move(next));
    if (status) continue;
    if (!batch.settled_any) co_return status.error();
    break;
  }
  // What was never sent is certainly not applied.
  for (auto const& waiting : batch.todo)
    for (auto const& job : waiting)
      batch.receipts[job.index].error = engine::make_error(
          Errc::transient, "hubspot: write " + spec_.object,
          "not sent: other operations of the batch failed first", "it is tried again");
  co_return std::move(batch.receipts);
}

}  // namespace crmsync::connectors::hubspot
