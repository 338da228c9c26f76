// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/associations.hpp"

#include "connectors/simulator/model/standard.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::simulator::model {
namespace {

struct Row {
  std::string_view from, to, name, label;
  AssociationTypeId id, inverse;
  bool primary;
};

constexpr std::array<Row, 16> kPairs{{
    {"contacts", "companies", "contact_to_company_unlabeled", "", 279, 280, false},
    {"contacts", "companies", "contact_to_company", "Primary", 1, 2, true},
    {"contacts", "deals", "contact_to_deal", "", 4, 3, false},
    {"deals", "companies", "deal_to_company_unlabeled", "", 341, 342, false},
    {"deals", "companies", "deal_to_company", "Primary", 5, 6, true},
    {"contacts", "tickets", "contact_to_ticket", "", 15, 16, false},
    {"tickets", "companies", "ticket_to_company_unlabeled", "", 339, 340, false},
    {"tickets", "companies", "ticket_to_company", "Primary", 26, 25, true},
    {"deals", "tickets", "deal_to_ticket", "", 27, 28, false},
    {"notes", "contacts", "note_to_contact", "", 202, 201, false},
    {"tasks", "contacts", "task_to_contact", "", 204, 203, false},
    {"emails", "contacts", "email_to_contact", "", 198, 197, false},
    {"meetings", "contacts", "meeting_to_contact", "", 200, 199, false},
    {"leads", "contacts", "lead_to_contact", "", 578, 579, false},
    {"leads", "companies", "lead_to_company", "", 610, 611, false},
    {"deals", "line_items", "deal_to_line_item", "", 19, 20, false},
}};

TypeIndex index_in(std::vector<ObjectType> const& types, std::string_view name) {
  auto const at =
      std::ranges::find_if(types, [&](ObjectType const& type) { return type.name == name; });
  return static_cast<TypeIndex>(at - types.begin());
}

}  // namespace

Associations::Associations() {
  auto const standard = standard_types();
  company_type_ = index_in(standard, "companies");
  for (auto const& row : kPairs) {
    auto const from = index_in(standard, row.from);
    auto const to = index_in(standard, row.to);
    types_.push_back({from, to, row.id, row.inverse, "HUBSPOT_DEFINED", std::string(row.name),
                      std::string(row.label), row.primary});
    types_.push_back({to, from, row.inverse, row.id, "HUBSPOT_DEFINED",
                      std::string(row.name) + "_inverse", std::string(row.label), row.primary});
  }
}

AssociationType const& Associations::default_type(TypeIndex from, TypeIndex to) {
  for (auto const& type : types_)
    if (type.from == from && type.to == to && type.label.empty()) return type;
  return add_label(from, to, "unlabeled", {}, {});
}

AssociationType const* Associations::find_type(TypeIndex from, TypeIndex to,
                                               AssociationTypeId id) const {
  for (auto const& type : types_)
    if (type.from == from && type.to == to && type.id == id) return &type;
  return nullptr;
}

std::vector<AssociationType> Associations::types_between(TypeIndex from, TypeIndex to) {
  default_type(from, to);
  std::vector<AssociationType> found;
  std::ranges::copy_if(types_, std::back_inserter(found), [&](AssociationType const& type) {
    return type.from == from && type.to == to;
  });
  return found;
}

AssociationType const& Associations::add_label(TypeIndex from, TypeIndex to, std::string name,
                                               std::string label, std::string inverse_label) {
  auto const id = next_id_++;
  auto const inverse = from == to ? id : next_id_++;
  auto const category = label.empty() ? "HUBSPOT_DEFINED" : "USER_DEFINED";
  if (inverse != id)
    types_.push_back({to, from, inverse, id, category, name,
                      inverse_label.empty() ? label : std::move(inverse_label), false});
  types_.push_back({from, to, id, inverse, category, std::move(name), std::move(label), false});
  return types_.back();
}

bool Associations::has_type(Node from, Node to, AssociationTypeId type) const {
  auto const node = edges_.find(from);
  if (node == edges_.end()) return false;
  auto const edge = node->second.find(to);
  return edge != node->second.end() && edge->second.contains(type);
}

void Associations::set_type(Node from, Node to, AssociationType const& type,
                            std::vector<EdgeChange>& changes) {
  if (edges_[from][to].insert(type.id).second)
    changes.push_back({from.type, to.type, from.id, to.id, type.id, false});
  if (edges_[to][from].insert(type.inverse).second)
    changes.push_back({to.type, from.type, to.id, from.id, type.inverse, false});
}

void Associations::drop_type(Node from, Node to, AssociationType const& type,
                             std::vector<EdgeChange>& changes) {
  auto const drop = [&](Node a, Node b, AssociationTypeId id) {
    auto const node = edges_.find(a);
    if (node == edges_.end()) return;
    auto const edge = node->second.find(b);
    if (edge == node->second.end() || edge->second.erase(id) == 0) return;
    changes.push_back({a.type, b.type, a.id, b.id, id, true});
    if (edge->second.empty()) node->second.erase(edge);
    if (node->second.empty()) edges_.erase(node);
  };
  drop(from, to, type.id);
  drop(to, from, type.inverse);
}

AssociationType const* Associations::primary_type(TypeIndex from, TypeIndex to) const {
  for (auto const& type : types_)
    if (type.from == from && type.to == to && type.primary) return &type;
  return nullptr;
}

// `from` has at most one primary edge towards to.type.
void Associations::settle_primary(Node from, Node to, bool asked,
                                  std::vector<EdgeChange>& changes) {
  auto const* type = primary_type(from.type, to.type);
  if (!type) return;
  auto const former = primary(from.type, from.id, to.type);
  if (former == to.id || (former != 0 && !asked)) return;
  auto const wanted = *type;
  if (former != 0) drop_type(from, Node{to.type, former}, wanted, changes);
  set_type(from, to, wanted, changes);
}

std::vector<EdgeChange> Associations::connect(TypeIndex from_type, RecordId from, TypeIndex to_type,
                                              RecordId to,
                                              std::vector<AssociationTypeId> const& types) {
  std::vector<EdgeChange> changes;
  Node const a{from_type, from};
  Node const b{to_type, to};
  auto const unlabelled = default_type(from_type, to_type);
  set_type(a, b, unlabelled, changes);
  bool asked_primary = false;
  for (auto const id : types) {
    auto const* found = find_type(from_type, to_type, id);
    if (!found) continue;
    auto const type = *found;
    if (type.primary)
      asked_primary = true;
    else
      set_type(a, b, type, changes);
  }
  // Companies are what the others have a primary one of.
  if (to_type == company_type_)
    settle_primary(a, b, asked_primary, changes);
  else
    settle_primary(b, a, asked_primary, changes);
  return changes;
}

std::vector<EdgeChange> Associations::disconnect(TypeIndex from_type, RecordId from,
                                                 TypeIndex to_type, RecordId to,
                                                 std::vector<AssociationTypeId> const& types) {
  std::vector<EdgeChange> changes;
  Node const a{from_type, from};
  Node const b{to_type, to};
  for (auto const& type : types_between(from_type, to_type)) {
    bool const named = std::ranges::find(types, type.id) != types.end();
    if ((types.empty() || named) && has_type(a, b, type.id)) drop_type(a, b, type, changes);
  }
  return changes;
}

std::vector<EdgeChange> Associations::disconnect_all(TypeIndex type, RecordId record) {
  std::vector<EdgeChange> changes;
  auto const node = edges_.find(Node{type, record});
  if (node == edges_.end()) return changes;
  std::vector<Node> targets;
  for (auto const& [target, types] : node->second) targets.push_back(target);
  for (auto const& target : targets) {
    auto const gone = disconnect(type, record, target.type, target.id, {});
    changes.insert(changes.end(), gone.begin(), gone.end());
  }
  return changes;
}

void Associations::move_all(TypeIndex type, RecordId old_id, RecordId new_id) {
  auto const node = edges_.find(Node{type, old_id});
  if (node == edges_.end() || old_id == new_id) return;
  auto const targets = node->second;
  disconnect_all(type, old_id);
  for (auto const& [target, ids] : targets)
    connect(type, new_id, target.type, target.id, {ids.begin(), ids.end()});
}

std::vector<Edge> Associations::edges(TypeIndex from_type, RecordId from, TypeIndex to_type) const {
  std::vector<Edge> found;
  auto const node = edges_.find(Node{from_type, from});
  if (node == edges_.end()) return found;
  for (auto const& [target, types] : node->second)
    if (target.type == to_type) found.push_back({target.id, types});
  return found;
}

std::vector<EdgeChange> Associations::all() const {
  std::vector<EdgeChange> found;
  for (auto const& [from, targets] : edges_)
    for (auto const& [to, types] : targets)
      for (auto const type : types)
        if (from < to) found.push_back({from.type, to.type, from.id, to.id, type, false});
  return found;
}

RecordId Associations::primary(TypeIndex from_type, RecordId from, TypeIndex to_type) const {
  auto const* type = primary_type(from_type, to_type);
  if (!type) return 0;
  for (auto const& edge : edges(from_type, from, to_type))
    if (edge.types.contains(type->id)) return edge.to;
  return 0;
}

}  // namespace crmsync::connectors::simulator::model
