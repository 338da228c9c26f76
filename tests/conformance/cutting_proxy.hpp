// A TCP relay on loopback that can break a connection instead of delivering an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"

#include <cstdint>
#include <memory>

namespace crmsync::tests::conformance {

class CuttingProxy {
 public:
  // Listens on a free port and relays to `upstream_port` as long as the io_context runs.
  CuttingProxy(connectors::asio::io_context& io, std::uint16_t upstream_port);

  std::uint16_t port() const noexcept { return port_; }
  // The next bytes that come back break their connection instead of travelling on.
  void cut_next_answer() noexcept { *cut_ = true; }
  void heal() noexcept { *cut_ = false; }

 private:
  std::shared_ptr<bool> cut_ = std::make_shared<bool>(false);
  std::uint16_t port_ = 0;
};

}  // namespace crmsync::tests::conformance
