// Collects what is wrong with one file, so that a load names all errors at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/diagnostic.hpp"
#include "mappings/yaml_node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::mappings {

class Report {
 public:
  // More are not kept: a file that is wrong everywhere needs no longer list.
  static constexpr std::size_t kDiagnosticsMax = 200;

  Report(std::string shown_as, std::string_view text);

  void error(std::string_view code, Position at, std::string message, std::string suggestion = {});
  void warning(std::string_view code, Position at, std::string message,
               std::string suggestion = {});
  // Hides this part of its line in every excerpt: it may be a credential.
  void mask(Position at);
  // Hides comments: an old credential may have been left in one.
  void mask_comments();
  // No excerpt at all: for a text that may hold credentials and could not be read.
  void hide_excerpts() { hidden_ = true; }

  bool failed() const noexcept { return errors_ != 0; }
  std::string const& shown_as() const noexcept { return shown_as_; }
  // From a 0-based line and byte column, as yaml-cpp counts; `bytes` long.
  Position place(int line, int byte_column, std::size_t bytes) const;
  // The line without its end; empty past the last line. 1-based.
  std::string_view line(int number) const noexcept;

  std::vector<Diagnostic> take();

 private:
  void add(Diagnostic diagnostic);
  std::string excerpt(int number) const;

  std::string shown_as_;
  std::vector<std::string> lines_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Position> masks_;
  // Where place() counted last: a line may hold a hundred thousand values.
  struct Counted {
    int line = 0;
    std::size_t bytes = 0;
    std::size_t characters = 0;
  };
  mutable Counted counted_;
  std::size_t errors_ = 0;
  bool hidden_ = false;
};

}  // namespace crmsync::mappings
