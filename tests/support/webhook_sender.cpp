// SPDX-License-Identifier: Apache-2.0
#include "tests/support/webhook_sender.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <stdexcept>

namespace crmsync::tests {

namespace {

std::int64_t now_ms() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Headers sign_v3(std::string const& secret, std::string const& uri, std::string const& body,
                std::chrono::seconds age, std::string const& method) {
  auto const stamp = std::to_string(now_ms() - std::chrono::milliseconds(age).count());
  auto const text = method + uri + body + stamp;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data(), &length);
  std::array<unsigned char, 4 * EVP_MAX_MD_SIZE> encoded{};
  int const size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
  return {{"X-HubSpot-Signature-v3",
           std::string(reinterpret_cast<char const*>(encoded.data()), std::size_t(size))},
          {"X-HubSpot-Request-Timestamp", stamp}};
}

Headers sign_v1(std::string const& secret, std::string const& body) {
  auto const text = secret + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += "0123456789abcdef"[digest[i] / 16];
    hex += "0123456789abcdef"[digest[i] % 16];
  }
  return {{"X-HubSpot-Signature", hex}, {"X-HubSpot-Signature-Version", "v1"}};
}

unsigned free_port() {
  int const number = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bool const bound = number >= 0 &&
                     ::bind(number, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(number, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(number);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string contact_event(std::string const& kind, std::string const& id,
                          std::chrono::seconds age) {
  static std::atomic<int> count{0};
  return R"({"eventId":)" + std::to_string(++count) +
         R"(,"subscriptionId":7,"portalId":1,"appId":2,"occurredAt":)" +
         std::to_string(now_ms() - std::chrono::milliseconds(age).count()) +
         R"(,"subscriptionType":"contact.)" + kind + R"(","attemptNumber":0,"objectId":)" + id +
         R"(,"propertyName":"phone","propertyValue":"of no consequence","changeSource":"CRM_UI"})";
}

WebhookSender::WebhookSender(SyncWorld const& world) : world_(world), port_(free_port()) {}

std::string WebhookSender::settings() const {
  return "webhooks: {listen: \"127.0.0.1:" + std::to_string(port_) + "\", public_url: \"" +
         world_.public_url + "\"}\n";
}

std::string WebhookSender::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::string WebhookSender::signed_uri(std::string const& target) const {
  return world_.public_url + target;
}

HttpAnswer WebhookSender::post(std::string const& body, Headers headers,
                               std::string const& target) const {
  headers.emplace_back("Content-Type", "application/json");
  return http_call(url(), "POST", target, body, headers);
}

HttpAnswer WebhookSender::send(std::string const& body) const {
  return post(body, sign_v3(kWebhookSecret, signed_uri(), body));
}

}  // namespace crmsync::tests
