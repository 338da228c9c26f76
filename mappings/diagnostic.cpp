// SPDX-License-Identifier: Apache-2.0
#include "mappings/diagnostic.hpp"

#include "mappings/utf8.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace crmsync::mappings {
namespace {

// Longer source lines are shown as a window around the fault.
constexpr std::size_t kLineShownMax = 140;

struct Shown {
  std::string text;
  std::size_t indent = 0;  // characters before the underline
  std::size_t length = 1;
};

// Tabs and control bytes would move the underline or the terminal.
std::string printable(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

Shown window(Diagnostic const& diagnostic) {
  auto const text = printable(diagnostic.excerpt);
  auto const total = count_characters(text);
  auto const column = std::min(static_cast<std::size_t>(std::max(0, diagnostic.column - 1)), total);
  auto const length = static_cast<std::size_t>(std::max(1, diagnostic.length));
  if (total <= kLineShownMax)
    return {text, column, std::min(length, std::max<std::size_t>(1, total - column))};
  auto const first = column > kLineShownMax / 2 ? column - kLineShownMax / 2 : 0;
  auto const begin = byte_offset(text, first);
  auto const end = byte_offset(text, first + kLineShownMax);
  return {text.substr(begin, end - begin), column - first,
          std::min(length, kLineShownMax - (column - first))};
}

std::string right_aligned(int number, std::size_t width) {
  auto text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

// Optimal string alignment: insert, delete, replace, swap of neighbours. Bytes, which is right for
// the ASCII names of keys, columns and properties.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string render(Diagnostic const& diagnostic) {
  std::string out = diagnostic.warning ? "warning[" : "error[";
  out += diagnostic.code + "]: " + diagnostic.message + "\n  --> " + diagnostic.file;
  if (diagnostic.line > 0) {
    out += ":" + std::to_string(diagnostic.line);
    if (diagnostic.column > 0) out += ":" + std::to_string(diagnostic.column);
  }
  out += "\n";
  if (diagnostic.line <= 0 || diagnostic.excerpt.empty()) {
    if (!diagnostic.suggestion.empty()) out += "      = " + diagnostic.suggestion + "\n";
    return out;
  }
  auto const shown = window(diagnostic);
  out += right_aligned(diagnostic.line, 5) + " | " + shown.text + "\n      | " +
         std::string(shown.indent, ' ') + std::string(shown.length, '^');
  if (!diagnostic.suggestion.empty()) out += " " + diagnostic.suggestion;
  return out + "\n";
}

void sort(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](Diagnostic const& a, Diagnostic const& b) {
                     return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
                   });
}

std::string nearest_name(std::string_view word, std::vector<std::string_view> const& known) {
  constexpr std::size_t kWordMax = 128;  // longer ones are no typing mistakes
  if (word.empty() || word.size() > kWordMax) return {};
  auto const limit = std::max<std::size_t>(1, word.size() / 3);
  std::string_view best;
  auto best_distance = limit + 1;
  for (auto const name : known) {
    if (name.size() > word.size() + limit || word.size() > name.size() + limit) continue;
    auto const distance = edit_distance(word, name);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace crmsync::mappings
