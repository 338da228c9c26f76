// Values as SQLite stores them, and back, without loss.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/statement.hpp"
#include "connectors/sqlite/table.hpp"
#include "engine/value.hpp"

namespace crmsync::connectors::sqlite {

bool is_utf8(std::string_view text);

// Empty (unknown) for a BLOB, for text that is not UTF-8 and for an infinite number.
engine::FieldValue read_value(Statement const& row, int index, Column const& column);

// invalid_value when the column cannot hold the value exactly (a 17-digit decimal in a REAL
// column), or for a set or a reference, which a mapping has to convert first.
engine::Result<void> bind_value(Statement& statement, int index, Column const& column,
                                engine::Value const& value);

}  // namespace crmsync::connectors::sqlite
