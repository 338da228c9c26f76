// Awaitable commits: the store calls back on its own thread, we resume on the control thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"
#include "state/state_store.hpp"

#include <filesystem>

namespace crmsync::daemon {

connectors::Task<engine::Status> commit(state::StateStore& store, state::Commit changes);
connectors::Task<engine::Status> backup(state::StateStore& store, std::filesystem::path target);
connectors::Task<engine::Result<std::size_t>> prune(state::StateStore& store,
                                                    engine::Timestamp webhooks_before,
                                                    engine::Timestamp history_before,
                                                    std::size_t rows_max);

// The number of the record that would have the app key next; every record that had it before and is
// departed stands under a retired key.
engine::Result<int> next_use(state::StateStore const& store, state::MappingId mapping,
                             engine::RecordKey const& app_key);

// What an unlinked app record is called in the CRM: its key, unless records that are gone had it.
engine::Result<std::string> next_external_id(state::StateStore const& store,
                                             state::MappingId mapping,
                                             engine::RecordKey const& app_key);

}  // namespace crmsync::daemon
