// Signs requests as the vendor does, to see that a genuine one passes and a changed one does not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>
#include <string_view>

namespace crmsync::fuzz {

inline constexpr std::string_view kSecret = "own-secret";
inline constexpr std::string_view kOrigin = "https://sync.example.com";
inline constexpr std::int64_t kNowMs = 1'767'225'600'000;

using Headers = std::vector<std::pair<std::string, std::string>>;

inline std::string hmac_base64(std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
       reinterpret_cast<unsigned char const*>(message.data()), message.size(), digest.data(),
       &size);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> text{};
  int const length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<char const*>(text.data()), static_cast<std::size_t>(length)};
}

inline std::string sha256_hex(std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(message.data(), message.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] / 16];
    text += "0123456789abcdef"[digest[i] % 16];
  }
  return text;
}

// `target` must need no decoding: the vendor hashes some escapes decoded.
inline Headers sign_v3(std::string_view method, std::string_view target, std::string_view body) {
  auto const stamp = std::to_string(kNowMs);
  std::string message(method);
  message.append(kOrigin).append(target).append(body).append(stamp);
  return {{"X-HubSpot-Signature-v3", hmac_base64(message)}, {"X-HubSpot-Request-Timestamp", stamp}};
}

inline Headers sign_v1(std::string_view body) {
  std::string message(kSecret);
  message.append(body);
  return {{"X-HubSpot-Signature", sha256_hex(message)}, {"X-HubSpot-Signature-Version", "v1"}};
}

}  // namespace crmsync::fuzz
