// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/reader.hpp"

#include <algorithm>
#include <set>

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Observation;
using engine::Presence;
using engine::ReadSource;
using engine::Result;
using engine::Status;

constexpr std::string_view kMergedIds = "hs_merged_object_ids";

std::set<std::string> absent_ids(wire::BatchAnswer const& answer) {
  std::set<std::string> ids;
  for (auto const& failure : answer.failures)
    if (failure.error.code == Errc::not_found) ids.insert(failure.ids.begin(), failure.ids.end());
  return ids;
}

}  // namespace

struct Reader::Round {
  TablePtr table;
  Lane lane = Lane::interactive;
  std::vector<std::string> ids;
  std::vector<std::string> history;
  Found& found;
  engine::Timestamp sent_at;  // of the latest request
};

std::vector<std::string> Reader::properties() const {
  std::set<std::string> names(spec_.fields.begin(), spec_.fields.end());
  if (!spec_.external_id.empty()) names.insert(spec_.external_id);
  names.erase(std::string(wire::kIdField));
  names.insert(std::string(kMergedIds));
  return {names.begin(), names.end()};
}

Observation Reader::observe(wire::WireRecord const& record, wire::PropertyTable const& table,
                            engine::Timestamp sent_at, ReadSource source) const {
  Observation seen;
  seen.key = record.id;
  seen.current_key = record.id;
  seen.presence = record.archived ? Presence::deleted : Presence::present;
  seen.history = wire::to_history(record, table, account_.own_writes().source());
  if (!record.archived) seen.fields = wire::to_record(record, table);
  seen.former_keys = record.merged_ids();
  seen.version = wire::version_of(record);
  seen.changed_at = record.archived && record.archived_at ? record.archived_at : record.updated_at;
  seen.observed_at = sent_at;
  seen.source = source;
  return seen;
}

Task<Result<wire::BatchAnswer>> Reader::batch_read(wire::BatchRead read, bool archived, Lane lane,
                                                   engine::Timestamp& sent_at) {
  Call call{.route = wire::RouteId::batch_read,
            .object = schema_.object(),
            .query = archived ? "?archived=true" : "",
            .body = wire::batch_read_body(read),
            .doing = "read",
            .lane = lane};
  auto answer = co_await account_.expect(call);
  if (!answer) co_return answer.error();
  sent_at = answer->sent_at;
  auto parsed = wire::parse_batch(answer->body, account_.asked(call));
  co_return parsed;
}

void Reader::place(Round& round, wire::WireRecord const& record, std::string const& asked) {
  account_.own_writes().learn(record);
  auto seen = observe(record, *round.table, round.sent_at, ReadSource::by_id);
  seen.key = asked;
  round.found.insert_or_assign(asked, std::move(seen));
}

Task<Status> Reader::read_single(Round& round, std::string id, bool& absent) {
  auto const names = properties();
  Call call{.route = wire::RouteId::read,
            .object = schema_.object(),
            .id = id,
            .query = wire::read_query(names),
            .doing = "read",
            .lane = round.lane};
  // Only the id matters here; a long list of names would not fit a URL.
  bool const too_long = call.query.size() > wire::kQueryMax;
  if (too_long) call.query.clear();
  auto answer = co_await account_.ask(call);
  if (!answer) co_return answer.error();
  absent = answer->status == 404 || answer->status == 410;
  if (absent) co_return Status();
  if (answer->status / 100 != 2) co_return account_.failure(*answer, call);
  auto record = wire::parse_record(answer->body);
  if (!record) co_return record.error();
  round.sent_at = answer->sent_at;
  if (record->archived) co_return Status();
  place(round, *record, id);
  // History was not part of this read; without it the fields still count.
  co_return Status();
}

// An id the live read did not bring is archived, merged into another record, or gone. Merges look
// like deletes from everywhere but a read of the old id itself, so that is done for each.
Task<Status> Reader::resolve_missing(Round& round, std::vector<std::string> missing) {
  wire::BatchRead read{.ids = missing,
                       .properties = {std::string("hs_object_id"), std::string(kMergedIds)},
                       .history = round.history};
  engine::Timestamp sent_at;
  auto archived = co_await batch_read(std::move(read), true, round.lane, sent_at);
  if (!archived) co_return archived.error();
  auto const nowhere = absent_ids(*archived);
  for (auto const& id : missing) {
    bool absent = false;
    auto status = co_await read_single(round, id, absent);
    if (!status) co_return status.error();
    if (round.found.contains(id)) continue;
    auto const record =
        std::find_if(archived->records.begin(), archived->records.end(),
                     [&id](wire::WireRecord const& r) { return r.id == id && r.archived; });
    if (record != archived->records.end()) {
      round.found.emplace(id, observe(*record, *round.table, sent_at, ReadSource::by_id));
      continue;
    }
    if (!absent || !nowhere.contains(id)) continue;  // unknown
    Observation gone;
    gone.key = id;
    gone.current_key = id;
    gone.presence = Presence::deleted;
    gone.observed_at = sent_at;
    round.found.emplace(id, std::move(gone));
  }
  co_return Status();
}

Task<Status> Reader::read_bin(Round& round) {
  wire::BatchRead read{
      .ids = round.ids, .properties = {std::string(wire::kIdField)}, .history = round.history};
  auto answer = co_await batch_read(std::move(read), true, round.lane, round.sent_at);
  if (!answer) co_return answer.error();
  for (auto const& record : answer->records)
    if (record.archived) place(round, record, record.id);
  co_return Status();
}

Task<Status> Reader::read_chunk(Round& round) {
  wire::BatchRead read{.ids = round.ids, .properties = properties(), .history = round.history};
  auto answer = co_await batch_read(std::move(read), false, round.lane, round.sent_at);
  if (!answer) co_return answer.error();
  std::set<std::string> const asked(round.ids.begin(), round.ids.end());
  for (auto const& record : answer->records) {
    if (record.archived) continue;
    if (asked.contains(record.id)) place(round, record, record.id);
  }
  for (auto const& record : answer->records) {
    if (record.archived) continue;
    for (auto const& former : record.merged_ids())
      if (asked.contains(former) && !round.found.contains(former)) place(round, record, former);
  }
  std::vector<std::string> missing;
  for (auto const& id : round.ids)
    if (!round.found.contains(id)) missing.push_back(id);
  if (missing.empty()) co_return Status();
  auto status = co_await resolve_missing(round, std::move(missing));
  co_return status;
}

Task<Result<std::vector<Observation>>> Reader::fetch(FetchRequest request) {
  if (request.keys.size() > wire::kBatchMax)
    co_return engine::make_error(Errc::limit_exceeded, "hubspot: read " + spec_.object,
                                 "more than 100 records in one call");
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  std::set<std::string> unique;
  for (auto const& key : request.keys)
    if (wire::is_record_id(key)) unique.insert(key);
  std::vector<std::string> const ids(unique.begin(), unique.end());
  std::size_t const size = request.with_history ? wire::kHistoryBatchMax : wire::kBatchMax;
  Found found;
  for (std::size_t at = 0; at < ids.size(); at += size) {
    auto const stop = std::min(ids.size(), at + size);
    Round round{.table = *table,
                .lane = request.lane,
                .ids = {ids.begin() + static_cast<std::ptrdiff_t>(at),
                        ids.begin() + static_cast<std::ptrdiff_t>(stop)},
                .history = {},
                .found = found,
                .sent_at = {}};
    if (request.with_history) round.history = request.history_fields;
    Status status;
    if (request.deleted)  // GCC 12 frees twice what stands on both sides of a `? co_await :`
      status = co_await read_bin(round);
    else
      status = co_await read_chunk(round);
    if (!status) co_return status.error();
  }
  std::vector<Observation> result;
  for (auto const& key : request.keys) {
    auto const seen = found.find(key);
    if (seen != found.end()) {
      result.push_back(seen->second);
      continue;
    }
    Observation unknown;
    unknown.key = key;
    unknown.current_key = key;
    unknown.observed_at = account_.runtime().now();
    result.push_back(std::move(unknown));
  }
  co_return result;
}

Task<Result<Observation>> Reader::lookup_created(Operation create) {
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  Observation seen;
  seen.observed_at = account_.runtime().now();
  if (spec_.external_id.empty() || create.external_id.empty()) co_return seen;
  wire::BatchRead read{
      .ids = {create.external_id}, .id_property = spec_.external_id, .properties = properties()};
  engine::Timestamp sent_at;
  auto answer = co_await batch_read(std::move(read), false, Lane::retry, sent_at);
  if (!answer) co_return answer.error();
  for (auto const& record : answer->records)
    if (!record.archived) co_return observe(record, **table, sent_at, ReadSource::by_id);
  bool const absent = std::any_of(
      answer->failures.begin(), answer->failures.end(),
      [](wire::BatchFailure const& failure) { return failure.error.code == Errc::not_found; });
  // Neither a record nor a word that there is none proves nothing.
  bool const silent = answer->records.empty() && answer->failures.empty();
  if (silent || !absent) co_return seen;
  seen.presence = Presence::none;
  seen.observed_at = sent_at;
  co_return seen;
}

}  // namespace crmsync::connectors::hubspot
