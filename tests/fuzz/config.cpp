// crmsync.yaml, connection files and references to secrets.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/parts.hpp"
#include "mappings/config/secrets.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::mappings;
using fuzz::require;

constexpr char const* kFolder = "/nonexistent/crmsync";
constexpr char const* kValue = "PRIVATE-VALUE";

// Without a key of kind `secret`: its references could name a program to run.
std::vector<ConnectionTypeView> const& types() {
  static std::vector<ConnectionTypeView> const all{
      {"sqlite", false, {{"path", "path", true, ""}, {"busy_timeout", "duration", false, "5s"}}},
      {"hubspot",
       true,
       {{"base_url", "url", false, "https://api.hubapi.com"},
        {"quota.limit", "rate", false, "190/10s"},
        {"quota.reserve", "percent", false, "20%"},
        {"webhook.enabled", "bool", false, ""}}}};
  return all;
}

std::optional<std::string> environment(std::string const& name) {
  if (name == "TOKEN") return kValue;
  return std::nullopt;
}

void check(std::vector<Diagnostic> const& diagnostics) {
  for (auto const& one : diagnostics) {
    require(!one.code.empty() && !one.message.empty(), "what is wrong is said");
    require(one.file == "f.yaml" && one.line >= 0, "and where");
    require(!render(one).empty(), "in a form for people");
  }
}

void check_secret(std::string_view reference) {
  // Runs programs and reads files: not from here.
  if (reference.starts_with("${exec") || reference.starts_with("${file")) return;
  auto const result = resolve_secret(reference, kFolder, environment);
  require(result.code.empty() == result.problem.empty(), "a problem has a code");
  require(result.code.empty() || result.secret.empty(), "no secret comes out of a problem");
  require((result.problem + result.cure + result.warning).find(kValue) == std::string::npos,
          "a problem does not show the secret");
  if (reference == "${env:TOKEN}")
    require(result.secret.reveal() == kValue, "a good reference is resolved");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto const which = input.below(3);
  auto const text = input.rest();
  if (which == 2) {
    check_secret(text);
    return 0;
  }
  Report report("f.yaml", text);
  if (which == 0) {
    read_settings(text, kFolder, report);
  } else {
    auto const read = read_connection(text, kFolder, types(), environment, report);
    require(read.connection.secrets.empty(), "there is no secret to be had here");
    for (auto const& [name, value] : read.connection.values)
      require(!name.empty(), "a value has a name");
  }
  check(report.take());
  return 0;
}
