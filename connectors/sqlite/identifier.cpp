// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/identifier.hpp"

#include "engine/invariant.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace crmsync::connectors::sqlite {

namespace {

std::string doubled(std::string_view text, char quote) {
  CRMSYNC_INVARIANT(text.find('\0') == std::string_view::npos);
  std::string out(1, quote);
  for (char const c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Insertions, removals, replacements and swaps of neighbours, each counting one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool const same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      bool const swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                           folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string quoted_name(std::string_view name) {
  return doubled(name, '"');
}
std::string literal(std::string_view text) {
  return doubled(text, '\'');
}

std::string joined(std::vector<std::string> const& parts, std::string_view separator) {
  std::string out;
  for (auto const& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

std::string nearest_name(std::string_view name, std::vector<std::string> const& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(name.size() / 3, 1) + 1;
  for (auto const& candidate : known) {
    std::size_t const distance = edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::string nearest_hint(std::string_view name, std::vector<std::string> const& known,
                         std::string otherwise) {
  auto const best = nearest_name(name, known);
  return best.empty() ? otherwise : "did you mean `" + best + "`?";
}

}  // namespace crmsync::connectors::sqlite
