// SPDX-License-Identifier: Apache-2.0
#include "mappings/report.hpp"

#include "mappings/utf8.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::mappings {

Report::Report(std::string shown_as, std::string_view text) : shown_as_(std::move(shown_as)) {
  while (!text.empty()) {
    auto const end = text.find('\n');
    auto row = text.substr(0, end);
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    lines_.emplace_back(row);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

void Report::error(std::string_view code, Position at, std::string message,
                   std::string suggestion) {
  ++errors_;
  add({std::string(code),
       shown_as_,
       at.line,
       at.column,
       at.length,
       std::move(message),
       std::move(suggestion),
       {},
       false});
}

void Report::warning(std::string_view code, Position at, std::string message,
                     std::string suggestion) {
  add({std::string(code),
       shown_as_,
       at.line,
       at.column,
       at.length,
       std::move(message),
       std::move(suggestion),
       {},
       true});
}

void Report::add(Diagnostic diagnostic) {
  if (diagnostics_.size() < kDiagnosticsMax) diagnostics_.push_back(std::move(diagnostic));
}

void Report::mask(Position at) {
  masks_.push_back(at);
}

void Report::mask_comments() {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    auto const& row = lines_[i];
    auto begin = row.starts_with('#') ? 0 : std::min(row.find(" #"), row.find("\t#"));
    if (begin == std::string::npos) continue;
    begin += row[begin] == '#' ? 1 : 2;
    auto const number = static_cast<int>(i) + 1;
    mask(place(number - 1, static_cast<int>(begin), row.size()));
  }
}

std::string_view Report::line(int number) const noexcept {
  auto const index = static_cast<std::size_t>(number) - 1;
  return number >= 1 && index < lines_.size() ? std::string_view(lines_[index])
                                              : std::string_view{};
}

Position Report::place(int line_index, int byte_column, std::size_t bytes) const {
  if (line_index < 0 || byte_column < 0) return {};
  auto const row = line(line_index + 1);
  auto const start = std::min(static_cast<std::size_t>(byte_column), row.size());
  if (counted_.line != line_index + 1 || counted_.bytes > start) counted_ = {line_index + 1, 0, 0};
  counted_.characters += count_characters(row.substr(counted_.bytes, start - counted_.bytes));
  counted_.bytes = start;
  auto const covered = row.substr(start, bytes);
  return {line_index + 1, static_cast<int>(counted_.characters) + 1,
          std::max(1, static_cast<int>(count_characters(covered)))};
}

std::string Report::excerpt(int number) const {
  auto const row = line(number);
  if (hidden_ || first_invalid_utf8(row) != std::string_view::npos) return {};
  std::string shown(row);
  // From the right, so that columns further left stay true.
  auto masks = masks_;
  std::sort(masks.begin(), masks.end(),
            [](Position const& a, Position const& b) { return a.column > b.column; });
  for (auto const& mask : masks) {
    if (mask.line != number || mask.column < 1) continue;
    auto const first = static_cast<std::size_t>(mask.column - 1);
    auto const begin = byte_offset(shown, first);
    auto const end = byte_offset(shown, first + static_cast<std::size_t>(mask.length));
    shown.replace(begin, end - begin, "***");
  }
  return shown;
}

std::vector<Diagnostic> Report::take() {
  for (auto& diagnostic : diagnostics_) {
    diagnostic.excerpt = excerpt(diagnostic.line);
    for (auto const& mask : masks_) {
      if (mask.line != diagnostic.line) continue;
      if (mask.column == diagnostic.column) diagnostic.length = 3;
      if (mask.column < diagnostic.column) diagnostic.column += 3 - mask.length;
    }
  }
  return std::exchange(diagnostics_, {});
}

}  // namespace crmsync::mappings
