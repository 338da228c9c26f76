// Failures as values. Every failure the world can cause travels as an Error; what the daemon does
// next follows from its code alone (see retry.hpp), never from its text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::engine {

// One enumerator per different reaction. Adding one makes -Wswitch-enum point at every place that
// must decide about it.
enum class Errc : std::uint8_t {
  transient,     // network, 5xx, deadline passed: try again with backoff
  rate_limited,  // the other side asked us to slow down; see retry_after_ms
  locked,        // record or database briefly locked by somebody else
  unauthorized,  // credential refused: needs a person, no retry loop
  forbidden,     // a scope, grant or right is missing
  not_found,     // this key was asked for and is not there (see Presence for what that proves)
  precondition_failed,  // the record moved since it was read: observe again
  already_exists,       // a unique value is taken by another record
  invalid_value,        // the other side refuses this value
  invalid_schema,       // a table, column, object or property is missing or has another type
  read_only,            // the field or the whole system does not accept writes
  config_invalid,       // what the admin wrote cannot be used
  storage_full,         // disk or map full: nothing is sent until there is room
  corrupt,              // a stored row or an answer failed its checks
  unsupported,          // this system cannot do what was asked
  cursor_expired,       // the resume position is no longer served: bounded reconcile
  limit_exceeded,       // a documented bound of ours was reached
  cancelled,            // we are stopping
  internal,             // a defect of ours
};

std::string_view to_string(Errc code) noexcept;

// `detail` and `hint` are shown to admins and written to logs: they never carry a field's value
// nor a credential, only names, keys, codes and positions.
struct Error {
  Errc code = Errc::internal;
  std::string op;                   // what failed, on what: "hubspot: update contacts 512"
  std::string detail;               // why
  std::string hint;                 // what to do, or what happens next
  std::vector<std::string> fields;  // native field names at fault, where the system names them
  std::string other_key;            // already_exists: the record that holds the value, if named
  std::optional<std::int64_t> retry_after_ms;  // rate_limited: how long the other side asked for
  bool maybe_applied = false;  // the request may have taken effect although no answer came

  // "op: detail (hint)" in one line.
  std::string message() const;
};

template <class T>
using Result = boost::system::result<T, Error>;
using Status = Result<void>;

// Found by argument-dependent lookup when .value() is called on a failed Result: a defect of ours.
[[noreturn]] void throw_exception_from_error(Error const& error,
                                             boost::source_location const& location);

Error make_error(Errc code, std::string op, std::string detail, std::string hint = {});

}  // namespace crmsync::engine
