// SPDX-License-Identifier: Apache-2.0
#include "engine/error.hpp"

#include <stdexcept>
#include <utility>

namespace crmsync::engine {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::transient:
      return "transient";
    case Errc::rate_limited:
      return "rate_limited";
    case Errc::locked:
      return "locked";
    case Errc::unauthorized:
      return "unauthorized";
    case Errc::forbidden:
      return "forbidden";
    case Errc::not_found:
      return "not_found";
    case Errc::precondition_failed:
      return "precondition_failed";
    case Errc::already_exists:
      return "already_exists";
    case Errc::invalid_value:
      return "invalid_value";
    case Errc::invalid_schema:
      return "invalid_schema";
    case Errc::read_only:
      return "read_only";
    case Errc::config_invalid:
      return "config_invalid";
    case Errc::storage_full:
      return "storage_full";
    case Errc::corrupt:
      return "corrupt";
    case Errc::unsupported:
      return "unsupported";
    case Errc::cursor_expired:
      return "cursor_expired";
    case Errc::limit_exceeded:
      return "limit_exceeded";
    case Errc::cancelled:
      return "cancelled";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

std::string Error::message() const {
  std::string text = op.empty() ? std::string(to_string(code)) : op;
  if (!detail.empty()) text += ": " + detail;
  if (!hint.empty()) text += " (" + hint + ")";
  return text;
}

void throw_exception_from_error(Error const& error, boost::source_location const& location) {
  throw std::logic_error(std::string(location.file_name()) + ":" + std::to_string(location.line()) +
                         ": the value of a failed result was used: " + error.message());
}

Error make_error(Errc code, std::string op, std::string detail, std::string hint) {
  Error error;
  error.code = code;
  error.op = std::move(op);
  error.detail = std::move(detail);
  error.hint = std::move(hint);
  return error;
}

}  // namespace crmsync::engine
