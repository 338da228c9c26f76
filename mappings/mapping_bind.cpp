// Mapping::bind: holds the mapping against both live schemas.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/conversion.hpp"
#include "mappings/diagnostic.hpp"
#include "mappings/field_chain.hpp"
#include "mappings/mapping.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

using engine::Direction;
using engine::Side;
using engine::ValueType;

SchemaFieldView const* find_in(SchemaView const& schema, std::string_view name) {
  auto const found = std::find_if(schema.begin(), schema.end(),
                                  [&](SchemaFieldView const& view) { return view.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

std::vector<std::string_view> names_in(SchemaView const& schema) {
  std::vector<std::string_view> names;
  for (auto const& view : schema) names.push_back(view.name);
  return names;
}

std::string near(std::string_view word, std::vector<std::string_view> const& known) {
  auto const name = nearest_name(word, known);
  return name.empty() ? std::string{} : "did you mean `" + name + "`?";
}

// Numbers meet as decimals; a column without a declared type holds text.
ValueType canonical_of(ValueType native) {
  if (native == ValueType::int64) return ValueType::decimal;
  return native == ValueType::null ? ValueType::string : native;
}

// Types a policy can decide about; null: any.
ValueType policy_needs(engine::PolicyKind kind) {
  using enum engine::PolicyKind;
  switch (kind) {
    case sum_deltas:
      return ValueType::decimal;
    case union_:
    case intersection:
    case merge_set:
      return ValueType::string_set;
    case furthest:
    case longest:
      return ValueType::string;
    case app:
    case crm:
    case app_unless_blank:
    case crm_unless_blank:
    case fill_blank:
    case newest:
    case oldest:
    case max:
    case min:
    case ask:
      return ValueType::null;
  }
  return ValueType::null;
}

class Binder {
 public:
  Binder(Mapping& mapping, SchemaView const& app, SchemaView const& crm)
      : mapping_(mapping), app_(app), crm_(crm) {}

  std::vector<SchemaDefect> run() {
    for (std::size_t i = 0; i < mapping_.fields.size(); ++i) bind_field(i);
    check_names();
    check_creates();
    return std::move(defects_);
  }

 private:
  SchemaView const& schema(Side side) const { return side == Side::app ? app_ : crm_; }

  void defect(std::string code, int line, std::string text, std::string hint) {
    auto where = mapping_.file + (line > 0 ? ":" + std::to_string(line) : std::string{});
    defects_.push_back({std::move(code), std::move(where), std::move(text), std::move(hint)});
  }

  SchemaFieldView const* require(Side side, std::string const& name, int line) {
    auto const* view = find_in(schema(side), name);
    if (view != nullptr) return view;
    bool const is_app = side == Side::app;
    auto const& object = is_app ? mapping_.app.object : mapping_.crm.object;
    auto hint = near(name, names_in(schema(side)));
    if (hint.empty())
      hint = is_app ? "add the column or remove the row" : "create the property or remove the row";
    defect(is_app ? "M301" : "M302", line,
           std::string(is_app ? "no column `" : "no property `") + name + "` in `" + object + "`",
           std::move(hint));
    return nullptr;
  }

  void bind_field(std::size_t index) {
    auto& field = mapping_.fields[index];
    auto const line = field.source.line;
    auto const direction = mapping_.rules.fields[index].direction;
    auto const* app = require(Side::app, field.app.front(), line);
    auto const* crm = require(Side::crm, field.crm.front(), line);
    if (app != nullptr && direction != Direction::to_crm) check_writable(Side::app, *app, line);
    if (crm != nullptr && direction != Direction::to_app) check_writable(Side::crm, *crm, line);
    if (app == nullptr || crm == nullptr) return;
    field.app_native = app->type == ValueType::null ? ValueType::string : app->type;
    field.crm_native = crm->type == ValueType::null ? ValueType::string : crm->type;
    field.canonical = fixed_type(field).value_or(canonical_of(crm->type));
    field.app_not_null = !app->nullable;
    field.app_length_max = app->length_max;
    field.crm_length_max = crm->length_max;
    check_types(field);
    check_chain(index);
    if (direction != Direction::to_app) check_options(field, *crm);
  }

  void check_writable(Side side, SchemaFieldView const& view, int line) {
    if (!view.read_only) return;
    defect("M303", line,
           "`" + view.name + "` is read-only in the " + std::string(to_string(side)) +
               " but the row writes it",
           side == Side::app ? "set direction: to_crm" : "set direction: to_app");
  }

  void check_types(FieldMap const& field) {
    auto const line = field.source.line;
    auto const input = chain_input(field, field.canonical);
    if (find_conversion(field.app_native, input) == nullptr) {
      auto const hint = field.canonical == ValueType::string_set && field.transforms.empty()
                            ? "add transform: {split: \";\"}"
                            : "map a column of another type or change the transform";
      defect("M304", line,
             "column `" + field.app.front() + "` (" + std::string(to_string(field.app_native)) +
                 ") and property `" + field.crm.front() + "` (" +
                 std::string(to_string(field.crm_native)) + ") cannot meet as " +
                 std::string(to_string(input)),
             hint);
    } else if (find_conversion(field.crm_native, field.canonical) == nullptr &&
               !crm_uses_chain(field)) {
      defect("M304", line,
             "property `" + field.crm.front() + "` (" + std::string(to_string(field.crm_native)) +
                 ") cannot hold " + std::string(to_string(field.canonical)) +
                 ", which the row's transform yields",
             "map a property of another type or remove the transform");
    }
  }

  // Policies of the row's own chain that can never decide. The mapping's default chain may hold
  // policies for other types.
  void check_chain(std::size_t index) {
    auto const& field = mapping_.fields[index];
    if (!field.own_chain) return;
    for (auto const& policy : mapping_.rules.fields[index].chain) {
      auto const needed = policy_needs(policy.kind);
      if (needed == ValueType::null || needed == field.canonical) continue;
      defect("M305", field.source.line,
             "policy `" + std::string(to_string(policy.kind)) + "` decides about " +
                 std::string(to_string(needed)) + " values; `" + field.name + "` is " +
                 std::string(to_string(field.canonical)),
             needed == ValueType::string_set ? "add transform: {split: \";\"}"
                                             : "choose another policy");
    }
  }

  void check_options(FieldMap const& field, SchemaFieldView const& crm) {
    if (!crm.options_closed || crm.options.empty()) return;
    std::vector<std::string_view> const known(crm.options.begin(), crm.options.end());
    for (auto const& [app_label, crm_label] : field.values.pairs) {
      if (std::find(known.begin(), known.end(), crm_label) != known.end()) continue;
      defect("M306", field.source.line,
             "`" + crm_label + "` is no option of property `" + crm.name + "`",
             near(crm_label, known));
    }
  }

  // The external id's property is not asked for: it is created when the object is prepared.
  void check_names() {
    for (auto const& key : mapping_.match) {
      if (!key.app.empty()) require(Side::app, key.app, key.line);
      if (key.crm != "id" && key.crm != mapping_.crm.external_id)
        require(Side::crm, key.crm, key.line);
    }
    auto const line = mapping_.app.line;
    for (auto const& column : mapping_.app.key) require(Side::app, column, line);
    if (!mapping_.app.changed_at.empty()) require(Side::app, mapping_.app.changed_at, line);
    if (!mapping_.app.deleted_field.empty()) require(Side::app, mapping_.app.deleted_field, line);
  }

  // Rows can only be created when every column that must have a value gets one.
  void check_creates() {
    auto const create = mapping_.rules.presence.create;
    if (create != engine::CreateMode::crm_to_app && create != engine::CreateMode::both) return;
    auto const written = mapping_.writable_fields(Side::app);
    for (auto const& column : app_) {
      if (column.nullable || column.has_default || column.read_only) continue;
      if (std::find(written.begin(), written.end(), column.name) != written.end()) continue;
      auto const& key = mapping_.app.key;
      bool const numbers_itself =
          key.size() == 1 && key.front() == column.name && column.type == ValueType::int64;
      if (numbers_itself) continue;
      defect("M307", mapping_.app.line,
             "rows cannot be created: column `" + column.name +
                 "` is NOT NULL, has no default and no field writes it",
             "map it, give it a default, or set create: app_to_crm");
    }
  }

  Mapping& mapping_;
  SchemaView const& app_;
  SchemaView const& crm_;
  std::vector<SchemaDefect> defects_;
};

}  // namespace

std::vector<SchemaDefect> Mapping::bind(SchemaView const& app_schema,
                                        SchemaView const& crm_schema) {
  return Binder(*this, app_schema, crm_schema).run();
}

}  // namespace crmsync::mappings
