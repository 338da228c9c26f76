// The older v1 signature, a hash over secret and body.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/signature_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace crmsync::fuzz;
  Input input(data, size);
  auto const flip = input.byte();
  auto const foreign = read_headers(input, {});
  std::string body(input.rest());
  require(!accepted("POST", "/hooks", body, foreign), "nobody guesses a signature");

  auto headers = sign_v1(body);
  require(accepted("POST", "/hooks", body, headers), "the vendor's own request passes");
  headers.emplace_back("X-HubSpot-Signature-v3", "AAAA");
  require(!accepted("POST", "/hooks", body, headers), "a wrong v3 signature is not made good");
  headers = sign_v1(body);
  headers.push_back(headers.front());
  require(!accepted("POST", "/hooks", body, headers), "a signature that stands twice is refused");
  headers.pop_back();
  body += static_cast<char>(flip);
  require(!accepted("POST", "/hooks", body, headers), "every byte of the body is signed");
  return 0;
}
