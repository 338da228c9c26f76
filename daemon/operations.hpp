// From a pair's plan to the operations and intents that carry it out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pair.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace crmsync::daemon {

// One write to one side, with the intent that is committed before it is sent.
struct PlannedWrite {
  connectors::Operation operation;
  state::IntentRow intent;
  std::vector<std::size_t> fields;  // indexes into mapping.fields
};

// A field whose planned value cannot be stored on the target side.
struct RefusedField {
  std::size_t field = 0;
  engine::Side side = engine::Side::crm;
  engine::Error error;
};

struct PairWork {
  std::optional<PlannedWrite> app;
  std::optional<PlannedWrite> crm;
  std::vector<RefusedField> refused;
};

struct WorkContext {
  mappings::Mapping const& mapping;
  state::MappingId mapping_id = 0;
  std::uint64_t generation = 0;
  engine::Timestamp now;
  std::function<std::uint64_t()> next_id;
};

// Nothing is sent here. Marks of owed decisions are put into pair.base, which must be committed
// together with the intents.
PairWork build_work(WorkContext const& context, Pair& pair);

}  // namespace crmsync::daemon
