// The v3 signature: nothing but the vendor's own passes, and with it nothing may be changed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/signature_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace crmsync::fuzz;
  Input input(data, size);
  auto const flip = input.byte();
  auto const target = input.line();
  auto const foreign = read_headers(input, {});
  std::string body(input.rest());
  require(!accepted("POST", target, body, foreign), "nobody guesses a signature");

  require(crmsync::fuzz::wire::signed_uri(target).size() <= target.size(),
          "decoding never makes a URI longer");
  auto const plain = crmsync::fuzz::wire::signed_uri(target);
  if (crmsync::fuzz::wire::signed_uri(plain) != plain) return 0;
  auto const headers = sign_v3("POST", plain, body);
  require(accepted("POST", target, body, headers), "the vendor's own request passes");
  require(!accepted("PUT", target, body, headers), "the method is signed");
  body += static_cast<char>(flip);
  require(!accepted("POST", target, body, headers), "the end of the body is signed");
  body.pop_back();
  if (body.empty()) return 0;
  body[flip % body.size()] ^= 1;
  require(!accepted("POST", target, body, headers), "every byte of the body is signed");
  return 0;
}
