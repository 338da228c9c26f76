// Rules about the tree as a whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tidy/source_tree.hpp"

namespace crmsync::tests::tidy {

Findings check_top_level(Tree const& tree);  // the house has exactly these rooms
Findings check_readmes(Tree const& tree);    // every room and every connector has its page
Findings check_links(Tree const& tree);      // relative links of the pages lead somewhere

}  // namespace crmsync::tests::tidy
