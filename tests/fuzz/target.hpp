// What every fuzz target is made of: reading an input piece by piece, and saying that a property
// does not hold.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Called once per input by the fuzzer's own main(), which gives the name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace crmsync::fuzz {

// The fuzzer reports an abort with the input that led to it.
inline void require(bool holds, char const* property) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", property);
  std::abort();
}

// An exhausted input yields zeros and empty texts.
class Input {
 public:
  Input(std::uint8_t const* data, std::size_t size)
      : rest_(reinterpret_cast<char const*>(data), size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    auto const first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  // 0 .. bound - 1; bound at most 256
  std::size_t below(std::size_t bound) { return byte() % bound; }
  bool flag() { return (byte() & 1) != 0; }
  std::int64_t number() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    return static_cast<std::int64_t>(bits);
  }
  // Up to the next line feed, which is dropped.
  std::string_view line() {
    auto const end = rest_.find('\n');
    auto const text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return text;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Visible ASCII and spaces, and not endless: what an error may show of something foreign.
inline bool is_showable(std::string_view text) {
  if (text.size() > 4096) return false;
  for (char const c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

}  // namespace crmsync::fuzz
