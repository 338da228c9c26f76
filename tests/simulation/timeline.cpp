// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace crmsync::simulation {

namespace {

std::string text_of(TimelineLine const& line) {
  return fmt::format("{}  {:<8} {} {} {}\n", clock_text(line.at), line.who, line.what, line.key,
                     line.detail);
}

}  // namespace

std::string shortened(std::string text) {
  constexpr std::size_t kShown = 48;
  if (text.size() > kShown)
    text = text.substr(0, kShown - 12) + "..[" + std::to_string(text.size()) + "]";
  return text;
}

std::string clock_text(SimTime at) {
  return fmt::format("{:02}:{:02}:{:02}.{:03}", at / kHour, at / kMinute % 60, at / kSecond % 60,
                     at / kMilli % 1'000);
}

// A third of the room is for what befell everybody (crashes, clocks) since the first line shown.
std::string Timeline::about(std::vector<std::string> const& keys, std::size_t max) const {
  std::vector<TimelineLine const*> theirs, world;
  for (auto const& line : lines_) {
    if (std::ranges::find(keys, line.key) != keys.end())
      theirs.push_back(&line);
    else if (line.who == "world" && line.key.empty())
      world.push_back(&line);
  }
  auto const keep_last = [](auto& found, std::size_t room) {
    if (found.size() > room)
      found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(room));
  };
  keep_last(theirs, max - max / 3);
  if (!theirs.empty())
    std::erase_if(world, [&](TimelineLine const* one) { return one->at < theirs.front()->at; });
  keep_last(world, max / 3);
  theirs.insert(theirs.end(), world.begin(), world.end());
  std::ranges::sort(theirs, {}, [](TimelineLine const* one) { return one->number; });
  std::string text;
  for (auto const* line : theirs) text += text_of(*line);
  return text;
}

std::string Timeline::all() const {
  std::string text;
  for (auto const& line : lines_) text += text_of(line);
  return text;
}

}  // namespace crmsync::simulation
