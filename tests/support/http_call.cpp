// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/client.hpp"
#include "connectors/http/system_runtime.hpp"
#include "tests/support/sync_world.hpp"

#include <boost/asio/co_spawn.hpp>

#include <stdexcept>

namespace crmsync::tests {

HttpAnswer http_call(std::string const& base_url, std::string const& method,
                     std::string const& target, std::string const& body,
                     std::vector<std::pair<std::string, std::string>> const& headers) {
  boost::asio::io_context io(1);
  connectors::SystemRuntime runtime(io, 1);
  connectors::http::ClientOptions options;
  options.base_url = base_url;
  options.response_bytes_max = 256u << 20;
  auto client = connectors::http::make_client(options, runtime);
  if (!client) throw std::runtime_error(client.error().message());
  connectors::http::Request request;
  request.method = method;
  request.target = target;
  request.headers = headers;
  request.body = body;
  HttpAnswer out;
  auto sent = (*client)->send(std::move(request), std::chrono::seconds(60));
  boost::asio::co_spawn(
      io, std::move(sent),
      [&](std::exception_ptr failure, engine::Result<connectors::http::Response> answer) {
        if (failure) std::rethrow_exception(failure);
        if (answer) out = {answer->status, answer->body};
        io.stop();
      });
  io.run();
  return out;
}

rapidjson::Document parse_json(std::string const& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) throw std::runtime_error("not JSON: " + text.substr(0, 200));
  return document;
}

}  // namespace crmsync::tests
