// Incremental reading: search by modification stamp, and a walk through the archive for deletes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/reader.hpp"
#include "connectors/hubspot/wire/cursor.hpp"

#include <chrono>

namespace crmsync::connectors::hubspot {

class ChangeFeed {
 public:
  ChangeFeed(Account& account, SchemaCache& schema, Reader& reader, EndpointSpec const& spec)
      : account_(account), schema_(schema), reader_(reader), spec_(spec) {}

  Task<engine::Result<engine::Cursor>> start();
  // One search page; when that was the last one, and a walk is due, some archive pages.
  Task<engine::Result<ChangePage>> next(engine::Cursor cursor);

  // How far behind the records the index may be.
  std::chrono::milliseconds overlap() const noexcept;

 private:
  Task<engine::Result<wire::Step>> search(wire::ChangeCursor& cursor, ChangePage& page);
  Task<engine::Status> walk_archive(wire::ArchivedSweep& sweep, ChangePage& page);
  // True when the walk has reached its end.
  Task<engine::Result<bool>> archive_page(wire::ArchivedSweep& sweep, ChangePage& page);
  void end_walk(wire::ArchivedSweep& sweep) const;

  Account& account_;
  SchemaCache& schema_;
  Reader& reader_;
  EndpointSpec const& spec_;
  bool walked_ = false;  // since the program started
};

}  // namespace crmsync::connectors::hubspot
