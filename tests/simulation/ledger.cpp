// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/ledger.hpp"

#include <utility>

namespace crmsync::simulation {

std::string_view to_string(Writer writer) noexcept {
  switch (writer) {
    case Writer::user:
      return "user";
    case Writer::automation:
      return "automation";
    case Writer::engine:
      return "crmsync";
    case Writer::disaster:
      return "failover";
  }
  return "";
}

engine::Value const* Life::now(std::string_view field) const {
  auto const at = fields.find(field);
  return at == fields.end() ? nullptr : &at->second.back().value;
}

std::uint64_t Ledger::born(engine::Side side, engine::RecordKey key, Writer by) {
  Life life;
  life.uid = lives_.size() + 1;
  life.side = side;
  life.born_at = runtime_.time();
  life.born_by = by;
  life.keys.push_back(key);
  by_key_[{side, std::move(key)}] = life.uid;
  lives_.push_back(std::move(life));
  return lives_.back().uid;
}

void Ledger::held(std::uint64_t uid, std::string_view field, engine::Value const& value, Writer by,
                  std::uint64_t op_id) {
  auto& fields = at(uid).fields;
  auto const known = fields.find(field);
  // A field that was never filled holds nobody's blank.
  if (known == fields.end() && engine::is_blank(value)) return;
  auto& tape = fields[std::string(field)];
  if (!tape.empty() && tape.back().value == value) return;
  tape.push_back({runtime_.time(), value, by, op_id});
  if (by == Writer::user || by == Writer::automation) ++user_writes_;
}

void Ledger::ended(std::uint64_t uid, Writer by, std::uint64_t op_id) {
  auto& life = at(uid);
  life.alive = false;
  life.ended_at = runtime_.time();
  life.ended_by = by;
  life.ended_op = op_id;
  if (by != Writer::engine) life.removed_by_user.push_back(life.ended_at);
}

void Ledger::erased(std::uint64_t uid, Writer by, std::uint64_t op_id) {
  ended(uid, by, op_id);
  at(uid).erased = true;
}

void Ledger::back(std::uint64_t uid, Writer by) {
  auto& life = at(uid);
  life.alive = true;
  life.back_at.push_back(runtime_.time());
  static_cast<void>(by);
}

void Ledger::merged(std::uint64_t uid, std::uint64_t survivor) {
  if (uid == survivor) return;
  ended(uid, Writer::user);
  at(uid).merged_into = survivor;
}

void Ledger::rekeyed(std::uint64_t uid, engine::RecordKey key) {
  auto& life = at(uid);
  life.keys.push_back(key);
  by_key_[{life.side, std::move(key)}] = uid;
}

Life const* Ledger::who(engine::Side side, engine::RecordKey const& key) const {
  auto const at = by_key_.find({side, key});
  return at == by_key_.end() ? nullptr : &lives_[at->second - 1];
}

}  // namespace crmsync::simulation
