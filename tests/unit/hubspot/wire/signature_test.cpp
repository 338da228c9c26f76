// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/signature.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using engine::Secret;

constexpr engine::Timestamp kNow{1'767'225'600'000'000};

struct Message {
  std::string method = "POST";
  std::string target = "/hooks/hubspot?t=a/b";
  std::string body = R"([{"eventId":1}])";
  std::string signature = "6vcrJH6OY22rANHcO6TPjBJtE0eA6pzDgun+wu0kBjw=";
  std::string timestamp = "1767225600000";
};

bool accepted(Message const& message, std::string const& origin = "https://sync.example.com",
              engine::Timestamp now = kNow, std::string const& secret = "own-secret",
              std::string const& previous = "") {
  Headers const headers{{"x-hubspot-signature-V3", message.signature},
                        {"X-HubSpot-Request-Timestamp", message.timestamp}};
  SignatureKeys const keys{Secret(secret), Secret(previous), origin};
  auto const status =
      verify_signature({message.method, message.target, message.body, headers}, keys, now);
  if (!status) {
    EXPECT_EQ(status.error().code, engine::Errc::unauthorized);
  }
  return status.has_value();
}

TEST(SignatureV3, TheKnownMessageIsAccepted) {
  EXPECT_TRUE(accepted({}));
}

template <class Check>
void for_each_flipped_bit(std::string const& text, Check check) {
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    std::string changed = text;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    check(changed, i);
  }
}

TEST(SignatureV3, EverySingleBitCounts) {
  auto const refused = [](std::string Message::*part) {
    for_each_flipped_bit(Message{}.*part, [part](std::string const& changed, std::size_t bit) {
      Message message;
      message.*part = changed;
      EXPECT_FALSE(accepted(message)) << bit;
    });
  };
  refused(&Message::method);
  refused(&Message::target);
  refused(&Message::body);
  refused(&Message::signature);
  refused(&Message::timestamp);
  for_each_flipped_bit("own-secret", [](std::string const& secret, std::size_t bit) {
    EXPECT_FALSE(accepted({}, "https://sync.example.com", kNow, secret)) << bit;
  });
  for_each_flipped_bit("https://sync.example.com", [](std::string const& origin, std::size_t bit) {
    EXPECT_FALSE(accepted({}, origin)) << bit;
  });
}

TEST(SignatureV3, FiveMinutesAreTheLimitBothWays) {
  auto const at = [](std::int64_t ms) { return engine::Timestamp{kNow.micros + ms * 1'000}; };
  EXPECT_TRUE(accepted({}, "https://sync.example.com", at(300'000)));
  EXPECT_TRUE(accepted({}, "https://sync.example.com", at(-300'000)));
  EXPECT_FALSE(accepted({}, "https://sync.example.com", at(300'001)));
  EXPECT_FALSE(accepted({}, "https://sync.example.com", at(-300'001)));
}

TEST(SignatureV3, MalformedTimestampsAreRefused) {
  for (auto const* text :
       {"", "now", "1767225600000 ", "-1", "99999999999999999999", "1767225600000.5"}) {
    Message message;
    message.timestamp = text;
    EXPECT_FALSE(accepted(message)) << text;
  }
}

TEST(SignatureV3, ThePreviousSecretIsAcceptedDuringRotation) {
  EXPECT_TRUE(accepted({}, "https://sync.example.com", kNow, "new-secret", "own-secret"));
  EXPECT_TRUE(accepted({}, "https://sync.example.com", kNow, "", "own-secret"));
  EXPECT_FALSE(accepted({}, "https://sync.example.com", kNow, "new-secret", "older"));
  EXPECT_FALSE(accepted({}, "https://sync.example.com", kNow, "", ""));
}

TEST(SignatureV3, OnlyTheNamedEscapesAreDecoded) {
  EXPECT_EQ(signed_uri("https%3A%2F%2Fa%3Fb%40%21%24%27%28%29%2A%2C%3B"), "https://a?b@!$'()*,;");
  EXPECT_EQ(signed_uri("%20%2B%26%3D%23%25%41"), "%20%2B%26%3D%23%25%41");
  EXPECT_EQ(signed_uri("%"), "%");
  EXPECT_EQ(signed_uri("%3"), "%3");
  EXPECT_EQ(signed_uri("%3a"), "%3a");
  EXPECT_EQ(signed_uri("%252F"), "%252F");
}

TEST(SignatureV3, AnEscapedTargetMatchesThePlainOneTheVendorSigned) {
  Message message;
  message.target = "/hooks/hubspot?t=a%2Fb";
  EXPECT_TRUE(accepted(message));
}

bool verify(Headers const& headers, std::string_view method, std::string_view target,
            std::string_view body, SignatureKeys const& keys) {
  return verify_signature({method, target, body, headers}, keys, kNow).has_value();
}

TEST(SignatureV2, ThePublishedVectorIsAccepted) {
  SignatureKeys const keys{Secret("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"), Secret(),
                           "https://www.example.com"};
  Headers headers{
      {"X-HubSpot-Signature-Version", "v2"},
      {"X-HubSpot-Signature", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"}};
  EXPECT_TRUE(verify(headers, "GET", "/webhook_uri", "", keys));
  EXPECT_FALSE(verify(headers, "GET", "/webhook_urj", "", keys));
  headers[0].second = "v1";
  EXPECT_FALSE(verify(headers, "GET", "/webhook_uri", "", keys));
}

// sha256 of "own-secret" + "[]", computed by another tool.
constexpr auto kV1 = "fbb8886227e4f5e12dca478f5db3ad8a40d92a507e6aa2c5c702003fdf2e22f4";

TEST(SignatureV1, CoversSecretAndBody) {
  SignatureKeys const keys{Secret("own-secret"), Secret(), "https://sync.example.com"};
  Headers const headers{{"X-HubSpot-Signature", kV1}, {"X-HubSpot-Signature-Version", "v1"}};
  EXPECT_TRUE(verify(headers, "POST", "/x", "[]", keys));
  EXPECT_TRUE(verify({{"X-HubSpot-Signature", kV1}}, "POST", "/x", "[]", keys));
  EXPECT_FALSE(verify(headers, "POST", "/x", "[ ]", keys));
  for_each_flipped_bit(kV1, [&keys](std::string const& changed, std::size_t bit) {
    EXPECT_FALSE(verify({{"X-HubSpot-Signature", changed}}, "POST", "/x", "[]", keys)) << bit;
  });
}

TEST(Signature, AWrongV3IsNotMadeGoodByAnOlderScheme) {
  SignatureKeys const keys{Secret("own-secret"), Secret(), "https://sync.example.com"};
  Headers const headers{{"X-HubSpot-Signature", kV1},
                        {"X-HubSpot-Signature-Version", "v1"},
                        {"X-HubSpot-Signature-v3", "AAAA"},
                        {"X-HubSpot-Request-Timestamp", "1767225600000"}};
  EXPECT_FALSE(verify(headers, "POST", "/x", "[]", keys));
}

TEST(Signature, UnsignedRepeatedAndUnknownAreRefused) {
  SignatureKeys const keys{Secret("own-secret"), Secret(), "https://sync.example.com"};
  EXPECT_FALSE(verify({}, "POST", "/x", "[]", keys));
  EXPECT_FALSE(verify({{"X-HubSpot-Signature", kV1}, {"x-hubspot-signature", kV1}}, "POST", "/x",
                      "[]", keys));
  EXPECT_FALSE(verify({{"X-HubSpot-Signature", kV1}, {"X-HubSpot-Signature-Version", "v9"}}, "POST",
                      "/x", "[]", keys));
}

TEST(Signature, RefusalsNeverShowTheSecret) {
  Headers const headers{{"X-HubSpot-Signature-v3", "AAAA"},
                        {"X-HubSpot-Request-Timestamp", "1767225600000"}};
  SignatureKeys const keys{Secret("canary-secret"), Secret(), "https://sync.example.com"};
  auto const status = verify_signature({"POST", "/x", "[]", headers}, keys, kNow);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message().find("canary"), std::string::npos);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
