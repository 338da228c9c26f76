// JSON Schema from the key tables.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/reference.hpp"
#include "engine/policy.hpp"
#include "mappings/key_table.hpp"
#include "mappings/transforms/transform.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <functional>
#include <string_view>
#include <vector>

namespace crmsync::daemon {

namespace {

using mappings::KeyRow;
using mappings::KeyTable;
using mappings::KeyType;
using Words = std::vector<std::string_view>;

class SchemaWriter {
 public:
  explicit SchemaWriter(KeyTable table) : table_(table) { writer_.SetIndent(' ', 1); }

  std::string write(std::string_view title) {
    object([&] {
      text("$schema", "http://json-schema.org/draft-07/schema#");
      text("title", title);
      keys_of("");
    });
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  using Part = std::function<void()>;

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void word(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    word(value);
  }
  void object(Part const& inside) {
    writer_.StartObject();
    inside();
    writer_.EndObject();
  }
  void words(std::string_view name, Words const& values) {
    key(name);
    writer_.StartArray();
    for (auto const value : values) word(value);
    writer_.EndArray();
  }
  void any_of(std::vector<Part> const& forms) {
    key("anyOf");
    writer_.StartArray();
    for (auto const& form : forms) object(form);
    writer_.EndArray();
  }
  void list_of(Part const& item) {
    text("type", "array");
    key("minItems");
    writer_.Int(1);
    key("items");
    object(item);
  }
  void closed() {
    key("additionalProperties");
    writer_.Bool(false);
  }
  // An object with at least one of these names, each of the same form.
  void one_of_names(Words const& names, Part const& value) {
    text("type", "object");
    key("properties");
    object([&] {
      for (auto const name : names) {
        key(name);
        object(value);
      }
    });
    closed();
    key("minProperties");
    writer_.Int(1);
    key("maxProperties");
    writer_.Int(1);
  }

  // A file reads 012 and 1.10 as text, whatever an editor takes them for.
  void scalar() { words("type", {"string", "number", "boolean"}); }

  void keys_of(std::string const& path) {
    text("type", "object");
    auto const names = child_names(table_, path);
    Words required;
    key("properties");
    object([&] {
      for (auto const name : names) {
        auto const below = path.empty() ? std::string(name) : path + "." + std::string(name);
        auto const* row = find_key(table_, below);
        if (row != nullptr && row->type == KeyType::unsupported) continue;
        if (row != nullptr && row->required) required.push_back(name);
        key(name);
        object([&] { row == nullptr ? keys_of(below) : value(*row); });
      }
    });
    closed();
    if (!required.empty()) words("required", required);
  }

  void value(KeyRow const& row) {
    auto doc = std::string(row.doc);
    if (!row.default_value.empty() && !row.required)
      doc += " Default: " + std::string(row.default_value) + ".";
    text("description", doc);
    if (row.type == KeyType::special) return special(row.path);
    typed(row);
  }

  void typed(KeyRow const& row) {
    switch (row.type) {
      case KeyType::version:
        key("enum");
        writer_.StartArray();
        writer_.Int(1);
        writer_.EndArray();
        break;
      case KeyType::name:
        text("type", "string");
        text("pattern", "^[a-z0-9][a-z0-9_-]{0,62}$");
        break;
      case KeyType::text:
      case KeyType::column:
        scalar();
        break;
      case KeyType::texts:
        any_of({[&] { scalar(); }, [&] { list_of([&] { scalar(); }); }});
        break;
      case KeyType::boolean:
        text("type", "boolean");
        break;
      case KeyType::count:
        text("type", "integer");
        key("minimum");
        writer_.Int(0);
        break;
      case KeyType::percent:
        any_of({[&] { text("type", "number"); },
                [&] {
                  text("type", "string");
                  text("pattern", "^[0-9]+(\\.[0-9]+)?%$");
                }});
        break;
      case KeyType::duration:
        text("type", "string");
        text("pattern", "^[0-9]+(ms|s|m|h|d)$");
        break;
      case KeyType::bytes:
        words("type", {"string", "integer"});
        break;
      case KeyType::path:
      case KeyType::url:
      case KeyType::rate:
      case KeyType::secret:
        text("type", "string");
        break;
      case KeyType::choice:
        words("enum", mappings::split_choices(row.choices));
        break;
      case KeyType::map:
        keys_of(std::string(row.path));
        break;
      case KeyType::maps:
        list_of([&] { keys_of(std::string(row.path) + "[]"); });
        break;
      case KeyType::labels:
        map_of({"string", "number", "boolean"});
        break;
      case KeyType::values:
        map_of({"string", "number", "boolean", "null"});
        break;
      case KeyType::special:
      case KeyType::unsupported:
        break;
    }
  }

  void map_of(Words const& types) {
    text("type", "object");
    key("minProperties");
    writer_.Int(1);
    key("additionalProperties");
    object([&] { words("type", types); });
  }

  // Keys of several forms, which the loader reads by itself.
  void special(std::string_view path) {
    if (path == "conflict.default" || path == "fields[].conflict") return chain();
    if (path == "fields[].transform") return transforms();
    if (path == "fields[].on_unknown")
      return any_of({[&] {
                       words("enum", {"ask", "keep"});
                     },
                     [&] { one_of_names({"default"}, [&] { scalar(); }); }});
    if (path == "delete.crm_deleted")
      return any_of({[&] {
                       words("enum", {"delete_row", "unlink", "ignore"});
                     },
                     [&] { one_of_names({"set"}, [&] { map_of({"string"}); }); }});
    if (path.starts_with("tests[].")) {
      any_of({[&] { scalar(); },
              [&] {
                text("type", "array");
                key("items");
                object([&] { scalar(); });
              }});
    }
  }

  void chain() {
    Words plain, ordered;
    for (auto const& row : engine::policy_table())
      (row.takes_order ? ordered : plain).push_back(row.name);
    auto const word_form = [this, plain] { words("enum", plain); };
    auto const order_form = [this, ordered] {
      one_of_names(ordered, [this] { list_of([this] { scalar(); }); });
    };
    any_of({word_form, order_form, [&] { list_of([&] { any_of({word_form, order_form}); }); }});
  }

  void transforms() {
    Words names;
    for (auto const& row : mappings::transform_table()) names.push_back(row.name);
    auto const word_form = [this, names] { words("enum", names); };
    auto const parameter = [this] {
      any_of({[this] { scalar(); },
              [this] {
                text("type", "object");
                key("additionalProperties");
                object([this] { scalar(); });
              }});
    };
    auto const with_parameters = [this, names, parameter] { one_of_names(names, parameter); };
    any_of({word_form, with_parameters, [&] {
              list_of([&] { any_of({word_form, with_parameters}); });
            }});
  }

  KeyTable table_;
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace

std::string mapping_schema() {
  return SchemaWriter(mappings::mapping_keys()).write("crmsync mapping");
}

std::string settings_schema() {
  return SchemaWriter(mappings::settings_keys()).write("crmsync.yaml");
}

}  // namespace crmsync::daemon
