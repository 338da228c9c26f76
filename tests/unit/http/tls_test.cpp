// Servers that TLS must protect us from. Each is real: OpenSSL on a loopback socket.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/certificates.hpp"
#include "tests/unit/http/loopback.hpp"

#include <openssl/ssl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using engine::Errc;
using ::testing::HasSubstr;

constexpr std::string_view whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// How the server behaves once it has its certificate.
struct Behaviour {
  int version_max = TLS1_3_VERSION;
  std::string answer{whole};
  bool say_goodbye = true;   // close_notify before the connection ends
  bool renegotiate = false;  // in the middle of the answer
};

class TlsTest : public ::testing::Test, protected ClientFixture {
 protected:
  TlsTest() : authority(make_identity(authority_options(), nullptr)) {
    write_certificate(authority, folder.path("ca.pem"));
  }

  static CertificateOptions authority_options() {
    CertificateOptions options;
    options.common_name = "Test CA";
    options.names = "";
    options.authority = true;
    return options;
  }

  // What a client that trusts only our CA gets from `host` when the server presents `identity`.
  engine::Result<Response> ask(Identity const& identity, std::string const& host = "localhost",
                               Behaviour const& behaviour = {}) {
    ScriptedPeer peer(
        {[&](RawConnection& connection) { serve_tls(connection, identity, behaviour); }});
    ClientOptions options;
    options.base_url = "https://" + host + ":" + std::to_string(peer.port());
    options.ca_file = folder.path("ca.pem");
    auto const client = make(options);
    return send(*client, post("secret"));
  }

  // Differs after every completed handshake.
  static std::string finished_of(SSL* session) {
    char bytes[EVP_MAX_MD_SIZE];
    return {bytes, SSL_get_finished(session, bytes, sizeof bytes)};
  }

  void serve_tls(RawConnection& connection, Identity const& identity, Behaviour const& behaviour) {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> const context(
        SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);  // a server that does not care
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), behaviour.version_max);
    SSL_CTX_use_certificate(context.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
    std::unique_ptr<SSL, decltype(&SSL_free)> const session(SSL_new(context.get()), SSL_free);
    SSL_set_fd(session.get(), connection.fd());
    if (SSL_accept(session.get()) != 1) return;
    char const* const name = SSL_get_servername(session.get(), TLSEXT_NAMETYPE_host_name);
    server_name = name == nullptr ? "" : name;
    char buffer[4'096];
    std::string request;
    // To its end: closing with unread bytes would reset the connection under the answer.
    while (!request.ends_with("secret")) {
      int const got = SSL_read(session.get(), buffer, sizeof buffer);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
      received = request.size();
    }
    auto const& answer = behaviour.answer;
    std::size_t const half = answer.size() / 2;
    SSL_write(session.get(), answer.data(), static_cast<int>(half));
    if (behaviour.renegotiate) {
      std::string const before = finished_of(session.get());
      SSL_renegotiate(session.get());
      if (SSL_do_handshake(session.get()) == 1) SSL_read(session.get(), buffer, sizeof buffer);
      renegotiated = finished_of(session.get()) != before;
    }
    SSL_write(session.get(), answer.data() + half, static_cast<int>(answer.size() - half));
    if (behaviour.say_goodbye) SSL_shutdown(session.get());
  }

  Identity issued(CertificateOptions const& options = {}) {
    return make_identity(options, &authority);
  }

  // Refused in the handshake: not one byte of the request went out.
  void expect_refused(engine::Result<Response> const& result, char const* why) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::transient);
    EXPECT_THAT(result.error().message(), HasSubstr(why));
    EXPECT_FALSE(result.error().maybe_applied);
    EXPECT_EQ(received, 0u);
  }

  TemporaryFolder folder;
  Identity authority;
  std::atomic<std::size_t> received{0};
  std::atomic<bool> renegotiated{false};
  std::string server_name;
};

TEST_F(TlsTest, AGoodServerIsTrusted) {
  auto const result = ask(issued());
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->body, "ok");
  EXPECT_EQ(server_name, "localhost");
}

TEST_F(TlsTest, AnAddressInTheCertificateIsTrusted) {
  CertificateOptions options;
  options.names = "IP:127.0.0.1";
  auto const result = ask(issued(options), "127.0.0.1");
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(server_name, "");  // an address is no server name
}

TEST_F(TlsTest, OldestAllowedVersionIs12) {
  Behaviour tls12;
  tls12.version_max = TLS1_2_VERSION;
  EXPECT_TRUE(ask(issued(), "localhost", tls12));
}

TEST_F(TlsTest, Tls11IsRefused) {
  Behaviour tls11;
  tls11.version_max = TLS1_1_VERSION;
  expect_refused(ask(issued(), "localhost", tls11), "protocol version");
}

TEST_F(TlsTest, ACertificateForAnotherHostIsRefused) {
  CertificateOptions options;
  options.names = "DNS:example.com,DNS:localhost.example.com,DNS:xlocalhost";
  expect_refused(ask(issued(options)), "ost");
}

TEST_F(TlsTest, ACommonNameWithoutSubjectAltNameIsRefused) {
  CertificateOptions options;
  options.names = "";
  expect_refused(ask(issued(options)), "ost");
}

TEST_F(TlsTest, AnAddressThatDoesNotMatchIsRefused) {
  CertificateOptions options;
  options.names = "IP:127.0.0.2,DNS:127.0.0.1";
  expect_refused(ask(issued(options), "127.0.0.1"), "IP address mismatch");
}

TEST_F(TlsTest, WildcardsCoverNoTopLevelAndNoPart) {
  for (char const* name : {"DNS:*", "DNS:local*", "DNS:l*t", "DNS:*.localhost"}) {
    CertificateOptions options;
    options.names = name;
    expect_refused(ask(issued(options)), "ost");
  }
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  CertificateOptions options;
  options.valid_from_s = -7'200;
  options.valid_until_s = -3'600;
  expect_refused(ask(issued(options)), "expired");
}

TEST_F(TlsTest, ACertificateOfTheFutureIsRefused) {
  CertificateOptions options;
  options.valid_from_s = 3'600;
  options.valid_until_s = 7'200;
  expect_refused(ask(issued(options)), "not yet valid");
}

TEST_F(TlsTest, ASelfSignedCertificateIsRefused) {
  expect_refused(ask(make_identity({}, nullptr)), "self-signed");
}

TEST_F(TlsTest, AnotherAuthorityIsRefused) {
  // Same name as ours, another key.
  Identity const other = make_identity(authority_options(), nullptr);
  expect_refused(ask(make_identity({}, &other)), "certificate");
}

TEST_F(TlsTest, ACertificateThatIsNoAuthorityCannotIssue) {
  Identity const leaf = issued();
  expect_refused(ask(make_identity({}, &leaf)), "certificate");
}

TEST_F(TlsTest, AWeakKeyIsRefused) {
  CertificateOptions options;
  options.rsa_bits = 1'024;
  expect_refused(ask(issued(options)), "too weak");
}

TEST_F(TlsTest, ACertificateForClientsOnlyIsRefused) {
  CertificateOptions options;
  options.usage = "clientAuth";
  expect_refused(ask(issued(options)), "purpose");
}

TEST_F(TlsTest, ATruncatedAnswerIsAnError) {
  Behaviour cut;
  cut.say_goodbye = false;
  cut.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nonly";
  auto const result = ask(issued(), "localhost", cut);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_TRUE(result.error().maybe_applied);
}

TEST_F(TlsTest, ABodyUntilTheEndNeedsTheGoodbye) {
  Behaviour whole_body;
  whole_body.answer = "HTTP/1.1 200 OK\r\n\r\nall of it";
  auto const complete = ask(issued(), "localhost", whole_body);
  ASSERT_TRUE(complete) << complete.error().message();
  EXPECT_EQ(complete->body, "all of it");
  // Whoever cuts the connection can end such a body anywhere.
  whole_body.say_goodbye = false;
  EXPECT_FALSE(ask(issued(), "localhost", whole_body));
}

TEST_F(TlsTest, RenegotiationIsNotTakenPartIn) {
  Behaviour again;
  again.version_max = TLS1_2_VERSION;
  again.renegotiate = true;
  auto const result = ask(issued(), "localhost", again);
  EXPECT_FALSE(renegotiated);
  // Whether the session survives the refusal is the server's choice; a changed answer is not.
  if (result) {
    EXPECT_EQ(result->body, "ok");
  }
}

TEST_F(TlsTest, TheSystemStoreDoesNotTrustOurTestAuthority) {
  Identity const identity = issued();
  ScriptedPeer peer({[&](RawConnection& connection) { serve_tls(connection, identity, {}); }});
  ClientOptions options;
  options.base_url = "https://localhost:" + std::to_string(peer.port());
  auto const client = make(options);
  expect_refused(send(*client, post("secret")), "certificate");
}

TEST_F(TlsTest, AServerThatNeverAnswersTheHandshakeEndsByTheConnectTimeout) {
  ScriptedPeer peer({[](RawConnection& connection) { connection.read_to_end(); }});
  ClientOptions options;
  options.base_url = "https://localhost:" + std::to_string(peer.port());
  options.ca_file = folder.path("ca.pem");
  options.connect_timeout = 50ms;
  auto const client = make(options);
  expect_refused(send(*client, post("secret")), "50 ms");
}

TEST_F(TlsTest, AServerWithoutTlsIsRefused) {
  ScriptedPeer peer({[](RawConnection& connection) {
    connection.read_some();
    connection.send(whole);
  }});
  ClientOptions options;
  options.base_url = "https://localhost:" + std::to_string(peer.port());
  options.ca_file = folder.path("ca.pem");
  auto const client = make(options);
  EXPECT_FALSE(send(*client, post("secret")));
}

TEST_F(TlsTest, AFileThatHoldsNoCertificateIsAConfigurationError) {
  std::ofstream(folder.path("no.pem")) << "not a certificate\n";
  ClientOptions options;
  options.base_url = "https://localhost:1";
  options.ca_file = folder.path("no.pem");
  auto const client = make_client(options, runtime());
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::config_invalid);
}

}  // namespace
}  // namespace crmsync::connectors::http
