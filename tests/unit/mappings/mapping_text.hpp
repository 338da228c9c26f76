// Texts and short forms for the tests of mappings/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/config.hpp"
#include "mappings/mapping.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace crmsync::mappings {

inline std::string all(std::vector<Diagnostic> const& diagnostics) {
  std::string out;
  for (auto const& diagnostic : diagnostics) out += render(diagnostic);
  return out;
}

inline std::string read_text(std::filesystem::path const& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// A whole mapping around the rows of `fields` and more keys.
inline std::string with(std::string const& fields, std::string const& more = {}) {
  return "version: 1\nmapping: m\napp: {connection: a, object: t, key: id, deleted_when: {field: "
         "gone_at, is: present}}\ncrm: {connection: c, object: o, external_id: x}\n"
         "match: {keys: [{app: email, crm: email}]}\n" +
         more + "fields:\n" + fields;
}

inline Mapping loaded(std::string const& text) {
  auto result = load_mapping(text, "m.yaml");
  EXPECT_TRUE(result.mapping) << all(result.diagnostics);
  return result.mapping ? *result.mapping : Mapping{};
}

inline std::vector<std::string> codes(std::string const& text) {
  std::vector<std::string> out;
  for (auto const& diagnostic : load_mapping(text, "m.yaml").diagnostics)
    out.push_back(diagnostic.code);
  return out;
}

}  // namespace crmsync::mappings
