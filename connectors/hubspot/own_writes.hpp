// Which id the vendor's field history gives to our own writes. Its form is not documented, so it is
// learned: a version that holds exactly what we just wrote names its source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/record.hpp"

#include <deque>
#include <string>

namespace crmsync::connectors::hubspot {

class OwnWrites {
 public:
  // A write the vendor confirmed. `digest_text` is the stored text; only a digest of it is kept.
  void remember(std::string const& record, std::string const& field, std::string_view text);
  // Looks for remembered writes in a record's history.
  void learn(wire::WireRecord const& record);
  wire::OwnSource const& source() const noexcept { return source_; }
  bool is_own(std::string const& source_id) const noexcept {
    return !source_.id.empty() && source_id == source_.id;
  }

 private:
  struct Write {
    std::string record;
    std::string field;
    std::size_t digest;
  };
  std::deque<Write> writes_;  // newest last, bounded
  wire::OwnSource source_;
};

}  // namespace crmsync::connectors::hubspot
