// SPDX-License-Identifier: Apache-2.0
#include "engine/rules.hpp"

namespace crmsync::engine {

std::string_view to_string(Direction direction) noexcept {
  switch (direction) {
    case Direction::both:
      return "both";
    case Direction::to_crm:
      return "to_crm";
    case Direction::to_app:
      return "to_app";
  }
  return "both";
}

std::string_view to_string(CreateMode mode) noexcept {
  switch (mode) {
    case CreateMode::none:
      return "none";
    case CreateMode::app_to_crm:
      return "app_to_crm";
    case CreateMode::crm_to_app:
      return "crm_to_app";
    case CreateMode::both:
      return "both";
  }
  return "none";
}

}  // namespace crmsync::engine
