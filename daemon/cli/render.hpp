// The daemon's JSON answers for people. Unknown members are left out, so that an older command can
// read a newer daemon.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace crmsync::daemon::cli {

// Each takes the JSON document and returns text that ends with a line end.
std::string render_status(std::string_view json);
std::string render_record(std::string_view json);
std::string render_conflicts(std::string_view json);
std::string render_conflict(std::string_view json);
std::string render_errors(std::string_view json);
std::string render_held(std::string_view json);
std::string render_plan(std::string_view json);
std::string render_reload(std::string_view json);
// The message of an error document; the whole text when it is none.
std::string render_error(std::string_view json);
// A member of the top-level object as text; "" when it is not there.
std::string member_text(std::string_view json, std::string_view name);

}  // namespace crmsync::daemon::cli
