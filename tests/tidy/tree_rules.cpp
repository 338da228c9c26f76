// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/tree_rules.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace crmsync::tests::tidy {
namespace {

constexpr std::string_view kRooms[] = {"connectors", "daemon", "engine", "mappings",
                                       "packaging",  "state",  "tests"};
constexpr std::string_view kTopFiles[] = {"CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json",
                                          "LICENSE", "README.md"};
// Made by builds and linked for editors; ignored by git.
constexpr std::string_view kIgnored[] = {"compile_commands.json"};

bool is_one_of(std::span<std::string_view const> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool needs_page(std::string_view folder) {
  auto const slash = folder.find('/');
  if (slash == std::string_view::npos) return is_one_of(kRooms, folder);
  return folder.starts_with("connectors/") && folder.find('/', slash + 1) == std::string_view::npos;
}

// The targets of [text](target) in one line, code spans left out.
std::vector<std::string> links_in(std::string_view line) {
  std::vector<std::string> links;
  bool code = false;
  for (std::size_t at = 0; at + 1 < line.size(); ++at) {
    if (line[at] == '`') code = !code;
    if (code || line[at] != ']' || line[at + 1] != '(') continue;
    auto const end = line.find(')', at);
    if (end == std::string_view::npos) break;
    links.emplace_back(line.substr(at + 2, end - at - 2));
  }
  return links;
}

}  // namespace

Findings check_top_level(Tree const& tree) {
  Findings findings;
  for (auto const& folder : tree.folders)
    if (!folder.starts_with('.') && folder.find('/') == std::string::npos &&
        !is_one_of(kRooms, folder))
      findings.push_back({folder, 0, "is not one of the house's folders"});
  for (auto const room : kRooms)
    if (std::ranges::find(tree.folders, room) == tree.folders.end())
      findings.push_back({std::string(room), 0, "is missing"});
  for (auto const& file : tree.top_files)
    if (!file.starts_with('.') && !is_one_of(kTopFiles, file) && !is_one_of(kIgnored, file))
      findings.push_back({file, 0, "does not belong at the top: put it into a folder"});
  for (auto const file : kTopFiles)
    if (std::ranges::find(tree.top_files, file) == tree.top_files.end())
      findings.push_back({std::string(file), 0, "is missing"});
  return findings;
}

Findings check_readmes(Tree const& tree) {
  Findings findings;
  for (auto const& folder : tree.folders)
    if (needs_page(folder) && !tree.find(folder + "/README.md"))
      findings.push_back({folder, 0, "has no README.md: what lives here, enters, leaves, and why"});
  return findings;
}

Findings check_links(Tree const& tree) {
  Findings findings;
  for (auto const& file : tree.files) {
    if (!file.path.ends_with(".md")) continue;
    std::size_t number = 0;
    bool fenced = false;
    for (auto const line : lines_of(file.text)) {
      ++number;
      if (line.starts_with("```")) fenced = !fenced;
      if (fenced) continue;
      for (auto link : links_in(line)) {
        link = link.substr(0, link.find('#'));
        if (link.empty() || link.find("://") != std::string::npos || link.starts_with("mailto:"))
          continue;
        if (!std::filesystem::exists(tree.root / file.folder() / link))
          findings.push_back({file.path, number, "links to " + link + ", which is not there"});
      }
    }
  }
  return findings;
}

}  // namespace crmsync::tests::tidy
