// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

namespace crmsync::connectors::http {
namespace {

namespace ssl = asio::ssl;
using engine::Errc;

// RSA below 2048 bits, SHA-1 signatures and the like are refused whatever the system's
// configuration says.
constexpr int security_level = 2;
constexpr std::array<unsigned char, 9> http11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

class TlsStream final : public Stream {
 public:
  TlsStream(TcpSocket socket, TlsContext context)
      : context_(std::move(context)), session_(std::move(socket), *context_) {}

  Task<IoResult> read_some(asio::mutable_buffer buffer) override {
    auto const [error, bytes] = co_await session_.async_read_some(buffer, asio::as_tuple(use_task));
    co_return IoResult{error, bytes};
  }
  Task<IoResult> write_some(WriteBuffers buffers) override {
    asio::const_buffer const next = buffers[0].size() > 0 ? buffers[0] : buffers[1];
    auto const [error, bytes] = co_await session_.async_write_some(next, asio::as_tuple(use_task));
    co_return IoResult{error, bytes};
  }
  void finish_writing() noexcept override {
    boost::system::error_code ignored;
    session_.next_layer().shutdown(TcpSocket::shutdown_send, ignored);
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    session_.next_layer().close(ignored);
  }
  int native_handle() noexcept override {
    auto& socket = session_.next_layer();
    return socket.is_open() ? socket.native_handle() : -1;
  }

  bool name_peer(std::string const& host) {
    SSL* const handle = session_.native_handle();
    X509_VERIFY_PARAM* const rules = SSL_get0_param(handle);
    // The common name never counts as a host name, and "w*.example.com" matches nothing.
    X509_VERIFY_PARAM_set_hostflags(
        rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    boost::system::error_code no_address;
    asio::ip::make_address(host, no_address);
    bool const named = no_address
                           ? SSL_set_tlsext_host_name(handle, host.c_str()) == 1 &&
                                 X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size()) == 1
                           : X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
    if (!named) return false;
    boost::system::error_code error;
    session_.set_verify_mode(ssl::verify_peer, error);
    if (!error) session_.set_verify_callback(ssl::host_name_verification(host), error);
    return !error;
  }

  Task<boost::system::error_code> handshake() {
    auto const [error] =
        co_await session_.async_handshake(ssl::stream_base::client, asio::as_tuple(use_task));
    co_return error;
  }

  // Why the certificate was refused; empty when that was not the reason.
  std::string refusal() {
    long const code = SSL_get_verify_result(session_.native_handle());
    return code == X509_V_OK ? std::string() : X509_verify_cert_error_string(code);
  }

 private:
  TlsContext context_;
  ssl::stream<TcpSocket> session_;
};

engine::Error unusable(std::string const& what, std::string why) {
  return engine::make_error(Errc::config_invalid, "TLS: " + what, std::move(why),
                            "it must be a readable PEM file with CA certificates");
}

engine::Result<TlsContext> make_context(std::string const& ca_file) {
  boost::system::error_code error;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX* const handle = context->native_handle();
  SSL_CTX_set_security_level(handle, security_level);
  bool const set = SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION) == 1 &&
                   SSL_CTX_set_alpn_protos(handle, http11.data(), http11.size()) == 0;
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  context->set_verify_mode(ssl::verify_peer, error);
  if (!set || error)
    return engine::make_error(Errc::internal, "TLS: set up", "OpenSSL refuses our settings");
  if (ca_file.empty())
    context->set_default_verify_paths(error);
  else
    context->load_verify_file(ca_file, error);
  if (error) return unusable(ca_file.empty() ? "system trust store" : ca_file, error.message());
  return context;
}

}  // namespace

engine::Result<TlsContext> tls_client_context(std::string const& ca_file) {
  if (!ca_file.empty()) return make_context(ca_file);
  // Reading the system's store takes milliseconds and memory: once for all clients.
  static engine::Result<TlsContext> const system_store = make_context({});
  return system_store;
}

Task<engine::Status> tls_handshake(TcpSocket socket, TlsContext context, std::string const& host,
                                   Interrupt& interrupt, std::unique_ptr<Stream>& opened) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context));
  if (!stream->name_peer(host))
    co_return engine::make_error(Errc::internal, "TLS handshake with " + host,
                                 "the host name cannot be verified");
  boost::system::error_code error;
  {
    Interrupt::Scope const scope(interrupt, [raw = stream.get()] { raw->close(); });
    error = co_await stream->handshake();
  }
  if (error) {
    std::string why = stream->refusal();
    if (why.empty()) why = error.message();
    co_return engine::make_error(Errc::transient, "TLS handshake with " + host, std::move(why));
  }
  opened = std::move(stream);
  co_return engine::Status{};
}

}  // namespace crmsync::connectors::http
