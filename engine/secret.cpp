// SPDX-License-Identifier: Apache-2.0
#include "engine/secret.hpp"

#include <cstddef>
#include <utility>

namespace crmsync::engine {

namespace {

// Overwrites everything the string has room for: a short string keeps its bytes inside itself, and
// a shortened one keeps its old tail.
void wipe(std::string& bytes) noexcept {
  bytes.resize(bytes.capacity());  // within capacity: neither allocates nor throws
  char volatile* at = bytes.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) at[i] = '\0';
  bytes.clear();
}

}  // namespace

Secret::Secret(std::string bytes) : bytes_(std::move(bytes)) {
  wipe(bytes);
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {
  wipe(other.bytes_);
}

Secret& Secret::operator=(Secret const& other) {
  Secret copy(other);
  bytes_.swap(copy.bytes_);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe(bytes_);
  bytes_ = std::move(other.bytes_);
  wipe(other.bytes_);
  return *this;
}

Secret::~Secret() {
  wipe(bytes_);
}

}  // namespace crmsync::engine
