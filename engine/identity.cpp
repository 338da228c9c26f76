// SPDX-License-Identifier: Apache-2.0
#include "engine/identity.hpp"

namespace crmsync::engine {

std::string join_key(std::vector<std::string> const& parts) {
  std::string key;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) key += '|';
    for (char const c : parts[i]) {
      if (c == '|' || c == '\\') key += '\\';
      key += c;
    }
  }
  return key;
}

std::vector<std::string> split_key(std::string_view key) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '|') {
      parts.emplace_back();
      continue;
    }
    if (key[i] == '\\' && i + 1 < key.size()) ++i;
    parts.back() += key[i];
  }
  return parts;
}

std::string_view to_string(LinkState state) noexcept {
  switch (state) {
    case LinkState::none:
      return "none";
    case LinkState::linked:
      return "linked";
    case LinkState::dormant:
      return "dormant";
    case LinkState::detached:
      return "detached";
    case LinkState::tombstone:
      return "tombstone";
  }
  return "none";
}

}  // namespace crmsync::engine
