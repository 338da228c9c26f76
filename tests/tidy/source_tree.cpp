// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <span>

namespace crmsync::tests::tidy {
namespace fs = std::filesystem;

namespace {

bool has_suffix(std::string_view path, std::span<std::string_view const> suffixes) {
  return std::ranges::any_of(suffixes, [&](auto suffix) { return path.ends_with(suffix); });
}

constexpr std::string_view kCode[] = {".cpp", ".hpp"};
constexpr std::string_view kSource[] = {".cpp", ".hpp", ".sh", ".js", ".mjs", ".css"};

// Folders that hold nothing of the project's own.
bool is_skipped(fs::path const& folder, bool at_top) {
  auto const name = folder.filename().string();
  if (at_top && (name == "build" || name == "demo")) return true;
  return name == ".git" || name == "node_modules" || name == "__pycache__";
}

std::string read_file(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Where the literal or comment that starts at `at` ends; `at` itself when none starts there.
std::size_t end_of_token(std::string_view text, std::size_t at) {
  auto const rest = text.substr(at);
  auto const to = [&](std::size_t found, std::size_t length) {
    return found == std::string_view::npos ? text.size() : found + length;
  };
  if (rest.starts_with("//")) return to(text.find('\n', at), 0);
  if (rest.starts_with("/*")) return to(text.find("*/", at + 2), 2);
  bool const after_word =
      at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) || text[at - 1] == '_');
  if (rest.starts_with("R\"") && !after_word) {
    auto const open = rest.find('(');
    if (open == std::string_view::npos) return text.size();
    auto const closing = ")" + std::string(rest.substr(2, open - 2)) + "\"";
    return to(text.find(closing, at), closing.size());
  }
  char const quote = text[at];
  if (quote != '"' && (quote != '\'' || after_word)) return at;  // 1'000 is a number
  for (auto i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == quote)
      return i + 1;
  }
  return text.size();
}

}  // namespace

bool SourceFile::is_code() const {
  return has_suffix(path, kCode);
}
bool SourceFile::is_source() const {
  return has_suffix(path, kSource) || path == ".ci/run";
}

std::string_view SourceFile::folder() const {
  auto const slash = path.rfind('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(path).substr(0, slash);
}

std::string_view SourceFile::name() const {
  return std::string_view(path).substr(path.rfind('/') + 1);
}

std::string_view SourceFile::stem() const {
  return std::string_view(path).substr(0, path.rfind('.'));
}

std::string Finding::text() const {
  return path + (line ? ":" + std::to_string(line) : std::string()) + " " + message;
}

SourceFile const* Tree::find(std::string_view path) const {
  auto const found = std::ranges::lower_bound(files, path, {}, &SourceFile::path);
  return found != files.end() && found->path == path ? &*found : nullptr;
}

Tree read_tree(fs::path const& root) {
  Tree tree{.root = root, .files = {}, .folders = {}, .top_files = {}};
  for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
    auto const path = it->path().lexically_relative(root).generic_string();
    if (it->is_directory()) {
      if (is_skipped(it->path(), it.depth() == 0))
        it.disable_recursion_pending();
      else
        tree.folders.push_back(path);
      continue;
    }
    if (!it->is_regular_file() || it->is_symlink()) continue;
    if (it.depth() == 0) tree.top_files.push_back(path);
    auto const is_source = SourceFile{.path = path}.is_source();
    if (is_source || path.ends_with(".md"))
      tree.files.push_back(source_file(path, read_file(it->path())));
  }
  std::ranges::sort(tree.files, {}, &SourceFile::path);
  std::ranges::sort(tree.folders);
  return tree;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto const end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

SourceFile source_file(std::string path, std::string text) {
  SourceFile file{.path = std::move(path), .text = std::move(text)};
  file.code = file.text;
  file.prose = file.text;
  if (!file.is_code()) return file;
  for (std::size_t at = 0; at < file.text.size();) {
    auto const end = end_of_token(file.text, at);
    bool const comment = file.text[at] == '/';
    for (auto i = at; i < end; ++i) {
      if (file.text[i] == '\n') continue;
      file.code[i] = ' ';
      if (!comment) file.prose[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return file;
}

}  // namespace crmsync::tests::tidy
