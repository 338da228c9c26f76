// Who may include whom: the house's layers, which the link graph cannot enforce because every
// library's headers sit in /usr/include.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tidy/source_tree.hpp"

namespace crmsync::tests::tidy {

struct Include {
  std::size_t line = 0;
  std::string name;     // without the marks
  bool system = false;  // <...>
};
std::vector<Include> includes_of(SourceFile const& file);

// One file against the table.
Findings check_includes(SourceFile const& file);
// Libraries that one file of a folder may use for all of it.
Findings check_sole_users(Tree const& tree);
// Pure files must not reach Asio through a header of ours either.
Findings check_reached_includes(Tree const& tree);

}  // namespace crmsync::tests::tidy
