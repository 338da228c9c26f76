// Everything that was ever held, by whom it was written and when: what the daemon is judged by.
// Kept by the fake systems, so that nothing depends on what the daemon saw.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "engine/value.hpp"
#include "tests/simulation/sim_runtime.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::simulation {

enum class Writer : std::uint8_t {
  user,
  automation,  // a workflow of the CRM; counts like a user
  engine,
  disaster,  // a failover that lost commits
};
std::string_view to_string(Writer writer) noexcept;

struct Held {
  SimTime at = 0;
  engine::Value value;
  Writer writer = Writer::user;
  std::uint64_t op_id = 0;  // engine
};

// One record of one side from its birth to its end, whatever its key was meanwhile.
struct Life {
  std::uint64_t uid = 0;
  engine::Side side = engine::Side::app;
  std::vector<engine::RecordKey> keys;  // newest last
  SimTime born_at = 0;
  Writer born_by = Writer::user;
  bool alive = true;
  bool erased = false;  // privacy deletion: nothing shows that it ever was
  SimTime ended_at = 0;
  Writer ended_by = Writer::user;
  std::uint64_t ended_op = 0;
  std::vector<SimTime> removed_by_user;  // every time, also when it came back
  std::vector<SimTime> back_at;          // when it was restored
  std::uint64_t merged_into = 0;         // uid of the survivor
  std::map<std::string, std::vector<Held>, std::less<>> fields;  // oldest first

  engine::RecordKey const& key() const { return keys.back(); }
  engine::Value const* now(std::string_view field) const;
};

class Ledger {
 public:
  explicit Ledger(SimRuntime const& runtime) : runtime_(runtime) {}

  std::uint64_t born(engine::Side side, engine::RecordKey key, Writer by);
  // Notes the value unless it is what the field holds already.
  void held(std::uint64_t uid, std::string_view field, engine::Value const& value, Writer by,
            std::uint64_t op_id = 0);
  void ended(std::uint64_t uid, Writer by, std::uint64_t op_id = 0);
  void erased(std::uint64_t uid, Writer by, std::uint64_t op_id);
  void back(std::uint64_t uid, Writer by);
  void merged(std::uint64_t uid, std::uint64_t survivor);
  void rekeyed(std::uint64_t uid, engine::RecordKey key);

  std::vector<Life> const& lives() const noexcept { return lives_; }
  Life const& life(std::uint64_t uid) const { return lives_[uid - 1]; }
  // Whoever had the key last; null: nobody ever.
  Life const* who(engine::Side side, engine::RecordKey const& key) const;
  std::uint64_t user_writes() const noexcept { return user_writes_; }

 private:
  Life& at(std::uint64_t uid) { return lives_[uid - 1]; }

  SimRuntime const& runtime_;
  std::vector<Life> lives_;
  std::map<std::pair<engine::Side, engine::RecordKey>, std::uint64_t> by_key_;
  std::uint64_t user_writes_ = 0;
};

}  // namespace crmsync::simulation
