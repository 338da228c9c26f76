// The account's schema: object types, their properties and groups, pipelines and owners.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/property.hpp"
#include "connectors/simulator/model/record.hpp"
#include "connectors/simulator/model/refusal.hpp"
#include "engine/value.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::model {

struct Group {
  std::string name;
  std::string label;
  std::int32_t display_order = 0;
};

struct ObjectType {
  std::string type_id;   // "0-1"; custom ones "2-<n>"
  std::string name;      // "contacts"; custom ones as created
  std::string singular;  // "contact": error texts and event names
  std::string label;
  std::string modified_property;  // "lastmodifieddate" or "hs_lastmodifieddate"
  std::string identity_property;  // unique by nature; "email" for contacts, else empty
  std::vector<std::string> default_properties;  // read when none are asked for
  std::vector<std::string> create_one_of;       // a create needs one of these; empty: nothing
  std::vector<std::string> create_all_of;
  bool merge_mints_id = false;
  bool custom = false;
  engine::Timestamp created_at;
  std::vector<Property> properties;
  std::vector<Group> groups;
  std::map<std::string, PropertyId, std::less<>> names;  // live properties only

  Property const* find(std::string_view name) const noexcept;
  std::optional<PropertyId> id_of(std::string_view name) const noexcept;
};

struct Stage {
  std::string id;
  std::string label;
  std::string probability;  // "0.0" to "1.0"
  bool closed = false;
};

struct Pipeline {
  std::string object;  // "deals"
  std::string id;
  std::string label;
  std::vector<Stage> stages;
};

struct Owner {
  std::string id;
  std::int64_t user_id = 0;
  std::string email;
  std::string first_name;
  std::string last_name;
  bool archived = false;
};

inline constexpr std::size_t kUniquePropertiesMax = 10;  // per type, not counting identities
inline constexpr std::size_t kCustomPropertiesMax = 1000;

class Catalog {
 public:
  explicit Catalog(std::int64_t portal_id, engine::Timestamp created_at);

  // By plural or singular name, type id, or (custom types) fully qualified name.
  std::optional<TypeIndex> find(std::string_view name) const noexcept;
  ObjectType const& type(TypeIndex index) const { return types_[index]; }
  std::size_t size() const noexcept { return types_.size(); }
  std::string qualified_name(ObjectType const& type) const;

  // Names are lower case letters, digits and '_', a letter first. `property.created_at` is its
  // time. Refused when the name is taken, the shape is invalid or a ceiling is reached.
  Outcome<PropertyId> create_property(TypeIndex type, Property property);
  // Replaces label, description, group, type, field type, options, order, hidden, form field.
  // Values stay as they are, also those that no longer fit.
  Outcome<PropertyId> change_property(TypeIndex type, std::string_view name, Property changed);
  // Its values are gone with it. False when there is none of that name.
  bool archive_property(TypeIndex type, std::string_view name, engine::Timestamp now);
  Outcome<TypeIndex> create_type(ObjectType type);
  bool add_group(TypeIndex type, Group group);

  std::vector<Pipeline> const& pipelines() const noexcept { return pipelines_; }
  std::vector<Owner> const& owners() const noexcept { return owners_; }
  Stage const* find_stage(std::string_view id) const noexcept;

 private:
  void add(TypeIndex type, Property property);

  std::int64_t portal_id_;
  std::vector<ObjectType> types_;
  std::vector<Pipeline> pipelines_;
  std::vector<Owner> owners_;
};

}  // namespace crmsync::connectors::simulator::model
