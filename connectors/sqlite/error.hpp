// SQLite's result codes as errors that the retry table understands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <string>
#include <string_view>

namespace crmsync::connectors::sqlite {

// `code` is an extended result code. SQLite's messages name tables, columns and constraints but
// never values, so `message` may be shown. Interrupts are judged by the caller, who knows why.
engine::Error error_from_code(int code, std::string_view message, std::string op);

}  // namespace crmsync::connectors::sqlite
