// How a failure travels inside state/lmdb: as an exception from the call that met it to the verb
// that was asked, which turns it into the Error of its Result. Nothing outside sees it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <exception>
#include <string>
#include <utility>

namespace crmsync::state::lmdb {

class Failure : public std::exception {
 public:
  explicit Failure(engine::Error error, int code = 0) : error_(std::move(error)), code_(code) {}

  engine::Error const& error() const noexcept { return error_; }
  // LMDB's or the system's number; 0 when the failure is not theirs.
  int code() const noexcept { return code_; }
  // The map is too small: grow it and do the transaction again.
  bool wants_growth() const noexcept;
  // One row failed its checks; the file as such is sound.
  bool is_damaged_row() const noexcept {
    return error_.code == engine::Errc::corrupt && code_ == 0;
  }
  char const* what() const noexcept override { return error_.detail.c_str(); }

 private:
  engine::Error error_;
  int code_;
};

// `code` from LMDB or errno; `doing` completes "state: ...".
[[noreturn]] void fail(int code, std::string doing);
inline void check(int code, char const* doing) {
  if (code != 0) fail(code, doing);
}
engine::Error to_error(int code, std::string doing);

// What a verb returns for whatever its body threw.
engine::Error current_error() noexcept;

template <class Fn>
auto guarded(Fn&& fn) -> engine::Result<decltype(fn())> {
  try {
    if constexpr (std::is_void_v<decltype(fn())>) {
      fn();
      return {};
    } else {
      return fn();
    }
  } catch (...) {
    return current_error();
  }
}

}  // namespace crmsync::state::lmdb
