// SPDX-License-Identifier: Apache-2.0
#include "daemon/operations.hpp"

#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using connectors::OperationKind;
using engine::FieldAction;
using engine::PresenceAction;
using engine::Side;
using state::IntentKind;

namespace {

bool writes(FieldAction action, Side side) {
  if (action == FieldAction::write_both) return true;
  return action == (side == Side::app ? FieldAction::write_app : FieldAction::write_crm);
}

engine::Record const& fields_of(Pair const& pair, Side side) {
  static engine::Record const none;
  auto const* seen = pair.seen(side);
  return seen == nullptr ? none : seen->fields;
}

// Copies the field's native values from `from` into `to`; what is unknown stays unknown.
void copy_part(mappings::FieldMap const& field, Side side, engine::Record const& from,
               engine::Record& to) {
  for (auto const& name : native_names(field, side))
    if (auto const* value = from.find(name)) to.set(name, *value);
}

PlannedWrite new_write(WorkContext const& context, Pair const& pair, Side side, IntentKind kind) {
  PlannedWrite write;
  auto& intent = write.intent;
  intent.op_id = context.next_id();
  intent.mapping = context.mapping_id;
  intent.link = pair.link ? pair.link->id : 0;
  intent.side = side;
  intent.kind = kind;
  intent.app_key = pair.app_key;
  intent.crm_id = pair.crm_id;
  intent.external_id = pair.external_id;
  intent.generation = context.generation;
  intent.at = context.now;
  auto& operation = write.operation;
  operation.op_id = intent.op_id;
  operation.key = side == Side::app ? pair.app_key : pair.crm_id;
  if (auto const* seen = pair.seen(side)) {
    operation.expected_version = seen->version;
    intent.read_stamp = seen->changed_at;
  }
  return write;
}

// The plan's values for one side, as native fields.
void add_fields(WorkContext const& context, Pair const& pair, Side side, PlannedWrite& write,
                std::vector<RefusedField>& refused) {
  auto const& mapping = context.mapping;
  for (std::size_t i = 0; i < pair.plan.fields.size(); ++i) {
    auto const& plan = pair.plan.fields[i];
    if (!writes(plan.action, side) || !plan.value) continue;
    auto native = mapping.from_canonical(side, i, *plan.value);
    if (!native) {
      refused.push_back({i, side, native.error()});
      continue;
    }
    auto const& field = mapping.fields[i];
    write.fields.push_back(i);
    write.intent.fields.push_back(field.name);
    write.intent.sent.overlay(*native);
    copy_part(field, side, fields_of(pair, side), write.intent.consumed);
    copy_part(field, engine::other(side), fields_of(pair, engine::other(side)),
              write.intent.source);
  }
  write.operation.fields = write.intent.sent;
}

std::optional<PlannedWrite> update_write(WorkContext const& context, Pair const& pair, Side side,
                                         std::vector<RefusedField>& refused) {
  auto write = new_write(context, pair, side, IntentKind::update);
  add_fields(context, pair, side, write, refused);
  if (write.fields.empty()) return std::nullopt;
  write.operation.kind = OperationKind::update;
  if (!engine::mutant(engine::Mutant::compare_and_set_off))
    write.operation.expected = write.intent.consumed;
  return write;
}

// The planner writes no blanks into a record that is made; false where the column takes none, which
// the database will say.
bool add_blank(WorkContext const& context, Pair const& pair, std::size_t i, PlannedWrite& write) {
  auto const& field = context.mapping.fields[i];
  bool const planned = std::ranges::find(write.fields, i) != write.fields.end();
  if (planned || context.mapping.rules.fields[i].direction == engine::Direction::to_crm)
    return false;
  auto const blank = context.mapping.from_canonical(Side::app, i, engine::Null{});
  if (!blank) return false;
  write.fields.push_back(i);
  write.intent.fields.push_back(field.name);
  write.intent.sent.overlay(*blank);
  copy_part(field, Side::crm, fields_of(pair, Side::crm), write.intent.source);
  return true;
}

// A column that may not be NULL gets its blank spelled out.
void add_required_blanks(WorkContext const& context, Pair const& pair, PlannedWrite& write) {
  for (std::size_t i = 0; i < context.mapping.fields.size(); ++i)
    if (context.mapping.fields[i].app_not_null) add_blank(context, pair, i, write);
  write.operation.fields = write.intent.sent;
}

// A row that comes back still holds what it held; what the CRM cleared since is cleared. What the
// CRM never had stays: nobody cleared it.
void add_cleared(WorkContext const& context, Pair const& pair, PlannedWrite& write) {
  auto const& mapping = context.mapping;
  auto const held = [&](Side side, std::size_t i) {
    return mapping.to_canonical(side, i, fields_of(pair, side)).value;
  };
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    auto const app = held(Side::app, i), crm = held(Side::crm, i);
    if (!app || !crm || engine::is_blank(*app) || !engine::is_blank(*crm)) continue;
    auto const had =
        pair.base ? mapping.to_canonical(Side::crm, i, pair.base->crm).value : std::nullopt;
    if (!had || engine::is_blank(*had)) continue;
    if (add_blank(context, pair, i, write))
      copy_part(mapping.fields[i], Side::app, fields_of(pair, Side::app), write.intent.consumed);
  }
}

std::optional<PlannedWrite> create_write(WorkContext const& context, Pair const& pair, Side side,
                                         std::vector<RefusedField>& refused) {
  auto write = new_write(context, pair, side, IntentKind::create);
  add_fields(context, pair, side, write, refused);
  if (write.fields.empty()) return std::nullopt;
  write.operation.kind = OperationKind::create;
  write.operation.key.clear();
  if (side == Side::crm) {
    write.operation.external_id = pair.external_id;
  } else {
    add_required_blanks(context, pair, write);
    write.operation.counterpart = pair.crm_id;
  }
  write.intent.consumed = {};
  return write;
}

// A soft-deleted row is brought back by clearing its marker; anything else is created anew.
std::optional<PlannedWrite> restore_app_write(WorkContext const& context, Pair const& pair,
                                              std::vector<RefusedField>& refused) {
  auto const& marker = context.mapping.app.deleted_field;
  auto const* seen = pair.seen(Side::app);
  bool const soft = !marker.empty() && seen != nullptr && seen->fields.contains(marker);
  if (!soft) return create_write(context, pair, Side::app, refused);
  auto write = new_write(context, pair, Side::app, IntentKind::update);
  add_fields(context, pair, Side::app, write, refused);
  add_cleared(context, pair, write);
  write.intent.sent.set(marker, engine::Null{});
  write.intent.consumed.set(marker, *seen->fields.find(marker));
  write.operation.kind = OperationKind::update;
  write.operation.fields = write.intent.sent;
  write.operation.expected = write.intent.consumed;
  return write;
}

PlannedWrite delete_write(WorkContext const& context, Pair const& pair, Side side) {
  auto const& deletes = context.mapping.deletes;
  bool const erase = side == Side::crm ? deletes.app_deleted == mappings::AppDeleted::delete_crm
                                       : deletes.crm_deleted == mappings::CrmDeleted::delete_row;
  auto write = new_write(context, pair, side, erase ? IntentKind::erase : IntentKind::archive);
  write.operation.kind = erase ? OperationKind::erase : OperationKind::archive;
  auto const& seen = fields_of(pair, side);
  for (auto const& field : context.mapping.fields)
    copy_part(field, side, seen, write.intent.consumed);
  if (side == Side::app && !erase) {
    write.intent.sent.set(deletes.set_column, context.now);
    if (auto const* old = seen.find(deletes.set_column))
      write.intent.consumed.set(deletes.set_column, *old);
  }
  write.operation.fields = write.intent.sent;
  write.operation.expected = write.intent.consumed;
  return write;
}

// Decisions whose value neither side holds are remembered before anything is sent.
void note_owed(WorkContext const& context, Pair& pair) {
  for (std::size_t i = 0; i < pair.plan.fields.size(); ++i) {
    auto const& plan = pair.plan.fields[i];
    if (plan.action != FieldAction::write_both || !plan.owed || !pair.base) continue;
    auto& mark = mark_for(*pair.base, context.mapping.fields[i].name);
    mark.status = engine::BaseStatus::owed;
    mark.owed = plan.owed;
  }
}

}  // namespace

PairWork build_work(WorkContext const& context, Pair& pair) {
  PairWork work;
  switch (pair.plan.presence) {
    case PresenceAction::link:
    case PresenceAction::merge:
      note_owed(context, pair);
      work.app = update_write(context, pair, Side::app, work.refused);
      work.crm = update_write(context, pair, Side::crm, work.refused);
      break;
    case PresenceAction::create_app:
      work.app = create_write(context, pair, Side::app, work.refused);
      break;
    case PresenceAction::create_crm:
    case PresenceAction::restore_crm:
      work.crm = create_write(context, pair, Side::crm, work.refused);
      break;
    case PresenceAction::restore_app:
      work.app = restore_app_write(context, pair, work.refused);
      break;
    case PresenceAction::delete_app:
      work.app = delete_write(context, pair, Side::app);
      break;
    case PresenceAction::delete_crm:
      work.crm = delete_write(context, pair, Side::crm);
      break;
    case PresenceAction::wait:
    case PresenceAction::ignore:
    case PresenceAction::bury:
    case PresenceAction::unlink:
    case PresenceAction::park:
      break;
  }
  return work;
}

}  // namespace crmsync::daemon
