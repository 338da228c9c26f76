// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/result.hpp"

#include <cstring>
#include <type_traits>

namespace crmsync::simulation {

static_assert(std::is_trivially_copyable_v<Figures>);

std::string result_text(RunReport const& report) {
  std::string text(sizeof(Figures), '\0');
  std::memcpy(text.data(), &report.figures, sizeof(Figures));
  if (report.violation) text += report.violation->invariant + "\n" + report.violation->text;
  return text;
}

Result result_of(Ending const& ending) {
  Result result;
  if (ending.how == Ending::How::endless) {
    result.invariant = "no end";
    result.text = "the run took more real time than any run may";
    return result;
  }
  if (ending.how == Ending::How::aborted || ending.text.size() < sizeof(Figures)) {
    result.invariant = "abort";
    result.text = "the program stopped: an assertion, or worse";
    return result;
  }
  std::memcpy(&result.figures, ending.text.data(), sizeof(Figures));
  auto const rest = ending.text.substr(sizeof(Figures));
  auto const line = rest.find('\n');
  result.invariant = rest.substr(0, line);
  if (line != std::string::npos) result.text = rest.substr(line + 1);
  return result;
}

}  // namespace crmsync::simulation
