// SPDX-License-Identifier: Apache-2.0
#include "mappings/key_table.hpp"

#include <algorithm>

namespace crmsync::mappings {

std::string_view to_string(KeyType type) noexcept {
  switch (type) {
    case KeyType::version:
      return "version";
    case KeyType::name:
      return "name";
    case KeyType::text:
      return "text";
    case KeyType::column:
      return "column or property name";
    case KeyType::texts:
      return "text or list of texts";
    case KeyType::boolean:
      return "true or false";
    case KeyType::count:
      return "whole number";
    case KeyType::percent:
      return "percentage";
    case KeyType::duration:
      return "duration";
    case KeyType::bytes:
      return "size";
    case KeyType::path:
      return "path";
    case KeyType::url:
      return "URL";
    case KeyType::rate:
      return "rate";
    case KeyType::secret:
      return "secret reference";
    case KeyType::choice:
      return "choice";
    case KeyType::map:
      return "map of keys";
    case KeyType::maps:
      return "list of maps";
    case KeyType::labels:
      return "map of labels";
    case KeyType::values:
      return "map of values";
    case KeyType::special:
      return "value";
    case KeyType::unsupported:
      return "not supported by this version";
  }
  return "value";
}

KeyRow const* find_key(KeyTable table, std::string_view path) noexcept {
  auto const row = std::find_if(table.begin(), table.end(),
                                [&](KeyRow const& candidate) { return candidate.path == path; });
  return row == table.end() ? nullptr : &*row;
}

std::vector<std::string_view> child_names(KeyTable table, std::string_view path) {
  std::vector<std::string_view> names;
  for (auto const& row : table) {
    auto rest = row.path;
    if (!path.empty()) {
      if (!rest.starts_with(path) || rest.size() <= path.size() || rest[path.size()] != '.')
        continue;
      rest.remove_prefix(path.size() + 1);
    }
    auto const name = rest.substr(0, rest.find_first_of(".["));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> words;
  while (!choices.empty()) {
    auto const bar = choices.find('|');
    words.push_back(choices.substr(0, bar));
    choices = bar == std::string_view::npos ? std::string_view{} : choices.substr(bar + 1);
  }
  return words;
}

}  // namespace crmsync::mappings
