// A credential. It cannot be printed or compared by accident; its bytes are overwritten when it
// goes away, is replaced or is moved from. engine/ holds the type so that every layer can pass one
// on. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace crmsync::engine {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes);
  Secret(Secret const&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret const& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool empty() const noexcept { return bytes_.empty(); }
  // The only way to the bytes: for building a request or a signature, never for a message.
  std::string_view reveal() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace crmsync::engine
