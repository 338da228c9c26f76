// SPDX-License-Identifier: Apache-2.0
#include "daemon/overwritten.hpp"

#include <utility>

namespace crmsync::daemon {

using engine::Side;

namespace {

// Versions newest first: [later edits...] ours [intermediate...] what we had read. The CRM's own
// clock orders them, so its stamp of the record we read bounds the search. From `i` on.
std::vector<engine::FieldVersion> unseen(std::vector<engine::FieldVersion> const& versions,
                                         std::size_t i, std::optional<engine::Timestamp> read_stamp,
                                         engine::Value const* consumed) {
  std::vector<engine::FieldVersion> lost;
  for (; i < versions.size(); ++i) {
    auto const& version = versions[i];
    bool const was_read = consumed == nullptr || version.value == *consumed;
    if (read_stamp && version.at < *read_stamp) break;
    if (read_stamp && version.at == *read_stamp && was_read) break;  // stamps may repeat
    if (!read_stamp && consumed != nullptr && was_read) break;
    if (!version.ours) lost.push_back(version);
  }
  return lost;
}

// Where the versions before our write begin.
std::size_t before_ours(std::vector<engine::FieldVersion> const& versions,
                        engine::Value const& sent) {
  std::size_t i = 0;
  while (i < versions.size() && !(versions[i].ours && versions[i].value == sent)) ++i;
  if (i == versions.size()) {  // attribution missing: the newest version with our value
    i = 0;
    while (i < versions.size() && versions[i].value != sent) ++i;
  }
  return i + 1;
}

}  // namespace

std::vector<Overwritten> find_overwritten(mappings::Mapping const& mapping, CrmWrite const& write,
                                          engine::Observation const& after) {
  std::vector<Overwritten> out;
  for (auto const i : write.fields) {
    auto const by = mapping.to_canonical(Side::crm, i, write.sent).value;
    for (auto const& name : mapping.fields[i].crm) {
      auto const history = after.history.find(name);
      auto const* sent = write.sent.find(name);
      if (history == after.history.end() || sent == nullptr) continue;
      // The receipt's value is what our write became; it differs from `sent` when rewritten.
      auto const* stored = write.stored.find(name);
      auto const& ours = stored == nullptr ? *sent : *stored;
      for (auto& version : unseen(history->second, before_ours(history->second, ours),
                                  write.read_stamp, write.consumed.find(name)))
        if (version.value != ours) out.push_back({i, std::move(version), by});
    }
  }
  return out;
}

std::vector<Overwritten> find_deleted_edits(mappings::Mapping const& mapping,
                                            engine::Record const& consumed,
                                            std::optional<engine::Timestamp> read_stamp,
                                            engine::Observation const& after) {
  std::vector<Overwritten> out;
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    for (auto const& name : mapping.fields[i].crm) {
      auto const history = after.history.find(name);
      auto const* read = consumed.find(name);
      if (history == after.history.end() || (read == nullptr && !read_stamp)) continue;
      for (auto& version : unseen(history->second, 0, read_stamp, read))
        out.push_back({i, std::move(version), std::nullopt});
    }
  }
  return out;
}

}  // namespace crmsync::daemon
