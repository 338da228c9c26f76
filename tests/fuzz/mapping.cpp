// Mapping files.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace crmsync;
  using fuzz::require;
  fuzz::Input const input(data, size);
  auto const result = mappings::load_mapping(input.rest(), "m.yaml");
  bool const failed =
      std::ranges::any_of(result.diagnostics, [](auto const& one) { return !one.warning; });
  require(result.mapping.has_value() == !failed,
          "a mapping is there exactly when nothing is wrong");
  for (auto const& one : result.diagnostics) {
    require(!one.code.empty() && !one.message.empty(), "what is wrong is said");
    require(one.file == "m.yaml" && one.line >= 0, "and where");
    require(!mappings::render(one).empty(), "in a form for people");
  }
  if (!result.mapping) return 0;
  auto const& mapping = *result.mapping;
  require(!mapping.name.empty(), "a mapping has a name");
  require(mapping.fields.size() == mapping.rules.fields.size(), "every field has its rule");
  for (std::size_t i = 0; i < mapping.fields.size(); ++i)
    require(mapping.fields[i].name == mapping.rules.fields[i].name, "in the same order");
  return 0;
}
