// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome_fields.hpp"

#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

#include <xxhash.h>

namespace crmsync::daemon {

using engine::BaseStatus;
using engine::FieldAction;
using engine::FieldPlan;
using engine::MergeKind;
using engine::mutant;
using engine::Mutant;
using engine::Side;
using state::HistoryKind;

namespace {

constexpr std::size_t kTrailMax = 12;

std::uint64_t digest_of(engine::Value const& value) {
  auto const text = engine::display(value);
  return XXH3_64bits(text.data(), text.size());
}

engine::Record const* seen_fields(Pair const& pair, Side side) {
  auto const* seen = pair.seen(side);
  return seen == nullptr ? nullptr : &seen->fields;
}

class FieldRecorder {
 public:
  FieldRecorder(OutcomeContext const& context, PairResult& result, SideEnding const& app,
                SideEnding const& crm, state::BaseRow& base, state::Commit& out)
      : context_(context),
        mapping_(context.work.mapping),
        result_(result),
        pair_(result.pair),
        app_(app),
        crm_(crm),
        base_(base),
        out_(out) {}

  FieldsEnding run() {
    for (std::size_t i = 0; i < pair_.plan.fields.size(); ++i) record(i);
    tidy_marks(base_);
    return ending_;
  }

 private:
  SideEnding const& ending_of(Side side) const { return side == Side::app ? app_ : crm_; }

  bool refused(std::size_t i) const {
    return std::ranges::any_of(result_.work.refused,
                               [&](RefusedField const& one) { return one.field == i; });
  }

  void record(std::size_t i) {
    auto const& plan = pair_.plan.fields[i];
    if (plan.action != FieldAction::park) close_parked(i, plan);
    switch (plan.action) {
      case FieldAction::none:
        keep(i, plan);
        break;
      case FieldAction::settle:
        settle(i, plan);
        break;
      case FieldAction::write_app:
        written(i, plan, Side::app);
        break;
      case FieldAction::write_crm:
        written(i, plan, Side::crm);
        break;
      case FieldAction::write_both:
        written_both(i, plan);
        break;
      case FieldAction::park:
        park(i, plan);
        break;
      case FieldAction::drift:
        drift(i);
        break;
    }
  }

  void keep(std::size_t i, FieldPlan const& plan) {
    // One-way fields of a new link that were left alone, and fields waiting for plan and apply,
    // have no base; a merge with a base that did nothing is simply in step.
    if (plan.merge == MergeKind::untouched || plan.merge == MergeKind::unadopted) return;
    if (plan.merge == MergeKind::unknown && pair_.input.fields[i].app_problem.empty() &&
        pair_.input.fields[i].crm_problem.empty()) {
      // What the CRM left out was not looked at: when the other side changed stays open.
      if (!pair_.input.fields[i].crm) ending_.unsettled_app = ending_.unsettled_crm = true;
      return;
    }
    ending_.unsettled_app = ending_.unsettled_crm = true;
    // A new record that lacks what could not be read does not go by in silence.
    bool const made = pair_.plan.presence != engine::PresenceAction::merge &&
                      pair_.plan.presence != engine::PresenceAction::link;
    if (made && plan.merge == MergeKind::unknown && !plan.reason.empty()) park(i, plan);
  }

  void settle(std::size_t i, FieldPlan const& plan) {
    auto const* app = seen_fields(pair_, Side::app);
    auto const* crm = seen_fields(pair_, Side::crm);
    if (app == nullptr || crm == nullptr) return;
    auto const& field = mapping_.fields[i];
    auto const app_part = native_part(field, Side::app, *app);
    auto const crm_part = native_part(field, Side::crm, *crm);
    if (!app_part || !crm_part) return;
    bool const moved = plan.merge != MergeKind::unadopted && plan.merge != MergeKind::untouched;
    if (moved) add_history(i, plan, HistoryKind::agreed, std::nullopt);
    move(field, *app_part, *crm_part);
    ending_.changed = true;
  }

  // Both bases of a field move together, and only here.
  void move(mappings::FieldMap const& field, engine::Record const& app_part,
            engine::Record const& crm_part) {
    base_.app.overlay(app_part);
    base_.crm.overlay(crm_part);
    auto& mark = mark_for(base_, field.name);
    mark.status = BaseStatus::settled;
    mark.owed.reset();
    mark.after_crash = false;
    mark.rewritten = false;
    mark.answer.reset();
    mark.answer_app.reset();
    mark.answer_crm.reset();
    mark.drift_seen.reset();
  }

  // What the side holds for the field after our write: the receipt's word, else what was sent.
  std::optional<engine::Record> after_write(mappings::FieldMap const& field, Side side) const {
    auto const& ending = ending_of(side);
    if (ending.stored != nullptr && !mutant(Mutant::base_from_sent))
      if (auto part = native_part(field, side, *ending.stored)) return part;
    auto const& work = side == Side::app ? result_.work.app : result_.work.crm;
    if (!work) return std::nullopt;
    return native_part(field, side, work->intent.sent);
  }

  void written(std::size_t i, FieldPlan const& plan, Side side) {
    auto const& ending = ending_of(side);
    if (refused(i) || (!ending.applied && !mutant(Mutant::base_after_failure))) {
      (side == Side::app ? ending_.unsettled_app : ending_.unsettled_crm) = true;
      ending_.unsettled_app = ending_.unsettled_crm = true;
      return;
    }
    auto const& field = mapping_.fields[i];
    if (plan.decided_by == "owed") {
      received(i, plan, side);
      return;
    }
    auto const target = after_write(field, side);
    auto const* source_fields = seen_fields(pair_, engine::other(side));
    auto const source = source_fields == nullptr
                            ? std::nullopt
                            : native_part(field, engine::other(side), *source_fields);
    if (!target || !source) {
      ending_.unsettled_app = ending_.unsettled_crm = true;
      return;
    }
    if (is_of_somebody_else(i, side, *target)) {
      ending_.unsettled_app = ending_.unsettled_crm = true;
      return;
    }
    bool const decided = plan.resolution && !mutant(Mutant::collision_unrecorded);
    auto const kind =
        decided ? (plan.decided_by == "person" ? HistoryKind::resolved : HistoryKind::collision)
                : HistoryKind::updated;
    if (pair_.plan.presence == engine::PresenceAction::merge || plan.resolution)
      add_history(i, plan, kind, side);
    if (side == Side::app)
      move(field, *target, *source);
    else
      move(field, *source, *target);
    note_rewrite(i, plan, side, *target);
    if (pair_.plan.presence == engine::PresenceAction::merge) extend_trail(i, plan, side);
    ending_.changed = true;
  }

  // Nothing was created: the record was there already, with values of its own. The two are matched
  // as any others.
  bool is_of_somebody_else(std::size_t i, Side side, engine::Record const& part) const {
    auto const& receipt = side == Side::app ? result_.app_receipt : result_.crm_receipt;
    auto const& work = side == Side::app ? result_.work.app : result_.work.crm;
    if (!receipt || receipt->created || !work ||
        work->operation.kind != connectors::OperationKind::create)
      return false;
    auto const stored = mapping_.to_canonical(side, i, part).value;
    auto const sent = mapping_.to_canonical(side, i, work->intent.sent).value;
    return !stored || !sent || mapping_.comparable(i, *stored) != mapping_.comparable(i, *sent);
  }

  // A decision that both sides receive: base moves when the last has it.
  void written_both(std::size_t i, FieldPlan const& plan) {
    add_history(i, plan,
                plan.decided_by == "person" ? HistoryKind::resolved : HistoryKind::collision,
                std::nullopt);
    received(i, plan, Side::app);
    received(i, plan, Side::crm);
    ending_.changed = true;
  }

  void received(std::size_t i, FieldPlan const& plan, Side side) {
    auto const& field = mapping_.fields[i];
    auto& mark = mark_for(base_, field.name);
    if (!mark.owed || !ending_of(side).applied || refused(i)) {
      ending_.unsettled_app = ending_.unsettled_crm = true;
      return;
    }
    (side == Side::app ? mark.owed->owed_app : mark.owed->owed_crm) = false;
    extend_trail(i, plan, side);
    if (mark.owed->owed_app || mark.owed->owed_crm) return;
    auto const app = part_now(field, Side::app);
    auto const crm = part_now(field, Side::crm);
    if (app && crm) move(field, *app, *crm);
    ending_.changed = true;
  }

  // The side's value now: ours if this round wrote it, else as observed.
  std::optional<engine::Record> part_now(mappings::FieldMap const& field, Side side) const {
    if (ending_of(side).applied)
      if (auto part = after_write(field, side)) return part;
    auto const* seen = seen_fields(pair_, side);
    return seen == nullptr ? std::nullopt : native_part(field, side, *seen);
  }

  void note_rewrite(std::size_t i, FieldPlan const& plan, Side side, engine::Record const& part) {
    auto const stored = mapping_.to_canonical(side, i, part).value;
    if (!stored || !plan.value) return;
    if (mapping_.comparable(i, *stored) == mapping_.comparable(i, *plan.value)) return;
    mark_for(base_, mapping_.fields[i].name).rewritten = true;
    auto row = base_row(i, HistoryKind::rewritten);
    row.written = side;
    row.result = stored;
    row.note = "the side stored something else than was sent";
    out_.history.push_back(std::move(row));
  }

  void extend_trail(std::size_t i, FieldPlan const& plan, Side side) {
    auto& trail = mark_for(base_, mapping_.fields[i].name).trail;
    if (!plan.value) return;
    trail.push_back({context_.work.now, side, digest_of(*plan.value)});
    engine::LoopRule const rule;
    std::erase_if(trail, [&](engine::TrailEntry const& one) {
      return context_.work.now.micros - one.at.micros > rule.window_micros;
    });
    if (trail.size() > kTrailMax)
      trail.erase(trail.begin(), trail.end() - static_cast<std::ptrdiff_t>(kTrailMax));
  }

  void close_parked(std::size_t i, FieldPlan const& plan) {
    // A field that was never adopted keeps waiting for its answer even when nothing was planned.
    if (plan.action == FieldAction::none && plan.merge == MergeKind::unadopted) return;
    if (plan.action == FieldAction::none && plan.merge == MergeKind::unknown) return;
    for (auto const& row : pair_.parked)
      if (row.field == mapping_.fields[i].name) out_.parked_done.push_back(row.id);
  }

  void park(std::size_t i, FieldPlan const& plan) {
    ending_.unsettled_app = ending_.unsettled_crm = true;
    auto const& name = mapping_.fields[i].name;
    auto const& in = pair_.input.fields[i];
    auto const old = std::ranges::find(pair_.parked, name, &state::ParkedRow::field);
    bool const known = old != pair_.parked.end();
    bool const moved = known && (old->app != in.app || old->crm != in.crm);
    if (known && !moved && old->reason == plan.reason) return;
    // A question is about the values it showed: once they moved it is another question, so that
    // an answer to the first cannot decide the second.
    if (moved) out_.parked_done.push_back(old->id);
    state::ParkedRow row;
    row.id = known && !moved ? old->id : context_.work.next_id();
    row.mapping = context_.work.mapping_id;
    row.link = pair_.link->id;
    row.key = pair_.app_key;
    row.field = name;
    row.base_app = in.base.app;
    row.base_crm = in.base.crm;
    row.app = in.app;
    row.crm = in.crm;
    row.reason = plan.reason;
    row.rule = rule_text(mapping_.rules.fields[i].source);
    row.at = context_.work.now;
    out_.parked.push_back(std::move(row));
    add_history(i, plan, HistoryKind::parked, std::nullopt);
    auto* mark = const_cast<state::FieldMark*>(find_mark(base_, name));
    if (mark != nullptr && mark->answer) mark->answer.reset();  // the values moved: ask again
    ending_.changed = true;
  }

  void drift(std::size_t i) {
    auto const& in = pair_.input.fields[i];
    bool const to_crm = mapping_.rules.fields[i].direction == engine::Direction::to_crm;
    auto const& drifted = to_crm ? in.crm : in.app;
    auto& mark = mark_for(base_, mapping_.fields[i].name);
    if (mark.drift_seen == drifted) return;  // said once
    mark.drift_seen = drifted;
    auto row = base_row(i, HistoryKind::drift);
    row.note = "changed on the side that is only written to; left alone (drift: report)";
    out_.history.push_back(std::move(row));
    ending_.changed = true;
  }

  state::HistoryRow base_row(std::size_t i, HistoryKind kind) {
    auto row = history_row(context_, pair_, kind);
    auto const& in = pair_.input.fields[i];
    row.field = mapping_.fields[i].name;
    row.base_app = in.base.app;
    row.base_crm = in.base.crm;
    row.app = in.app;
    row.crm = in.crm;
    row.rule = rule_text(mapping_.fields[i].source);
    return row;
  }

  void add_history(std::size_t i, FieldPlan const& plan, HistoryKind kind,
                   std::optional<Side> side) {
    auto row = base_row(i, kind);
    row.written = side;
    row.result = plan.value;
    row.note = plan.reason;
    if (plan.resolution || kind == HistoryKind::parked)
      row.rule = rule_text(mapping_.rules.fields[i].source);
    if (plan.decided_by == "initial")
      row.policy = "initial";
    else if (plan.decided_by == "person")
      row.policy = "person";
    else if (plan.resolution)
      row.policy = std::string(engine::to_string(plan.resolution->fired));
    if (pair_.input.fields[i].after_crash)
      row.note += row.note.empty() ? "after_crash" : ", after_crash";
    if (side && *side == Side::app && result_.work.app) row.op_id = result_.work.app->intent.op_id;
    if (side && *side == Side::crm && result_.work.crm) row.op_id = result_.work.crm->intent.op_id;
    out_.history.push_back(std::move(row));
  }

  OutcomeContext const& context_;
  mappings::Mapping const& mapping_;
  PairResult& result_;
  Pair& pair_;
  SideEnding const& app_;
  SideEnding const& crm_;
  state::BaseRow& base_;
  state::Commit& out_;
  FieldsEnding ending_;
};

}  // namespace

std::string rule_text(engine::RuleSource const& source) {
  return source.file.empty() ? std::string() : source.file + ":" + std::to_string(source.line);
}

state::HistoryRow history_row(OutcomeContext const& context, Pair const& pair, HistoryKind kind) {
  state::HistoryRow row;
  row.sequence = context.next_sequence();
  row.mapping = context.work.mapping_id;
  row.link = pair.link ? pair.link->id : 0;
  row.at = context.work.now;
  row.kind = kind;
  row.generation = context.work.generation;
  return row;
}

state::HistoryRow decided_row(OutcomeContext const& context, Pair const& pair,
                              RecoveryNote const& note) {
  auto const& mapping = context.work.mapping;
  auto row = history_row(context, pair, HistoryKind::collision);
  row.field = note.field;
  row.base_app = note.decided->base_app;
  row.base_crm = note.decided->base_crm;
  row.app = note.decided->app;
  row.crm = note.decided->crm;
  row.result = note.decided->result;
  row.written = note.decided->written;
  row.op_id = note.op_id;
  if (auto const field = mapping.field_index(note.field); field >= 0)
    row.rule = rule_text(mapping.rules.fields[static_cast<std::size_t>(field)].source);
  row.note = "decided before the answer was lost: " + note.text;
  return row;
}

FieldsEnding record_fields(OutcomeContext const& context, PairResult& result, SideEnding const& app,
                           SideEnding const& crm, state::BaseRow& base, state::Commit& out) {
  return FieldRecorder(context, result, app, crm, base, out).run();
}

}  // namespace crmsync::daemon
