// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/webhook_load.hpp"

#include "connectors/http/client.hpp"
#include "connectors/http/system_runtime.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <chrono>
#include <memory>

namespace crmsync::bench {

namespace {

using Clock = std::chrono::steady_clock;

std::string base64(unsigned char const* bytes, int size) {
  std::array<unsigned char, 128> text{};
  int const length = EVP_EncodeBlock(text.data(), bytes, size);
  return {reinterpret_cast<char const*>(text.data()), static_cast<std::size_t>(length)};
}

connectors::Task<void> sender(connectors::http::Client& client, std::string secret, int first,
                              Clock::time_point deadline, LoadResult& result) {
  for (int i = first; Clock::now() < deadline; i += 1000) {
    auto const event = signed_event(std::to_string(100'000 + i), secret);
    connectors::http::Request request;
    request.method = "POST";
    request.target = "/hooks/hubspot";
    request.headers = event.headers;
    request.body = event.body;
    auto answer = co_await client.send(std::move(request), std::chrono::seconds(10));
    if (answer && answer->status == 200)
      ++result.accepted;
    else
      ++result.refused;
  }
}

}  // namespace

SignedEvent signed_event(std::string const& contact, std::string const& secret) {
  auto const now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  auto const stamp = std::to_string(now);
  SignedEvent event;
  event.body = R"([{"eventId":1,"subscriptionId":2,"portalId":24680135,"appId":4,"occurredAt":)" +
               stamp +
               R"(,"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":)" +
               contact + R"(,"propertyName":"city","propertyValue":"x","changeSource":"CRM_UI"}])";
  auto const text = "POSThttps://sync.example/hooks/hubspot" + event.body + stamp;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data(), &size);
  event.headers = {{"Content-Type", "application/json"},
                   {"X-HubSpot-Signature-v3", base64(digest.data(), static_cast<int>(size))},
                   {"X-HubSpot-Request-Timestamp", stamp}};
  return event;
}

LoadResult post_webhooks(std::string const& base_url, std::string const& secret, int connections,
                         double seconds) {
  boost::asio::io_context io(1);
  connectors::SystemRuntime runtime(io, 1);
  connectors::http::ClientOptions options;
  options.base_url = base_url;
  options.connections_max = static_cast<std::size_t>(connections);
  auto client = connectors::http::make_client(options, runtime);
  LoadResult result;
  if (!client) return result;
  auto const start = Clock::now();
  auto const deadline =
      start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  int running = connections;
  for (int i = 0; i < connections; ++i)
    boost::asio::co_spawn(io, sender(**client, secret, i, deadline, result),
                          [&](std::exception_ptr failure) {
                            if (failure) std::rethrow_exception(failure);
                            if (--running == 0) io.stop();
                          });
  io.run();
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace crmsync::bench
