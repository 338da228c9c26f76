// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/endpoint.hpp"

#include "connectors/hubspot/changes.hpp"
#include "connectors/hubspot/reader.hpp"
#include "connectors/hubspot/schema_cache.hpp"
#include "connectors/hubspot/spec_check.hpp"
#include "connectors/hubspot/writer.hpp"

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Result;
using engine::Status;

class HubspotEndpoint final : public Endpoint {
 public:
  HubspotEndpoint(EndpointSpec spec, std::shared_ptr<Account> account)
      : spec_(std::move(spec)),
        account_(std::move(account)),
        schema_(*account_, spec_.object),
        reader_(*account_, schema_, spec_),
        changes_(*account_, schema_, reader_, spec_),
        writer_(*account_, schema_, spec_) {}

  Task<Result<Description>> describe() override;
  Task<Result<void>> prepare() override;
  Task<Result<engine::Cursor>> start_cursor() override {
    auto cursor = co_await changes_.start();
    co_return cursor;
  }
  Task<Result<SnapshotPage>> snapshot(std::string token) override;
  Task<Result<ChangePage>> changes(engine::Cursor cursor) override {
    auto page = co_await changes_.next(std::move(cursor));
    co_return page;
  }
  Task<Result<std::vector<engine::Observation>>> fetch(FetchRequest request) override {
    auto seen = co_await reader_.fetch(std::move(request));
    co_return seen;
  }
  Task<Result<engine::Observation>> lookup_created(Operation create) override {
    auto seen = co_await reader_.lookup_created(std::move(create));
    co_return seen;
  }
  Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations, Lane lane) override {
    auto receipts = co_await writer_.apply(std::move(operations), lane);
    co_return receipts;
  }
  Task<Result<void>> acknowledge(engine::Cursor) override { co_return Status(); }

 private:
  Capabilities capabilities(wire::PropertyTable const& table) const;
  Task<Status> create_property(wire::PropertyTable const& table);
  Task<Status> read_fields(SnapshotPage& page);

  EndpointSpec spec_;
  std::shared_ptr<Account> account_;
  SchemaCache schema_;
  Reader reader_;
  ChangeFeed changes_;
  Writer writer_;
};

Capabilities HubspotEndpoint::capabilities(wire::PropertyTable const& table) const {
  Capabilities can;
  can.receipt_has_values = true;
  can.history = true;
  can.attribution = true;
  can.deletes_visible = true;
  auto const* key = table.find(spec_.external_id);
  can.unique_create = key != nullptr && key->unique;
  can.push = true;
  can.visibility_lag = changes_.overlap();
  can.fetch_batch_max = wire::kBatchMax;
  can.apply_batch_max = wire::kBatchMax;
  return can;
}

Task<Result<Description>> HubspotEndpoint::describe() {
  auto table = co_await schema_.refresh();
  if (!table) co_return table.error();
  auto checked = check_spec(spec_, **table);
  if (!checked) co_return checked.error();
  co_return Description{(*table)->schema(spec_.object), capabilities(**table)};
}

Task<Result<void>> HubspotEndpoint::prepare() {
  if (spec_.external_id.empty()) co_return Status();
  // Twice: somebody else may create it in between, and then theirs is looked at.
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto table = co_await schema_.refresh();
    if (!table) co_return table.error();
    if (auto const* property = (*table)->find(spec_.external_id); property != nullptr) {
      auto checked = check_external_id(spec_, *property);
      co_return checked;
    }
    auto created = co_await create_property(**table);
    if (!created && created.error().code != Errc::already_exists) co_return created.error();
  }
  auto table = co_await schema_.refresh();
  if (!table) co_return table.error();
  auto const* property = (*table)->find(spec_.external_id);
  if (property == nullptr)
    co_return engine::make_error(
        Errc::invalid_schema, "hubspot: create property " + spec_.external_id,
        "HubSpot does not list it although it says that it exists",
        "a deleted property of that name may be in the way: restore it or take another name");
  auto checked = check_external_id(spec_, *property);
  co_return checked;
}

Task<Status> HubspotEndpoint::create_property(wire::PropertyTable const& table) {
  auto const group = wire::property_group(spec_.object, table);
  Call call{.route = wire::RouteId::properties,
            .object = schema_.object(),
            .method = "POST",
            .body = wire::unique_property_body(spec_.external_id, group),
            .doing = "create property " + spec_.external_id + " of",
            .mutating = true};
  auto answer = co_await account_->expect(call);
  if (answer) co_return Status();
  auto error = answer.error();
  if (error.code != Errc::forbidden) co_return error;
  auto const target =
      account_->options().routes.target(wire::RouteId::properties, schema_.object());
  error.hint = "let an administrator send: POST " + account_->options().base_url + target.path +
               " " + call.body + ", or grant the token " + error.hint;
  co_return error;
}

// The list's URL cannot name so many properties: the ids come from the list, the rest by id.
Task<Status> HubspotEndpoint::read_fields(SnapshotPage& page) {
  FetchRequest request;
  request.lane = Lane::backfill;
  for (auto const& record : page.records) request.keys.push_back(record.key);
  auto seen = co_await reader_.fetch(std::move(request));
  if (!seen) co_return seen.error();
  std::vector<engine::Observation> live;
  for (auto& record : *seen)
    if (record.presence == engine::Presence::present) live.push_back(std::move(record));
  page.records = std::move(live);
  co_return Status();
}

Task<Result<SnapshotPage>> HubspotEndpoint::snapshot(std::string token) {
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  auto query = wire::list_query(reader_.properties(), token, false);
  bool const short_enough = query.size() <= wire::kQueryMax;
  if (!short_enough) query = wire::list_query({"hs_object_id"}, token, false);
  Call call{.route = wire::RouteId::list,
            .object = schema_.object(),
            .query = std::move(query),
            .doing = "list",
            .lane = Lane::backfill};
  auto answer = co_await account_->expect(call);
  if (!answer) co_return answer.error();
  auto found = wire::parse_page(answer->body);
  if (!found) co_return found.error();
  if (!found->after.empty() && found->after == token)
    co_return engine::make_error(Errc::corrupt, "hubspot: list " + spec_.object,
                                 "the page leads to itself");
  SnapshotPage page;
  for (auto const& record : found->records)
    if (!record.archived)
      page.records.push_back(
          reader_.observe(record, **table, answer->sent_at, engine::ReadSource::listing));
  page.next = found->after;
  page.done = found->after.empty();
  if (!short_enough && !page.records.empty()) {
    auto status = co_await read_fields(page);
    if (!status) co_return status.error();
  }
  co_return page;
}

}  // namespace

std::unique_ptr<Endpoint> make_endpoint(EndpointSpec spec, std::shared_ptr<Account> account) {
  return std::make_unique<HubspotEndpoint>(std::move(spec), std::move(account));
}

}  // namespace crmsync::connectors::hubspot
