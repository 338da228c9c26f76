// The fields of every row in stored order: the format. A new field goes to the end of its row with
// a raised row version; the order of what is there never changes. The bindings name every member,
// so that a member which is not stored does not compile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/codec_archive.hpp"
#include "state/rows.hpp"
#include "state/stored_rows.hpp"

namespace crmsync::state {

template <class Archive, class Row>
using Field = std::conditional_t<Archive::kReads, Row, Row const>;

template <class A>
void fields(A& a, Field<A, IntakeRow>& r) {
  auto& [sequence, mapping, side, key, kind, new_key, at] = r;
  a(sequence, mapping, side, key, kind, new_key, at);
}

template <class A>
void fields(A& a, Field<A, CursorRow>& r) {
  auto& [cursor, snapshot, snapshot_token, snapshot_records, polled_at] = r;
  a(cursor, snapshot, snapshot_token, snapshot_records, polled_at);
}

template <class A>
void fields(A& a, Field<A, MappingRow>& r) {
  auto& [name, paused, apply_approved, fields, app_identity, crm_identity, guard_events] = r;
  a(name, paused, apply_approved, fields, app_identity, crm_identity, guard_events);
}

template <class A>
void fields(A& a, Field<A, LinkRow>& r) {
  auto& [id, mapping, state, app_key, crm_id, external_id, crm_aliases, created_at, changed_at,
         app_gone_at] = r;
  a(id, mapping, state, app_key, crm_id, external_id, crm_aliases, created_at, changed_at);
  if (a.version() >= 2) a(app_gone_at);
}

template <class A>
void fields(A& a, Field<A, engine::FieldBase>& r) {
  auto& [app, crm] = r;
  a(app, crm);
}

template <class A>
void fields(A& a, Field<A, engine::OwedDecision>& r) {
  auto& [base, consumed_app, consumed_crm, result, owed_app, owed_crm, fired] = r;
  a(base, consumed_app, consumed_crm, result, owed_app, owed_crm, fired);
}

template <class A>
void fields(A& a, Field<A, engine::TrailEntry>& r) {
  auto& [at, written, value_digest] = r;
  a(at, written, value_digest);
}

template <class A>
void fields(A& a, Field<A, FieldMark>& r) {
  auto& [field, status, owed, after_crash, rewritten, answer, answer_app, answer_crm, drift_seen,
         trail] = r;
  a(field, status, owed, after_crash, rewritten, answer, answer_app, answer_crm, drift_seen, trail);
}

template <class A>
void fields(A& a, Field<A, BaseRow>& r) {
  auto& [link, app, crm, app_version, crm_version, app_seen_at, crm_seen_at, marks] = r;
  a(link, app, crm, app_version, crm_version, app_seen_at, crm_seen_at, marks);
}

template <class A>
void fields(A& a, Field<A, IntentRow>& r) {
  auto& [op_id, mapping, link, side, kind, app_key, crm_id, external_id, fields, consumed, sent,
         source, attempt, generation, at, read_stamp] = r;
  a(op_id, mapping, link, side, kind, app_key, crm_id, external_id, fields, consumed, sent, source,
    attempt, generation, at);
  if (a.version() >= 2) a(read_stamp);
}

template <class A>
void fields(A& a, Field<A, ParkedRow>& r) {
  auto& [id, mapping, link, side, key, field, base_app, base_crm, app, crm, reason, rule,
         candidates, at] = r;
  a(id, mapping, link, side, key, field, base_app, base_crm, app, crm, reason, rule, candidates,
    at);
}

template <class A>
void fields(A& a, Field<A, ErrorRow>& r) {
  auto& [id, mapping, side, record_side, key, link, code, op, detail, hint, fields, attempts,
         first_at, at] = r;
  a(id, mapping, side, record_side, key, link, code, op, detail, hint, fields, attempts, first_at,
    at);
}

template <class A>
void fields(A& a, Field<A, HistoryRow>& r) {
  auto& [sequence, mapping, link, at, kind, field, written, base_app, base_crm, app, crm, result,
         policy, rule, note, op_id, generation] = r;
  a(sequence, mapping, link, at, kind, field, written, base_app, base_crm, app, crm, result, policy,
    rule, note, op_id, generation);
}

template <class A>
void fields(A& a, Field<A, HeldRow>& r) {
  auto& [id, mapping, link, side, what, approved, at] = r;
  a(id, mapping, link, side, what, approved, at);
}

template <class A>
void fields(A& a, Field<A, WebhookRow>& r) {
  auto& [sequence, connection, at, body] = r;
  a(sequence, connection, at, body);
}

template <class A>
void fields(A& a, Field<A, MappingCounts>& r) {
  auto& [linked, unlinked_app, unlinked_crm, parked, errors, held, intents] = r;
  a(linked, unlinked_app, unlinked_crm, parked, errors, held, intents);
}

template <class A>
void fields(A& a, Field<A, FactRow>& r) {
  auto& [number, text] = r;
  a(number, text);
}

template <class A>
void fields(A& a, Field<A, LinkRefRow>& r) {
  auto& [link, alias] = r;
  a(link, alias);
}

template <class A>
void fields(A& a, Field<A, LinkOrderRow>& r) {
  auto& [state] = r;
  a(state);
}

template <class A>
void fields(A& a, Field<A, MatchDigest>& r) {
  auto& [key_index, digest] = r;
  a(key_index, digest);
}

template <class A>
void fields(A& a, Field<A, UnlinkedRow>& r) {
  auto& [long_key, digests] = r;
  a(long_key, digests);
}

template <class A>
void fields(A& a, Field<A, MatchRow>& r) {
  auto& [long_key] = r;
  a(long_key);
}

template <class A>
void fields(A&, Field<A, IndexRow>&) {}

}  // namespace crmsync::state
