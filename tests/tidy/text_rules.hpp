// Rules that one file can be judged by alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/tidy/source_tree.hpp"

namespace crmsync::tests::tidy {

inline constexpr std::size_t kColumnsMax = 100;
inline constexpr std::size_t kFileLinesMax = 400;
inline constexpr std::size_t kFunctionLinesMax = 70;

Findings check_shape(SourceFile const& file);           // columns, length, tabs, last line break
Findings check_name(SourceFile const& file);            // no file that collects anything
Findings check_licence_line(SourceFile const& file);    // one SPDX line at the head
Findings check_words(SourceFile const& file);           // no notes to self, no machine's paths
Findings check_injected_time(SourceFile const& file);   // no clock, no random device
Findings check_tls_factory(SourceFile const& file);     // ssl::context in one place only
Findings check_clang_reads_it(SourceFile const& file);  // nothing that clang 14 cannot compile
// No `co_await` on either side of `? :`, which GCC 12 compiles wrongly.
Findings check_awaited_choices(SourceFile const& file);
Findings check_function_length(SourceFile const& file);

}  // namespace crmsync::tests::tidy
