// Whether a write whose answer never came took effect in one field, told from what a strong read
// shows. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pair.hpp"

#include <cstdint>

namespace crmsync::daemon {

enum class Fate : std::uint8_t {
  applied,
  replaced,  // it had been applied, and somebody changed the field since
  not_applied,
  unclear
};

// What the CRM's history says about a write of ours, by its own clock, or by the order of its
// versions where the stamp of what we had read is not known.
struct Trace {
  engine::FieldVersion const* ours = nullptr;  // the newest version that is our write
  bool after_read = false;                     // it is newer than the record that we had read
  bool after_consumed = false;  // what we had read stands behind it, and not in front of it again
  bool set_back = false;        // somebody wrote what we had read directly over it
};

// The value a stored native record has for field number `i`, normalised for equality.
engine::FieldValue comparable_of(mappings::Mapping const& mapping, std::size_t i, engine::Side side,
                                 engine::Record const& native);
// Points into `seen`.
Trace find_trace(mappings::Mapping const& mapping, std::size_t i, state::IntentRow const& intent,
                 engine::Observation const& seen);
Fate field_fate(mappings::Mapping const& mapping, std::size_t i, state::IntentRow const& intent,
                engine::Observation const& seen, Trace const& trace);
// What our write became, where somebody changed the field since.
engine::Record as_traced(mappings::FieldMap const& field, state::IntentRow const& intent,
                         Trace const& trace);

}  // namespace crmsync::daemon
