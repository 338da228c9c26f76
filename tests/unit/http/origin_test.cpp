// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/origin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

using boost::asio::ip::make_address;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseOrigin, HttpsByNameWithDefaultPort) {
  auto const origin = parse_origin("https://API.HubAPI.com");
  ASSERT_TRUE(origin);
  EXPECT_TRUE(origin->secure);
  EXPECT_EQ(origin->host, "api.hubapi.com");
  EXPECT_EQ(origin->port, 443);
  EXPECT_FALSE(origin->literal);
  EXPECT_EQ(origin->host_header, "api.hubapi.com");
  EXPECT_EQ(origin->text, "https://api.hubapi.com");
}

TEST(ParseOrigin, KeepsAnExplicitPort) {
  auto const origin = parse_origin("https://crm.example.com:8443/");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->port, 8443);
  EXPECT_EQ(origin->host_header, "crm.example.com:8443");
}

TEST(ParseOrigin, PlainHttpOnlyToLoopback) {
  for (char const* url : {"http://127.0.0.1:80", "http://127.9.8.7", "http://localhost:1",
                          "http://LOCALHOST", "http://[::1]:9", "http://[::ffff:127.0.0.1]"})
    EXPECT_TRUE(parse_origin(url)) << url;
  for (char const* url : {"http://example.com", "http://10.0.0.1", "http://localhost.example.com",
                          "http://127.0.0.1.example.com", "http://[::2]", "http://2130706433",
                          "http://0x7f.0.0.1", "http://localhost@example.com"}) {
    auto const origin = parse_origin(url);
    ASSERT_FALSE(origin) << url;
    EXPECT_EQ(origin.error().code, engine::Errc::config_invalid);
  }
}

TEST(ParseOrigin, RefusalNamesTheUrl) {
  auto const origin = parse_origin("http://crm.example.com");
  ASSERT_FALSE(origin);
  EXPECT_THAT(origin.error().message(), HasSubstr("http://crm.example.com"));
}

TEST(ParseOrigin, UserInformationIsRefusedAndNeverShown) {
  auto const origin = parse_origin("https://user:s3cret@crm.example.com");
  ASSERT_FALSE(origin);
  EXPECT_THAT(origin.error().message(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(origin.error().message(), HasSubstr("crm.example.com"));
}

TEST(ParseOrigin, RefusesEverythingElse) {
  for (char const* url :
       {"", "crm.example.com", "ftp://crm.example.com", "https://", "https:///x",
        "https://crm.example.com/path", "https://crm.example.com?token=x",
        "https://crm.example.com#x", "https://crm.example.com:0", "https://crm.example.com:65536",
        "https://crm.example.com:x", "https://a b", "https://a%20b", "https://[fe80::1]",
        "unix:relative", "https://169.254.169.254", "https://0.0.0.0", "https://a\r\nb"})
    EXPECT_FALSE(parse_origin(url)) << url;
}

TEST(ParseOrigin, QueryOfARefusedUrlIsNotShown) {
  auto const origin = parse_origin("https://crm.example.com?token=s3cret");
  ASSERT_FALSE(origin);
  EXPECT_THAT(origin.error().message(), Not(HasSubstr("s3cret")));
}

TEST(ParseOrigin, UnixSocketByPath) {
  auto const origin = parse_origin("unix:/run/crmsync/control.sock");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->socket_path, "/run/crmsync/control.sock");
  EXPECT_FALSE(origin->secure);
}

TEST(MayConnect, NeverToLinkLocalMetadataOrNowhere) {
  for (char const* text : {"169.254.169.254", "169.254.0.1", "fe80::1", "febf::1", "0.0.0.0",
                           "0.1.2.3", "::", "224.0.0.1", "ff02::1", "255.255.255.255",
                           "::ffff:169.254.169.254", "fd00:ec2::254"}) {
    EXPECT_FALSE(may_connect(make_address(text), false)) << text;
    EXPECT_FALSE(may_connect(make_address(text), true)) << text;
  }
}

TEST(MayConnect, LoopbackOnlyWhenAskedFor) {
  for (char const* text : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_FALSE(may_connect(make_address(text), false)) << text;
    EXPECT_TRUE(may_connect(make_address(text), true)) << text;
  }
}

TEST(MayConnect, PublicAndPrivateAddressesAreFine) {
  for (char const* text : {"93.184.216.34", "10.1.2.3", "192.168.1.1", "2606:2800::1", "fd12::1"})
    EXPECT_TRUE(may_connect(make_address(text), false)) << text;
}

}  // namespace
}  // namespace crmsync::connectors::http
