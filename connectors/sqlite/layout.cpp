// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/layout.hpp"

#include "connectors/sqlite/identifier.hpp"

#include <algorithm>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Result;
using engine::Status;

namespace {

Status check_spec(Database const& database, EndpointSpec const& spec) {
  using Capture = EndpointSpec::Capture;
  if (spec.mapping.find('\0') != std::string::npos)
    return database.fail(Errc::config_invalid, "the mapping's name holds a NUL", "rename it");
  if (spec.capture == Capture::logical || spec.capture == Capture::binlog)
    return database.fail(Errc::config_invalid, "SQLite has no replication log",
                         "use `capture: triggers` or `capture: poll`");
  if (spec.capture == Capture::poll && spec.changed_at.empty())
    return database.fail(Errc::config_invalid,
                         "polling `" + spec.object +
                             "` needs `changed_at`, the column with the "
                             "time of the last change",
                         "name it, or use `capture: triggers`");
  return {};
}

class LayoutBuilder {
 public:
  LayoutBuilder(Database& database, EndpointSpec const& spec, Layout& layout)
      : database_(database), spec_(spec), layout_(layout) {}

  Status build() {
    for (auto const& name : spec_.fields) {
      auto added = add(name, "fields");
      if (!added) return added.error();
    }
    layout_.fields_count = layout_.reads.size();
    if (!spec_.changed_at.empty()) {
      auto place = add(spec_.changed_at, "changed_at");
      if (!place) return place.error();
      layout_.stamp = *place;
    }
    if (!spec_.deleted_field.empty()) {
      auto place = add(spec_.deleted_field, "deleted_when");
      if (!place) return place.error();
      layout_.marker = *place;
    }
    return check_writable();
  }

 private:
  Result<std::size_t> add(std::string const& name, std::string const& where) {
    for (std::size_t i = 0; i < layout_.reads.size(); ++i)
      if (layout_.reads[i]->name == name) return i;
    auto const* column = layout_.table.find(name);
    if (!column) return missing(name, where);
    layout_.reads.push_back(column);
    return layout_.reads.size() - 1;
  }

  engine::Error missing(std::string const& name, std::string const& where) const {
    auto error = database_.fail(
        Errc::invalid_schema,
        "`" + layout_.table.name + "` has no column `" + name + "` (in `" + where + "`)",
        nearest_hint(name, layout_.table.column_names(), "correct the mapping"));
    error.fields.push_back(name);
    return error;
  }

  Status check_writable() const {
    for (auto const& name : spec_.writable) {
      auto const* column = layout_.table.find(name);
      if (!column) return missing(name, "fields");
      if (!column->generated && !column->blob) continue;
      auto error = database_.fail(
          Errc::invalid_schema,
          "column `" + name + "` of `" + layout_.table.name +
              (column->generated ? "` is generated and cannot be written" : "` is a BLOB"),
          column->generated ? "set `direction: to_crm` for it" : "remove it from the mapping");
      error.fields.push_back(name);
      return error;
    }
    return {};
  }

  Database& database_;
  EndpointSpec const& spec_;
  Layout& layout_;
};

Result<std::shared_ptr<Layout const>> build_layout(Database& database, EndpointSpec const& spec) {
  if (auto checked = check_spec(database, spec); !checked) return checked.error();
  auto layout = std::make_shared<Layout>();
  auto table = load_table(database, spec.object);
  if (!table) return table.error();
  layout->table = std::move(*table);
  auto key = Key::make(database, layout->table, spec.key);
  if (!key) return key.error();
  layout->key = std::move(*key);
  if (auto built = LayoutBuilder(database, spec, *layout).build(); !built) return built.error();
  layout->select = layout->key.text_sql("r");
  for (auto const* column : layout->reads) layout->select += ", r." + quoted_name(column->name);
  layout->from = " FROM " + quoted_name(layout->table.name) + " AS r ";
  layout->stream = make_stream(spec.object, spec.key, spec.deleted_field);
  if (spec.capture == EndpointSpec::Capture::triggers)
    layout->triggers =
        make_triggers(layout->stream, layout->table, layout->key, layout->marker_column());
  return std::shared_ptr<Layout const>(std::move(layout));
}

}  // namespace

Result<std::shared_ptr<Layout const>> LiveLayout::get(Database& database) {
  auto version = database.schema_version();
  if (!version) return version.error();
  if (layout_ && *version == schema_version_) return layout_;
  auto built = build_layout(database, spec_);
  if (!built) return built.error();
  layout_ = *built;
  schema_version_ = *version;
  return layout_;
}

Result<bool> LiveLayout::capture_is_whole(Database& database, Layout const& layout) {
  auto version = database.schema_version();
  if (!version) return version.error();
  if (*version == whole_at_version_) return true;
  auto whole = capture_is_installed(database, layout.stream, layout.triggers);
  if (!whole) return whole.error();
  if (*whole) whole_at_version_ = *version;
  return *whole;
}

}  // namespace crmsync::connectors::sqlite
