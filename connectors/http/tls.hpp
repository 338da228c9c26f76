// The one place where TLS is set up. Nothing else in the project makes a TLS context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/interrupt.hpp"
#include "connectors/http/stream.hpp"
#include "engine/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace crmsync::connectors::http {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// TLS 1.2 or newer, the peer's certificate verified against the system's trust store (loaded once,
// at first use) or against `ca_file` alone. config_invalid: the file cannot be used.
engine::Result<TlsContext> tls_client_context(std::string const& ca_file);

// Handshake as a client of `host` (name or IP address; sent as SNI when a name; must be in the
// certificate's subjectAltName). On success `opened` is the session. On failure: transient, with
// OpenSSL's reason; nothing of ours was sent inside the session.
Task<engine::Status> tls_handshake(TcpSocket socket, TlsContext context, std::string const& host,
                                   Interrupt& interrupt, std::unique_ptr<Stream>& opened);

}  // namespace crmsync::connectors::http
