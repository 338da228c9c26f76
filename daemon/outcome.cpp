// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome.hpp"

#include "daemon/first_base.hpp"
#include "daemon/outcome_errors.hpp"
#include "daemon/outcome_fields.hpp"
#include "daemon/outcome_links.hpp"
#include "daemon/reused_key.hpp"
#include "engine/mutant.hpp"
#include "engine/retry.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::LinkState;
using engine::mutant;
using engine::Mutant;
using engine::PresenceAction;
using engine::Side;
using state::HistoryKind;

namespace {

class PairRecorder {
 public:
  PairRecorder(OutcomeContext const& context, PairResult& result, state::Commit& out)
      : context_(context), result_(result), pair_(result.pair), out_(out) {}

  PairEnding run() {
    close_recovered();
    app_ = judge(result_.work.app, result_.app_receipt);
    crm_ = judge(result_.work.crm, result_.crm_receipt);
    record_presence();
    if (!gives_up_asking(context_) && !left_out(context_.work.mapping, result_).empty())
      end_at_least(Ending::retry);
    if (ending_.ending == Ending::settled) note_app_gone(context_, pair_, out_);
    record_overwritten();
    record_errors(context_, result_, ending_, out_);
    keep_recovered_base();
    return std::move(ending_);
  }

 private:
  void close_recovered() {
    for (auto const op : result_.recovery.closed) out_.intents_done.push_back(op);
    for (auto const& note : result_.recovery.notes) {
      auto row = history_row(context_, pair_, HistoryKind::recovered);
      row.field = note.field;
      row.note = note.text;
      row.op_id = note.op_id;
      recovered_.push_back(std::move(row));
      if (note.decided) recovered_.push_back(decided_row(context_, pair_, note));
    }
  }

  // What recovery learned is kept also when nothing else came of this round.
  void keep_recovered_base() {
    bool const stored = std::ranges::any_of(out_.bases, [&](state::BaseRow const& row) {
      return pair_.link && row.link == pair_.link->id;
    });
    if (result_.recovery.closed.empty() || stored || !pair_.link || !pair_.base) return;
    pair_.base->link = pair_.link->id;
    out_.bases.push_back(*pair_.base);
  }

  // What an answer (or its absence) means for one write; closes its intent when its fate is known.
  SideEnding judge(std::optional<PlannedWrite> const& write,
                   std::optional<connectors::Receipt> const& receipt) {
    SideEnding ending;
    if (!write) return ending;
    if (!receipt) {  // never sent: the loop was stopped or the other side failed first
      out_.intents_done.push_back(write->intent.op_id);
      end_at_least(Ending::observe_again);
      return ending;
    }
    ending.sent = true;
    if (!receipt->error) {
      ending.applied = true;
      ending.stored = &receipt->stored;
      out_.intents_done.push_back(write->intent.op_id);
      ending_.changed = true;
      return ending;
    }
    bool const not_made =
        mutant(Mutant::create_on_doubt) && write->intent.kind == state::IntentKind::create;
    if (!receipt->error->maybe_applied || not_made)
      out_.intents_done.push_back(write->intent.op_id);
    failed(*receipt->error);
    return ending;
  }

  // The record is done only when both sides are: what one side still owes is not forgotten because
  // the other ended for good. Endings stand in the order of how long they wait.
  void end_at_least(Ending ending) { ending_.ending = std::max(ending_.ending, ending); }

  void failed(engine::Error const& error) {
    ending_.error = error;
    switch (engine::retry_kind(error.code)) {
      case engine::RetryKind::backoff:
        end_at_least(Ending::retry);
        if (error.retry_after_ms)
          ending_.retry_after_ms =
              std::max(ending_.retry_after_ms.value_or(0), *error.retry_after_ms);
        break;
      case engine::RetryKind::observe_again:
        if (gives_up(context_, error)) break;
        end_at_least(Ending::observe_again);
        break;
      case engine::RetryKind::hold:
        end_at_least(Ending::hold);
        break;
      case engine::RetryKind::inbox:
        if (error.maybe_applied) end_at_least(Ending::retry);
        break;
    }
  }

  // A record that moved is followed whatever becomes of the pair: the guard may hold a delete for
  // days, and what recovery moved the base to is the new record's.
  void follow_moved() {
    switch (pair_.plan.presence) {
      case PresenceAction::wait:
      case PresenceAction::ignore:
      case PresenceAction::delete_app:
      case PresenceAction::delete_crm:
      case PresenceAction::bury:
      case PresenceAction::unlink:
      case PresenceAction::park:
        ending_.changed = follow_moved_key(context_, pair_, out_) || ending_.changed;
        break;
      case PresenceAction::link:
      case PresenceAction::merge:
      case PresenceAction::create_app:
      case PresenceAction::create_crm:
      case PresenceAction::restore_app:
      case PresenceAction::restore_crm:
        break;
    }
  }

  void record_presence() {
    follow_moved();
    switch (pair_.plan.presence) {
      case PresenceAction::wait:
        end_at_least(Ending::hold);
        break;
      case PresenceAction::ignore:
        break;
      case PresenceAction::link:
      case PresenceAction::merge:
        record_linked();
        break;
      case PresenceAction::create_app:
      case PresenceAction::create_crm:
      case PresenceAction::restore_app:
      case PresenceAction::restore_crm:
        record_created();
        break;
      case PresenceAction::delete_app:
        record_deleted(app_, result_.app_receipt, result_.work.app, Side::app);
        break;
      case PresenceAction::delete_crm:
        record_deleted(crm_, result_.crm_receipt, result_.work.crm, Side::crm);
        break;
      case PresenceAction::bury:
        change_link(LinkState::tombstone, HistoryKind::deleted, "both records are gone");
        break;
      case PresenceAction::unlink:
        if (!result_.held)
          change_link(LinkState::detached, HistoryKind::unlinked, "one record was deleted");
        break;
      case PresenceAction::park:
        park_record("deleted on one side, edited on the other");
        break;
    }
    if (pair_.link)
      for (auto& row : recovered_) row.link = pair_.link->id;
    std::ranges::move(recovered_, std::back_inserter(out_.history));
  }

  void record_overwritten() {
    auto const& mapping = context_.work.mapping;
    for (auto const& lost : result_.overwritten) {
      auto const& field = mapping.fields[lost.field];
      auto row = history_row(context_, pair_, HistoryKind::overwritten);
      row.field = field.name;
      row.written = Side::crm;
      row.crm = lost.version.value;
      auto const value = mapping.to_canonical(
          Side::crm, lost.field, engine::Record{{field.crm.front(), lost.version.value}});
      if (value.value) row.crm = value.value;
      row.result = lost.by;
      row.rule = rule_text(mapping.rules.fields[lost.field].source);
      row.note = "written by " + (lost.version.source.empty() ? "somebody" : lost.version.source) +
                 " at " + engine::format_timestamp(lost.version.at) +
                 ", between our read and our " + (lost.by ? "write" : "delete");
      out_.history.push_back(std::move(row));
      ending_.changed = true;
    }
  }

  state::BaseRow& ensure_base() {
    if (!pair_.base) pair_.base.emplace();
    pair_.base->link = pair_.link->id;
    return *pair_.base;
  }

  // A word on a record that was deleted or replaced is used up once that is settled.
  static bool forget_answer(state::BaseRow& base) {
    return std::erase_if(base.marks, [](auto const& mark) { return mark.field.empty(); }) > 0;
  }

  void note_seen(state::BaseRow& base, FieldsEnding const& fields) {
    auto note = [&](Side side, bool unsettled, SideEnding const& ending,
                    std::optional<connectors::Receipt> const& receipt,
                    engine::VersionToken& version, engine::Timestamp& seen_at) {
      auto const* seen = pair_.seen(side);
      if (ending.applied && receipt->version.known())
        version = receipt->version;
      else if (seen != nullptr)
        version = std::max(version, seen->version);
      if (unsettled) return;
      if (ending.applied)
        seen_at = std::max(seen_at, context_.work.now);
      else if (seen != nullptr)
        seen_at = std::max(seen_at, seen->observed_at);
    };
    note(Side::app, fields.unsettled_app, app_, result_.app_receipt, base.app_version,
         base.app_seen_at);
    note(Side::crm, fields.unsettled_crm, crm_, result_.crm_receipt, base.crm_version,
         base.crm_seen_at);
  }

  void record_linked() {
    bool const fresh = !pair_.link;
    ensure_link(context_, pair_);
    if (fresh)
      for (auto const& intent : pair_.open_intents)
        if (intent.kind == state::IntentKind::create && intent.side == Side::crm &&
            pair_.creates_made.contains(intent.op_id))
          note_alias(intent.crm_id);
    bool const rekeyed = pair_.link->app_key != pair_.app_key || pair_.link->crm_id != pair_.crm_id;
    if (rekeyed) rekey(context_, pair_, out_);
    bool const back = pair_.link->state != LinkState::linked;
    if (back) revive();
    if (fresh || rekeyed || back) put_link(context_, pair_, out_);
    if (fresh)
      for (auto const& key : pair_.app_keys_before)
        reserve_name(context_, key, pair_.link->external_id, out_);
    if (fresh) {
      auto row = history_row(context_, pair_, HistoryKind::linked);
      row.note =
          result_.linked_by.empty() ? "found by recovery" : "matched by " + result_.linked_by;
      out_.history.push_back(std::move(row));
      ending_.changed = true;
    }
    auto& base = ensure_base();
    forget_answer(base);
    auto const fields = record_fields(context_, result_, app_, crm_, base, out_);
    if (fresh || pair_.link_is_new) mark_unfinished(context_.work.mapping, base);
    note_seen(base, fields);
    out_.bases.push_back(base);
    ending_.changed = ending_.changed || rekeyed || fields.changed;
  }

  // A record that went before it was linked, and in whose place another one was made: whoever takes
  // it back makes nobody new.
  void note_alias(engine::RecordKey const& went) {
    auto& aliases = pair_.link->crm_aliases;
    if (went.empty() || went == pair_.link->crm_id || context_.has_crm_id(went)) return;
    if (std::ranges::find(aliases, went) == aliases.end()) aliases.push_back(went);
  }

  void revive() {
    pair_.link->state = LinkState::linked;
    auto row = history_row(context_, pair_, HistoryKind::restored);
    row.note = "both records are there again";
    out_.history.push_back(std::move(row));
    ending_.changed = true;
  }

  void record_created() {
    bool const in_app = result_.work.app.has_value();
    auto const& ending = in_app ? app_ : crm_;
    auto const& receipt = in_app ? result_.app_receipt : result_.crm_receipt;
    if (!ending.applied) return;
    bool const restored = pair_.link.has_value();
    auto const went = in_app ? engine::RecordKey() : pair_.crm_id;
    (in_app ? pair_.app_key : pair_.crm_id) = receipt->key;
    ensure_link(context_, pair_);
    if (!restored) note_alias(went);
    auto const left = pair_.link->app_key;
    if (pair_.link->crm_id != pair_.crm_id && !pair_.link->crm_id.empty())
      pair_.link->crm_aliases.push_back(pair_.link->crm_id);
    pair_.link->app_key = pair_.app_key;
    pair_.link->crm_id = pair_.crm_id;
    pair_.link->app_gone_at.reset();
    pair_.link->state = LinkState::linked;
    put_link(context_, pair_, out_);
    if (left != pair_.app_key) reserve_name(context_, left, pair_.link->external_id, out_);
    for (auto const& parked : pair_.parked)
      if (parked.field.empty()) out_.parked_done.push_back(parked.id);
    auto row =
        history_row(context_, pair_, restored ? HistoryKind::restored : HistoryKind::created);
    row.written = in_app ? Side::app : Side::crm;
    row.op_id = (in_app ? result_.work.app : result_.work.crm)->intent.op_id;
    row.note = in_app ? "app row " + receipt->key : "CRM record " + receipt->key;
    if (!receipt->created && !restored) row.note += " (our external id was already there)";
    out_.history.push_back(std::move(row));
    auto& base = ensure_base();
    // What an earlier record held is no base of the new one: its empty fields are no edits.
    base.app = {};
    base.crm = {};
    base.marks.clear();
    auto const fields = record_fields(context_, result_, app_, crm_, base, out_);
    adopt_blanks(context_.work.mapping, pair_, in_app ? Side::app : Side::crm, receipt->stored,
                 base);
    mark_unfinished(context_.work.mapping, base);
    note_seen(base, fields);
    out_.bases.push_back(base);
    ending_.changed = true;
    if (!receipt->created && fields.unsettled_app) end_at_least(Ending::observe_again);
  }

  void record_deleted(SideEnding const& ending, std::optional<connectors::Receipt> const& receipt,
                      std::optional<PlannedWrite> const& write, Side side) {
    bool const gone_already =
        receipt && receipt->error && receipt->error->code == engine::Errc::not_found;
    if (gone_already) {
      ending_.ending = Ending::settled;
      ending_.error.reset();
    }
    if (!ending.applied && !gone_already) return;
    change_link(LinkState::tombstone, HistoryKind::deleted,
                side == Side::crm ? "deleted in the app" : "deleted in the CRM");
    if (!out_.history.empty() && write) {
      out_.history.back().written = side;
      out_.history.back().op_id = write->intent.op_id;
    }
    for (auto const& held : pair_.held) out_.held_done.push_back(held.id);
  }

  void change_link(LinkState state, HistoryKind kind, std::string note) {
    if (!pair_.link || pair_.link->state == state) return;
    pair_.link->state = state;
    pair_.yielding.clear();  // it takes no key, so nobody has to give one up
    put_link(context_, pair_, out_);
    if (mutant(Mutant::tombstone_early)) out_.links_gone.push_back(pair_.link->id);
    if (pair_.base && forget_answer(*pair_.base)) out_.bases.push_back(ensure_base());
    for (auto const& parked : pair_.parked) out_.parked_done.push_back(parked.id);
    auto row = history_row(context_, pair_, kind);
    row.note = std::move(note);
    out_.history.push_back(std::move(row));
    ending_.changed = true;
  }

  void park_record(std::string reason) {
    if (!pair_.link) return;
    for (auto const& row : pair_.parked)
      if (row.field.empty()) return;
    state::ParkedRow row;
    row.id = context_.work.next_id();
    row.mapping = context_.work.mapping_id;
    row.link = pair_.link->id;
    row.key = pair_.app_key;
    row.reason = std::move(reason);
    row.at = context_.work.now;
    out_.parked.push_back(std::move(row));
    ending_.changed = true;
  }

  OutcomeContext const& context_;
  PairResult& result_;
  Pair& pair_;
  state::Commit& out_;
  SideEnding app_, crm_;
  PairEnding ending_;
  std::vector<state::HistoryRow> recovered_;
};

}  // namespace

PairEnding record_outcome(OutcomeContext const& context, PairResult& result, state::Commit& out) {
  return PairRecorder(context, result, out).run();
}

}  // namespace crmsync::daemon
