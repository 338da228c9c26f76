// One file of connections.d. Its keys differ per type; the table is put together from the common
// rows and the type's own.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/parts.hpp"
#include "mappings/config/secrets.hpp"
#include "mappings/key_table.hpp"
#include "mappings/literals.hpp"
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"
#include "mappings/yaml_reader.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

struct Kind {
  std::string_view word;
  KeyType type;
};
constexpr Kind kKinds[] = {
    {"text", KeyType::text},         {"path", KeyType::path},       {"url", KeyType::url},
    {"duration", KeyType::duration}, {"percent", KeyType::percent}, {"rate", KeyType::rate},
    {"secret", KeyType::secret},     {"bool", KeyType::boolean},    {"count", KeyType::count}};

KeyType type_of_kind(std::string_view kind) {
  for (auto const& [word, type] : kKinds)
    if (word == kind) return type;
  return KeyType::text;
}

std::vector<KeyRow> keys_of(ConnectionTypeView const* type) {
  auto const common = connection_common_keys();
  std::vector<KeyRow> rows(common.begin(), common.end());
  if (type == nullptr) return rows;
  for (auto const& key : type->keys)
    if (find_key(rows, key.name) == nullptr)
      rows.push_back({key.name, type_of_kind(key.kind), key.required, key.default_value, {}, {}});
  return rows;
}

// Hides every value but those of known keys that hold no secret: a credential may stand behind a
// mistyped key.
void mask_values(YamlNode const& node, std::string const& path, KeyTable table, Report& report) {
  if (node.is_scalar()) {
    auto const* row = find_key(table, path);
    bool const plain = row != nullptr && row->type != KeyType::secret && row->type != KeyType::url;
    if (!plain && !(node.text.starts_with("${") && node.text.ends_with("}"))) report.mask(node.at);
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    auto const name = node.is_map() ? node.keys[i].text : std::string("[]");
    mask_values(node.items[i], path.empty() ? name : path + "." + name, table, report);
  }
}

class ConnectionReader {
 public:
  ConnectionReader(YamlNode const& root, std::filesystem::path const& directory,
                   EnvironmentLookup const& environment, Report& report, ConnectionRead& out)
      : root_(root), directory_(directory), environment_(environment), report_(report), out_(out) {}

  void read_key(KeyRow const& row) {
    auto const* node = root_.at_path(row.path);
    if (node == nullptr || !node->is_scalar()) {
      if (node == nullptr && !row.default_value.empty() && row.type != KeyType::secret)
        store(row, std::string(row.default_value));
      return;
    }
    if (row.type == KeyType::secret) return read_secret(row, *node);
    store(row, node->text);
  }

 private:
  void store(KeyRow const& row, std::string text) {
    if (row.type == KeyType::path) text = (directory_ / text).lexically_normal().string();
    out_.connection.values.emplace(row.path, std::move(text));
  }

  void read_secret(KeyRow const& row, YamlNode const& node) {
    auto result = resolve_secret(node.text, directory_, environment_);
    auto const shown = "`" + std::string(row.path) + "`: ";
    if (!result.code.empty()) {
      report_.error(result.code, node.at, shown + result.problem, result.cure);
      return;
    }
    if (!result.warning.empty())
      report_.warning("M409", node.at, shown + result.warning,
                      "prefer ${cred:NAME} or ${file:PATH}");
    out_.secret_stamp = out_.secret_stamp * 31 + result.stamp;
    out_.connection.secrets.emplace(row.path, std::move(result.secret));
  }

  YamlNode const& root_;
  std::filesystem::path const& directory_;
  EnvironmentLookup const& environment_;
  Report& report_;
  ConnectionRead& out_;
};

ConnectionTypeView const* find_type(YamlNode const& root,
                                    std::vector<ConnectionTypeView> const& types, Report& report) {
  auto const* node = root.find("type");
  if (node == nullptr || !node->is_scalar() || node->text.empty()) return nullptr;
  std::vector<std::string_view> known;
  for (auto const& type : types) {
    if (type.type == node->text) return &type;
    known.push_back(type.type);
  }
  report.error("M405", node->at, "unknown connection type `" + node->text + "`",
               suggest(node->text, known));
  return nullptr;
}

}  // namespace

ConnectionRead read_connection(std::string_view text, std::filesystem::path const& directory,
                               std::vector<ConnectionTypeView> const& types,
                               EnvironmentLookup const& environment, Report& report) {
  ConnectionRead out;
  out.connection.file = report.shown_as();
  auto const root = read_yaml(text, report);
  if (!root) {
    report.hide_excerpts();
    return out;
  }
  auto const* type = find_type(*root, types, report);
  auto const table = keys_of(type);
  mask_values(*root, {}, table, report);
  report.mask_comments();
  // The keys of an unknown type are unknown too: say only what is wrong with the type.
  if (type != nullptr || root->find("type") == nullptr) check_keys(*root, table, report);
  if (auto const* name = root->find("connection"); name != nullptr) out.name_at = name->at;
  out.connection.name = text_at(*root, "connection");
  out.connection.type = text_at(*root, "type");
  out.connection.environment = text_at(*root, "environment");
  if (type == nullptr) return out;
  out.type_known = true;
  out.is_crm = type->is_crm;
  ConnectionReader reader(*root, directory, environment, report, out);
  for (auto const& row : table)
    if (find_key(connection_common_keys(), row.path) == nullptr) reader.read_key(row);
  return out;
}

}  // namespace crmsync::mappings
