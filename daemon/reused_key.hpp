// An app row whose key belonged to a deleted row: the same record brought back, or another one?
// Pure. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pair.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::daemon {

// Why such a record waits for a person; its answer is `same` or `new`.
inline constexpr std::string_view kReusedKeyReason =
    "the key of a deleted record is used again, and nothing shows whether it is the same record";

enum class Reuse : std::uint8_t {
  none,    // the key never went away
  same,    // a match value equals the old record's, or a person said so
  other,   // every match value that both have differs, and the old record was certainly gone
  unsure,  // parks
};

// `undelete_visible`: a soft delete, where the same row may come back with new values.
Reuse judge_reuse(mappings::Mapping const& mapping, Pair const& pair, bool undelete_visible);

// No match value is what was confirmed: another record may have the key by now. `pair` is linked.
bool looks_like_another(mappings::Mapping const& mapping, Pair const& pair);

// The row was deleted and made again since it was `old`, at `since`, and no match value is the
// same.
bool is_replaced(mappings::Mapping const& mapping, Pair const& pair, engine::Record const& old,
                 engine::Timestamp since);

// The name under which the link of the n-th record that had this app key is kept once another
// record has taken the key over. No row has such a key, so it reads as deleted.
std::string retired_key(std::string_view app_key, int n);
bool is_retired(std::string_view app_key);
// What the n-th record with this app key is called in the CRM: the key, then `<key>~2`, ...
std::string external_id_of(std::string_view app_key, int n);

// Which use of the key that name stands for; none: it was made from another key.
std::optional<int> use_of(std::string_view app_key, std::string_view external_id);

}  // namespace crmsync::daemon
