// scale: whole cents in the app, an exact decimal amount in canonical form.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/rows.hpp"

#include <algorithm>
#include <optional>

namespace crmsync::mappings::transforms {
namespace {

// 100 -> 2. Empty for anything but 10, 100, ... 10^18.
std::optional<int> places_of(std::string_view factor) {
  constexpr std::size_t kDigitsMax = 19;
  if (factor.size() < 2 || factor.size() > kDigitsMax || factor[0] != '1') return std::nullopt;
  if (factor.find_first_not_of('0', 1) != std::string_view::npos) return std::nullopt;
  return static_cast<int>(factor.size()) - 1;
}

CanonicalValue shifted(engine::Value const& value, int places) {
  auto moved = std::get<engine::Decimal>(value).shifted(places);
  if (!moved) return unreadable("a number with too many digits");
  return known(std::move(*moved));
}

}  // namespace

std::string check_scale(TransformUse const& use) {
  if (places_of(use.param("by"))) return {};
  return "the factor must be a power of ten: 10, 100, 1000, ...";
}

CanonicalValue scale_to_canonical(engine::Value const& value, TransformUse const& use) {
  return shifted(value, -places_of(use.param("by")).value_or(0));
}

CanonicalValue scale_from_canonical(engine::Value const& value, TransformUse const& use) {
  return shifted(value, places_of(use.param("by")).value_or(0));
}

}  // namespace crmsync::mappings::transforms
