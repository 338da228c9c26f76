// Reading the small JSON bodies that the control socket and the CLI exchange: one flat object of
// strings, numbers and booleans, everything as text. Iterative, encoding validated, duplicate keys
// and nesting refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace crmsync::daemon {

using FlatObject = std::map<std::string, std::string, std::less<>>;

engine::Result<FlatObject> read_flat_object(std::string_view body);

}  // namespace crmsync::daemon
