// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/text_rules.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace crmsync::tests::tidy {
namespace {

// In lower case and without their first '/', so that these tables are not found by themselves.
constexpr std::string_view kNotesToSelf[] = {"todo", "fixme", "xxx", "hack"};
constexpr std::string_view kMachinePaths[] = {"work/", "farm/", "home/"};
constexpr std::string_view kCollectors[] = {"utils", "util", "helpers", "helper", "common"};
constexpr std::string_view kMoreCollectors[] = {"manager", "misc"};

// Time and chance are handed in (connectors/runtime.hpp), so that a run can be repeated.
constexpr std::string_view kClocks[] = {"clock::now",    "Clock::now",     "random_device",
                                        "gettimeofday(", "clock_gettime(", "std::rand(",
                                        "std::time(",    "::time(nullptr", "mt19937"};
constexpr std::string_view kTimeless[] = {"engine/", "mappings/", "state/", "connectors/"};

// They make a subrange or a view, which clang 14 cannot compile with the library of GCC 12; the
// fuzz targets and clang-tidy need it to.
constexpr std::string_view kBeyondClang[] = {"ranges::unique(",           "ranges::remove(",
                                             "ranges::remove_if(",        "ranges::subrange",
                                             "ranges::equal_range(",      "ranges::partition(",
                                             "ranges::stable_partition(", "ranges::rotate(",
                                             "ranges::search(",           "views::"};

bool is_word_char(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_word(std::string_view line, std::string_view word) {
  for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    auto const end = at + word.size();
    bool const starts = at == 0 || !is_word_char(line[at - 1]);
    if (starts && (end == line.size() || !is_word_char(line[end]))) return true;
  }
  return false;
}

std::string upper(std::string_view word) {
  std::string text(word);
  for (auto& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Whether `path` stands there from the root on, and not as the middle of a longer path.
bool names_root_path(std::string_view line, std::string_view path) {
  auto const at = line.find(path);
  if (at == std::string_view::npos) return false;
  return at == 0 || !(is_word_char(line[at - 1]) || line[at - 1] == '.' || line[at - 1] == '}');
}

// Columns as a reader counts them: UTF-8 continuation bytes are none.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

// Calls `judge` with each line; a text that comes back is a finding there.
template <class Judge>
Findings judge_lines(SourceFile const& file, std::string_view text, Judge judge) {
  Findings findings;
  std::size_t number = 0;
  for (auto const line : lines_of(text)) {
    ++number;
    if (std::string message = judge(line); !message.empty())
      findings.push_back({file.path, number, std::move(message)});
  }
  return findings;
}

}  // namespace

Findings check_shape(SourceFile const& file) {
  if (!file.is_source()) return {};
  auto findings = judge_lines(file, file.text, [](std::string_view line) -> std::string {
    if (line.find('\t') != std::string_view::npos) return "has a tab: indent with spaces";
    if (line.ends_with('\r')) return "ends in a carriage return";
    auto const width = columns(line);
    if (width <= kColumnsMax) return {};
    return "is " + std::to_string(width) + " columns wide: at most " + std::to_string(kColumnsMax);
  });
  auto const length = lines_of(file.text).size();
  if (length > kFileLinesMax)
    findings.push_back({file.path, 0,
                        "has " + std::to_string(length) + " lines: split it by role, at most " +
                            std::to_string(kFileLinesMax)});
  if (!file.text.empty() && !file.text.ends_with('\n'))
    findings.push_back({file.path, length, "does not end in a line break"});
  return findings;
}

Findings check_name(SourceFile const& file) {
  if (!file.is_source()) return {};
  auto name = file.name();
  name = name.substr(0, name.rfind('.'));
  auto const collects = [&](std::string_view word) {
    return name == word || name.ends_with("_" + std::string(word));
  };
  if (std::ranges::none_of(kCollectors, collects) &&
      std::ranges::none_of(kMoreCollectors, collects))
    return {};
  return {{file.path, 0, "is a name that collects anything: name the one role it has"}};
}

Findings check_licence_line(SourceFile const& file) {
  if (!file.is_source()) return {};
  constexpr std::string_view kLine = "SPDX-License-Identifier: Apache-2.0";
  for (auto const line : lines_of(file.text)) {
    if (line.find(kLine) != std::string_view::npos) return {};
    if (!line.starts_with("//") && !line.starts_with("#!") && !line.starts_with("# ") &&
        !line.starts_with("/*") && !line.starts_with(" *"))
      break;
  }
  return {{file.path, 1, "has no \"" + std::string(kLine) + "\" in its first comment"}};
}

Findings check_words(SourceFile const& file) {
  auto findings = judge_lines(file, file.text, [](std::string_view line) -> std::string {
    for (auto const path : kMachinePaths)
      if (names_root_path(line, "/" + std::string(path)))
        return "names a path of one machine (/" + std::string(path) + ")";
    return {};
  });
  std::ranges::copy(judge_lines(file, file.prose,
                                [](std::string_view line) -> std::string {
                                  for (auto const word : kNotesToSelf)
                                    if (has_word(line, upper(word)))
                                      return "says " + upper(word) + ": do it or leave it out";
                                  return {};
                                }),
                    std::back_inserter(findings));
  return findings;
}

Findings check_injected_time(SourceFile const& file) {
  auto const below = [&](std::string_view folder) { return file.path.starts_with(folder); };
  if (!file.is_code() || std::ranges::none_of(kTimeless, below)) return {};
  if (file.stem() == "connectors/http/system_runtime") return {};  // the one that hands them in
  // Waits for a program that prints a secret, before there is a runtime.
  if (file.stem() == "mappings/config/secret_command") return {};
  return judge_lines(file, file.code, [](std::string_view line) -> std::string {
    for (auto const word : kClocks)
      if (line.find(word) != std::string_view::npos)
        return "asks " + std::string(word) +
               " by itself: time and chance are handed in, see connectors/runtime.hpp";
    return {};
  });
}

Findings check_tls_factory(SourceFile const& file) {
  if (!file.is_code() || file.path.starts_with("tests/")) return {};
  if (file.stem() == "connectors/http/tls") return {};
  return judge_lines(file, file.code, [](std::string_view line) -> std::string {
    if (line.find("ssl::context") == std::string_view::npos) return {};
    return "uses ssl::context: only the factory in connectors/http/tls.cpp makes one, because "
           "its defaults verify nothing";
  });
}

Findings check_clang_reads_it(SourceFile const& file) {
  if (!file.is_code()) return {};
  return judge_lines(file, file.code, [](std::string_view line) -> std::string {
    for (auto const word : kBeyondClang)
      if (line.find(word) != std::string_view::npos)
        return "uses " + std::string(word) +
               ", which clang 14 cannot compile: use the iterator form";
    return {};
  });
}

Findings check_awaited_choices(SourceFile const& file) {
  if (!file.is_code()) return {};
  return judge_lines(file, file.code, [](std::string_view line) -> std::string {
    auto const asked = line.find('?');
    if (asked == std::string_view::npos || !has_word(line.substr(asked), "co_await")) return {};
    return "awaits inside `? :`, where GCC 12 frees results twice: use if and else";
  });
}

}  // namespace crmsync::tests::tidy
