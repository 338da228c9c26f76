// Finds functions by their braces. Not a parser: it knows enough of this project's formatting to
// tell a function's body from a scope and from an initialiser, and leaves the rest to clang-tidy.
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/text_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace crmsync::tests::tidy {
namespace {

enum class Brace { scope, function, initialiser };

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() ||
                                    !std::isalnum(static_cast<unsigned char>(text[word.size()])));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

// What a brace opens at namespace or class level, from the statement before it.
Brace classify(std::string_view statement) {
  bool const touches = !statement.empty() &&
                       !std::isspace(static_cast<unsigned char>(statement.back())) &&
                       statement.back() != ')';
  statement = trimmed(statement);
  auto const open = statement.find('(');
  auto const equals = statement.find(" = ");
  if (equals != std::string_view::npos && equals < open) return Brace::initialiser;
  if (statement.ends_with("=")) return Brace::initialiser;
  if (open != std::string_view::npos) return touches ? Brace::initialiser : Brace::function;
  constexpr std::string_view kScopes[] = {"namespace", "class", "struct",
                                          "enum",      "union", "extern"};
  auto const names_scope = [&](auto word) {
    return starts_with_word(statement, word) ||
           statement.find(" " + std::string(word) + " ") != std::string_view::npos;
  };
  if (std::ranges::any_of(kScopes, names_scope)) return Brace::scope;
  return touches ? Brace::initialiser : Brace::scope;
}

void blank_preprocessor(std::string& text) {
  bool continued = false;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    auto const line = trimmed(std::string_view(text).substr(at, end - at));
    bool const directive = continued || line.starts_with("#");
    continued = directive && line.ends_with("\\");
    if (directive)
      std::fill(text.begin() + static_cast<long>(at), text.begin() + static_cast<long>(end), ' ');
    at = end + 1;
  }
}

std::size_t newlines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// The position after the brace that closes the one at `open`.
std::size_t past_block(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (auto at = open; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return text.size();
}

}  // namespace

Findings check_function_length(SourceFile const& file) {
  Findings findings;
  if (!file.is_code()) return findings;
  auto text = file.code;
  blank_preprocessor(text);
  std::string_view const view = text;
  std::size_t statement = 0;  // where the current statement starts
  for (std::size_t at = 0; at < view.size(); ++at) {
    char const c = view[at];
    if (c == ';' || c == '}') statement = at + 1;
    if (c != '{') continue;
    auto const kind = classify(view.substr(statement, at - statement));
    if (kind == Brace::scope) {
      statement = at + 1;
      continue;
    }
    auto const end = past_block(view, at);
    if (kind == Brace::function) {
      auto const head = statement + (view.substr(statement).find_first_not_of(" \n"));
      auto const lines = newlines(view.substr(head, end - head)) + 1;
      if (lines > kFunctionLinesMax)
        findings.push_back({file.path, newlines(view.substr(0, head)) + 1,
                            "is a function of " + std::to_string(lines) + " lines: at most " +
                                std::to_string(kFunctionLinesMax)});
      statement = end;
    }
    at = end - 1;
  }
  return findings;
}

}  // namespace crmsync::tests::tidy
