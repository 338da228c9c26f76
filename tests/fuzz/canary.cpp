// Fails on purpose. If the fuzzer does not report this, its other targets prove nothing.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  crmsync::fuzz::Input const input(data, size);
  auto const text = input.rest();
  // Guessing it blindly would take years; only coverage leads there.
  bool const found =
      text.size() >= 4 && text[0] == 's' && text[1] == 'y' && text[2] == 'n' && text[3] == 'c';
  crmsync::fuzz::require(!found, "the canary");
  return 0;
}
