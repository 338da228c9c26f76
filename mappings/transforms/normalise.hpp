// Text in the forms that comparisons use. The only user of ICU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace crmsync::mappings {

// White space at both ends: ASCII and U+00A0, as is_blank() counts it.
std::string_view trimmed(std::string_view text) noexcept;
// Unicode lower case in the root locale. Text that is not valid UTF-8 comes back unchanged.
std::string lower_case(std::string_view text);
// Unicode upper case in the root locale; the same for invalid text.
std::string upper_case(std::string_view text);
// Unicode full case folding: equal for texts that differ in case only.
std::string case_folded(std::string_view text);
std::string only_digits(std::string_view text);
// One @ with something before and after it, no white space inside.
bool looks_like_email(std::string_view text) noexcept;

// `compare` is one of exact, trim, lower, email, digits; lower and email trim first. Empty when
// nothing is left to compare by, or when it is no e-mail address.
std::string normalise(std::string_view compare, std::string_view text);

}  // namespace crmsync::mappings
