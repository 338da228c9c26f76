// Why the CRM refuses something, before a face turns it into a vendor's words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::simulator::model {

using RecordId = std::uint64_t;

enum class Reason : std::uint8_t {
  not_found,  // no such record, property or type
  conflict,   // the identifying value (a contact's e-mail) is taken by `existing`
  invalid,    // one or more properties are refused, see `problems`
  missing,    // a create without what its type needs
  limit,      // a documented ceiling was reached
};

// One offending property. All of a record's are reported together.
struct Problem {
  Problem() = default;
  // No aggregate: a lone text must not pass for a Problem inside a result.
  Problem(std::string property_name, std::string error_code, std::string text)
      : property(std::move(property_name)), code(std::move(error_code)), message(std::move(text)) {}

  std::string property;
  std::string code;  // INVALID_OPTION, PROPERTY_DOESNT_EXIST, ...
  std::string message;
};

struct Refusal {
  Reason reason = Reason::invalid;
  std::string message;
  std::vector<Problem> problems;
  RecordId existing = 0;
};

template <class T>
using Outcome = boost::system::result<T, Refusal>;

}  // namespace crmsync::connectors::simulator::model
