// Every diagnostic code: what it means and what to do. Behind `crmsync error CODE` and the
// reference page. Codes are stable: one is never given another meaning.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace crmsync::mappings {

struct CodeRow {
  std::string_view code;         // M1xx text, M2xx keys and values, M3xx live schema, M4xx folder
  std::string_view title;        // a few words
  std::string_view explanation;  // why it is refused
  std::string_view cure;         // what to do
};

// Sorted by code.
std::span<CodeRow const> code_table() noexcept;
// Null pointer when there is no such code.
CodeRow const* find_code(std::string_view code) noexcept;

}  // namespace crmsync::mappings
