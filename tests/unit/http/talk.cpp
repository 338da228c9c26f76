// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <sys/socket.h>

namespace crmsync::connectors::http {

Task<Response> describe(Request request, Peer peer) {
  Response response;
  response.status = 200;
  response.body = request.method + " " + request.target + " [" + request.body + "]";
  for (auto const& [name, value] : request.headers)
    if (name.starts_with("X-")) response.body += " " + name + "=" + value;
  if (request.target == "/who" && peer.uid)
    response.body = std::to_string(*peer.uid) + ":" + std::to_string(*peer.gid);
  if (request.target == "/from") response.body = peer.address;
  co_return response;
}

std::string talk(ServerThread const& server, std::string_view bytes) {
  auto connection = RawConnection::to(server.address());
  connection.send(bytes);
  ::shutdown(connection.fd(), SHUT_WR);
  return connection.read_to_end();
}

std::string body_of(std::string const& answer) {
  auto const at = answer.find("\r\n\r\n");
  return at == std::string::npos ? "" : answer.substr(at + 4);
}

std::size_t count(std::string const& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::chrono::milliseconds passed_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace crmsync::connectors::http
