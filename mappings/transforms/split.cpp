// split: several items in one text of the app, a set in canonical form.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"

namespace crmsync::mappings::transforms {

std::string check_split(TransformUse const& use) {
  auto const separator = use.param("by");
  if (!separator.empty() && !trimmed(separator).empty()) return {};
  return "the separator must hold more than white space";
}

CanonicalValue split_to_canonical(engine::Value const& value, TransformUse const& use) {
  std::string_view rest = std::get<std::string>(value);
  auto const separator = use.param("by");
  std::vector<std::string> items;
  while (true) {
    auto const end = rest.find(separator);
    if (auto const item = trimmed(rest.substr(0, end)); !item.empty()) items.emplace_back(item);
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + separator.size());
  }
  return known(engine::StringSet(std::move(items)));
}

CanonicalValue split_from_canonical(engine::Value const& value, TransformUse const& use) {
  auto const separator = use.param("by");
  std::string text;
  for (auto const& item : std::get<engine::StringSet>(value).items()) {
    // Written, it would come back as two items.
    if (item.find(separator) != std::string::npos) return unreadable("an item holds the separator");
    if (!text.empty()) text += separator;
    text += item;
  }
  // The final say: `a;` with the separator `;;`, or an item with white space at its ends.
  if (split_to_canonical(text, use).value != engine::FieldValue(value))
    return unreadable("the items would not be read back as they are");
  return known(std::move(text));
}

}  // namespace crmsync::mappings::transforms
