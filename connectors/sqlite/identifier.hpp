// Names and literals inside SQL text. Values never come here: they are bound.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::sqlite {

// `"name"` with quotes doubled. Only for names found in the live catalogue, which hold no NUL.
// Column names are always written qualified (`r."name"`): SQLite takes an unqualified quoted name
// that no column has for a text literal.
std::string quoted_name(std::string_view name);
// `'text'` with quotes doubled, for the few constants that trigger bodies need.
std::string literal(std::string_view text);
std::string joined(std::vector<std::string> const& parts, std::string_view separator);

// The known name closest to `name`, or empty when none is close (edit distance at most a third of
// the length; case does not count).
std::string nearest_name(std::string_view name, std::vector<std::string> const& known);
// "did you mean `x`?" or `otherwise`.
std::string nearest_hint(std::string_view name, std::vector<std::string> const& known,
                         std::string otherwise);

}  // namespace crmsync::connectors::sqlite
