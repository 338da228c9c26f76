// SPDX-License-Identifier: Apache-2.0
#include "engine/observation.hpp"

namespace crmsync::engine {

std::string_view to_string(Presence presence) noexcept {
  switch (presence) {
    case Presence::present:
      return "present";
    case Presence::deleted:
      return "deleted";
    case Presence::unknown:
      return "unknown";
    case Presence::none:
      return "none";
  }
  return "unknown";
}

}  // namespace crmsync::engine
