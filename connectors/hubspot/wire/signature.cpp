// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/signature.hpp"

#include "connectors/hubspot/wire/json.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <optional>

namespace crmsync::connectors::hubspot::wire {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

enum class Header : std::uint8_t { absent, once, repeated };

// A header that stands twice could be read differently by whoever signed and by us.
Header find_once(SignedRequest const& request, std::string_view name, std::string_view& value) {
  Header found = Header::absent;
  for (auto const& [key, text] : request.headers) {
    if (!same_name(key, name)) continue;
    if (found != Header::absent) return Header::repeated;
    found = Header::once;
    value = text;
  }
  return found;
}

std::optional<Digest> hmac(std::string_view key, std::string_view message) {
  Digest digest{};
  unsigned length = 0;
  auto const* bytes = reinterpret_cast<unsigned char const*>(message.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, message.size(),
           digest.data(), &length) == nullptr ||
      length != digest.size())
    return std::nullopt;
  return digest;
}

Digest sha256(std::string_view message) {
  Digest digest{};
  SHA256(reinterpret_cast<unsigned char const*>(message.data()), message.size(), digest.data());
  return digest;
}

std::string base64(Digest const& digest) {
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
  int const length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<char const*>(text.data()), static_cast<std::size_t>(length)};
}

std::string hex(Digest const& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned const byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15u];
  }
  return text;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

engine::Error refused(std::string detail, std::string hint = {}) {
  return engine::make_error(engine::Errc::unauthorized, "hubspot: check webhook", std::move(detail),
                            std::move(hint));
}

// Runs `matches` for each secret in use; both are tried always, so that time tells nothing.
template <class Matches>
bool any_secret(SignatureKeys const& keys, Matches matches) {
  bool const now = !keys.current.empty() && matches(keys.current.reveal());
  bool const before = !keys.previous.empty() && matches(keys.previous.reveal());
  return now || before;
}

engine::Status verify_v3(SignedRequest const& request, SignatureKeys const& keys,
                         std::string_view signature, engine::Timestamp now) {
  std::string_view stamp;
  if (find_once(request, "X-HubSpot-Request-Timestamp", stamp) != Header::once)
    return refused("the request has no single timestamp");
  auto const ms = parse_integer(stamp);
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  if (!ms || *ms < 0 || *ms > kLimit) return refused("the timestamp is malformed");
  std::int64_t const age = now.micros / 1000 - *ms;
  if (age > kSignatureAgeMaxMs || age < -kSignatureAgeMaxMs)
    return refused("the request is older than five minutes, or from the future",
                   "if every webhook is refused like this, check this machine's clock");
  std::string message(request.method);
  message += signed_uri(keys.public_origin + std::string(request.target));
  message += request.body;
  message += stamp;
  bool const good = any_secret(keys, [&](std::string_view secret) {
    auto const digest = hmac(secret, message);
    return digest && equal(base64(*digest), signature);
  });
  if (good) return {};
  return refused("the v3 signature does not match",
                 "check webhook.secret, and that webhook.public_url is what HubSpot calls");
}

engine::Status verify_hashed(SignedRequest const& request, SignatureKeys const& keys,
                             std::string_view signature, bool with_uri) {
  bool const good = any_secret(keys, [&](std::string_view secret) {
    std::string message;
    message.reserve(secret.size() + request.method.size() + keys.public_origin.size() +
                    request.target.size() + request.body.size());
    message += secret;
    if (with_uri) {
      message += request.method;
      message += keys.public_origin;
      message += request.target;
    }
    message += request.body;
    auto const digest = sha256(message);
    OPENSSL_cleanse(message.data(), secret.size());
    return equal(hex(digest), signature);
  });
  if (good) return {};
  return refused("the signature does not match", "check webhook.secret");
}

}  // namespace

std::string signed_uri(std::string_view uri) {
  struct Escape {
    std::string_view code;
    char plain;
  };
  constexpr std::array kEscapes{
      Escape{"3A", ':'}, Escape{"2F", '/'}, Escape{"3F", '?'},  Escape{"40", '@'},
      Escape{"21", '!'}, Escape{"24", '$'}, Escape{"27", '\''}, Escape{"28", '('},
      Escape{"29", ')'}, Escape{"2A", '*'}, Escape{"2C", ','},  Escape{"3B", ';'},
  };
  std::string text;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    auto const escape = std::find_if(kEscapes.begin(), kEscapes.end(), [&](Escape const& e) {
      return uri[i] == '%' && uri.substr(i + 1, 2) == e.code;
    });
    text += escape == kEscapes.end() ? uri[i] : escape->plain;
    if (escape != kEscapes.end()) i += 2;
  }
  return text;
}

engine::Status verify_signature(SignedRequest const& request, SignatureKeys const& keys,
                                engine::Timestamp now) {
  if (keys.current.empty() && keys.previous.empty())
    return refused("no webhook secret is configured", "set webhook.secret");
  std::string_view signature;
  auto const v3 = find_once(request, "X-HubSpot-Signature-v3", signature);
  if (v3 == Header::repeated) return refused("the request carries two v3 signatures");
  if (v3 == Header::once) return verify_v3(request, keys, signature, now);
  std::string_view version = "v1";
  if (find_once(request, "X-HubSpot-Signature-Version", version) == Header::repeated ||
      find_once(request, "X-HubSpot-Signature", signature) != Header::once)
    return refused("the request is not signed");
  if (version != "v1" && version != "v2") return refused("the signature version is not known");
  return verify_hashed(request, keys, signature, version == "v2");
}

}  // namespace crmsync::connectors::hubspot::wire
