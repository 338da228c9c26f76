// What is wrong with a file, for people and for --json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace crmsync::mappings {

struct Diagnostic {
  std::string code;  // stable: "M204"
  std::string file;  // as the admin knows it: "mappings.d/contacts.yaml"
  int line = 0;      // 1-based; 0: the file as a whole
  int column = 0;
  int length = 1;          // of the underlined part
  std::string message;     // what is wrong, on what
  std::string suggestion;  // "did you mean `direction`?" or what to do
  std::string excerpt;     // the source line, without line end
  bool warning = false;
};

// In the form of operators.md: code, place, source line, underline, suggestion.
std::string render(Diagnostic const& diagnostic);
// By file, line, column.
void sort(std::vector<Diagnostic>& diagnostics);

// The nearest of `known` within a third of the word's length (Damerau-Levenshtein); "" if none.
std::string nearest_name(std::string_view word, std::vector<std::string_view> const& known);

}  // namespace crmsync::mappings
