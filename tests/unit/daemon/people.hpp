// Records of the small world.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/daemon/small_world.hpp"

#include <functional>
#include <optional>
#include <string>

namespace crmsync::daemon::tests {

inline engine::Value text(std::string value) {
  return value;
}

inline engine::FieldValue known(std::string value) {
  return engine::Value(std::move(value));
}

inline engine::Record person(std::string email, std::string name) {
  return {{"email", text(std::move(email))},
          {"name", text(std::move(name))},
          {"phone", engine::Null{}}};
}

// A failure for the first `times` operations (all: -1).
inline std::function<std::optional<engine::Error>(connectors::Operation const&)> fails(
    engine::Errc code, int times = -1) {
  return [code, times](connectors::Operation const&) mutable -> std::optional<engine::Error> {
    if (times == 0) return std::nullopt;
    if (times > 0) --times;
    return engine::make_error(code, "write", "refused by the test");
  };
}

// The same for reads.
inline std::function<std::optional<engine::Error>()> read_fails(engine::Errc code, int times = -1) {
  return [code, times]() mutable -> std::optional<engine::Error> {
    if (times == 0) return std::nullopt;
    if (times > 0) --times;
    return engine::make_error(code, "read", "refused by the test");
  };
}

}  // namespace crmsync::daemon::tests
