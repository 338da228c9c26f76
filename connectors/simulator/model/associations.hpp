// Who is associated with whom, under which labels. Every edge is kept in both directions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crmsync::connectors::simulator::model {

using AssociationTypeId = std::int32_t;

struct AssociationType {
  TypeIndex from = 0;
  TypeIndex to = 0;
  AssociationTypeId id = 0;
  AssociationTypeId inverse = 0;
  std::string category;  // HUBSPOT_DEFINED or USER_DEFINED
  std::string name;
  std::string label;  // empty: unlabelled
  bool primary = false;
};

struct Edge {
  RecordId to = 0;
  std::set<AssociationTypeId> types;
};

// An edge that appeared or went, one per direction.
struct EdgeChange {
  TypeIndex from_type = 0, to_type = 0;
  RecordId from = 0, to = 0;
  AssociationTypeId type = 0;
  bool removed = false;
};

class Associations {
 public:
  Associations();

  // The unlabelled type of a pair; made up for pairs the vendor's list does not name.
  AssociationType const& default_type(TypeIndex from, TypeIndex to);
  AssociationType const* find_type(TypeIndex from, TypeIndex to, AssociationTypeId id) const;
  std::vector<AssociationType> types_between(TypeIndex from, TypeIndex to);
  // A label of the account's own: one type for each direction; the one for from -> to comes back.
  AssociationType const& add_label(TypeIndex from, TypeIndex to, std::string name,
                                   std::string label, std::string inverse_label);

  // Adds the types to the edge (and the unlabelled one, which every edge has). The first company
  // of a contact becomes its primary one; a new primary one demotes the former. `types` must
  // exist. Returns what changed.
  std::vector<EdgeChange> connect(TypeIndex from_type, RecordId from, TypeIndex to_type,
                                  RecordId to, std::vector<AssociationTypeId> const& types);
  // Removes the labels; with none given the whole edge.
  std::vector<EdgeChange> disconnect(TypeIndex from_type, RecordId from, TypeIndex to_type,
                                     RecordId to, std::vector<AssociationTypeId> const& types);
  // All edges of a record, to every type.
  std::vector<EdgeChange> disconnect_all(TypeIndex type, RecordId record);
  // Edges of one record become another's (merge).
  void move_all(TypeIndex type, RecordId old_id, RecordId new_id);

  // Ordered by target.
  std::vector<Edge> edges(TypeIndex from_type, RecordId from, TypeIndex to_type) const;
  // Every label of every edge, in one direction only: from the smaller (type, id).
  std::vector<EdgeChange> all() const;
  // The target of the primary edge, 0 when there is none.
  RecordId primary(TypeIndex from_type, RecordId from, TypeIndex to_type) const;

 private:
  struct Node {
    TypeIndex type;
    RecordId id;
    friend auto operator<=>(Node const&, Node const&) = default;
  };
  using Targets = std::map<Node, std::set<AssociationTypeId>>;

  void set_type(Node from, Node to, AssociationType const& type, std::vector<EdgeChange>& changes);
  void drop_type(Node from, Node to, AssociationType const& type, std::vector<EdgeChange>& changes);
  void settle_primary(Node from, Node to, bool asked, std::vector<EdgeChange>& changes);
  AssociationType const* primary_type(TypeIndex from, TypeIndex to) const;
  bool has_type(Node from, Node to, AssociationTypeId type) const;

  TypeIndex company_type_ = 0;
  std::vector<AssociationType> types_;
  std::map<Node, Targets> edges_;
  AssociationTypeId next_id_ = 1'001;
};

}  // namespace crmsync::connectors::simulator::model
