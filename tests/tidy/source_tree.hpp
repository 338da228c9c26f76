// The project's own files as text. Build trees and dot-folders of tools are left out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::tests::tidy {

struct SourceFile {
  std::string path;  // relative to the root, '/' between parts
  std::string text;
  std::string code;   // the same length: comments and the insides of literals are spaces
  std::string prose;  // the same length: the insides of literals are spaces

  bool is_code() const;             // .cpp or .hpp
  bool is_source() const;           // code, scripts, web page
  std::string_view folder() const;  // "connectors/http"; empty at the top
  std::string_view name() const;
  std::string_view stem() const;  // the path without the last extension
};

// One broken rule. line 0: the file as a whole.
struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string message;
  std::string text() const;  // "engine/plan.cpp:7 MESSAGE"
};
using Findings = std::vector<Finding>;

struct Tree {
  std::filesystem::path root;
  std::vector<SourceFile> files;       // sorted by path
  std::vector<std::string> folders;    // every folder that is looked at
  std::vector<std::string> top_files;  // names directly under the root

  SourceFile const* find(std::string_view path) const;
};

Tree read_tree(std::filesystem::path const& root);

std::vector<std::string_view> lines_of(std::string_view text);
SourceFile source_file(std::string path, std::string text);

}  // namespace crmsync::tests::tidy
