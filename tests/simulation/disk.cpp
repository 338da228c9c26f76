// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/disk.hpp"

#include <algorithm>

namespace crmsync::simulation {

using engine::Errc;
using engine::LinkState;
using state::Commit;
using state::LinkRow;
using state::MappingCounts;
using state::Status;

namespace {

constexpr std::size_t kRowBytesMax = 16u << 20;
constexpr std::size_t kMatchKeysMax = 256;
constexpr std::size_t kYoungRowsMax = 1'000;

std::set<std::string> crm_keys(LinkRow const& row) {
  std::set<std::string> keys(row.crm_aliases.begin(), row.crm_aliases.end());
  keys.insert(row.crm_id);
  keys.erase("");
  return keys;
}

engine::Error refusal(Errc code, std::string op, std::string detail) {
  return engine::make_error(code, "state: " + std::move(op), std::move(detail));
}

void raise(std::uint64_t& next, std::uint64_t used) {
  next = std::max(next, used + 1);
}

// The part of a commit that can fail half way: who has which key.
class LinkChange {
 public:
  explicit LinkChange(Disk& disk) : disk_(disk) {}

  Status plan(Commit const& commit) {
    if (commit.links.empty() && commit.links_gone.empty()) return {};
    by_app_ = disk_.link_by_app;
    by_crm_ = disk_.link_by_crm;
    for (auto const& row : commit.links) {
      if (row.id == 0) return refusal(Errc::internal, "put link", "it has no id");
      release(row.id, &row);
    }
    for (auto const id : commit.links_gone) release(id, nullptr);
    for (auto const& row : commit.links) {
      release(row.id, &row);
      if (!row.app_key.empty())
        if (auto taken = claim(by_app_, row, row.app_key, "app key"); !taken) return taken;
      for (auto const& key : crm_keys(row))
        if (auto taken = claim(by_crm_, row, key, "CRM id"); !taken) return taken;
      put_[row.id] = row;
    }
    for (auto const id : commit.links_gone) {
      release(id, nullptr);
      gone_.insert(id);
    }
    return {};
  }

  // While the commit's bases and intents are looked at, links that go are still there.
  bool exists(LinkId id) const { return put_.contains(id) || disk_.links.contains(id); }

  void carry_out() {
    disk_.link_by_app = std::move(by_app_);
    disk_.link_by_crm = std::move(by_crm_);
    for (auto& [id, row] : put_) {
      count(id, -1);
      disk_.links.insert_or_assign(id, row);
      count(id, +1);
      raise(disk_.next_link, id);
    }
    for (auto const id : gone_) {
      count(id, -1);
      disk_.links.erase(id);
      disk_.bases.erase(id);
    }
  }

 private:
  LinkRow const* stored(LinkId id) const {
    auto const fresh = put_.find(id);
    if (fresh != put_.end()) return &fresh->second;
    auto const old = disk_.links.find(id);
    return old == disk_.links.end() ? nullptr : &old->second;
  }

  void release(LinkId id, LinkRow const* next) {
    auto const* old = stored(id);
    if (old == nullptr) return;
    bool const moved = next == nullptr || next->mapping != old->mapping;
    if (moved || next->app_key != old->app_key) leave(by_app_, *old, old->app_key);
    auto const kept = moved ? std::set<std::string>() : crm_keys(*next);
    for (auto const& key : crm_keys(*old))
      if (!kept.contains(key)) leave(by_crm_, *old, key);
  }

  static void leave(Disk::Lookup& lookup, LinkRow const& row, std::string const& key) {
    auto const at = lookup.find(std::pair(row.mapping, key));
    if (at != lookup.end() && at->second == row.id) lookup.erase(at);
  }

  static Status claim(Disk::Lookup& lookup, LinkRow const& row, std::string const& key,
                      char const* what) {
    auto const [at, fresh] = lookup.try_emplace(std::pair(row.mapping, key), row.id);
    if (fresh || at->second == row.id) return {};
    auto const other = std::to_string(at->second);
    auto error = refusal(Errc::already_exists, "put link " + std::to_string(row.id),
                         std::string("its ") + what + " is on link " + other + " already");
    error.other_key = other;
    return error;
  }

  void count(LinkId id, int by) {
    auto const at = disk_.links.find(id);
    if (at == disk_.links.end() || at->second.state != LinkState::linked) return;
    disk_.counts[at->second.mapping].linked += static_cast<std::uint64_t>(by);
  }

  Disk& disk_;
  Disk::Lookup by_app_;
  Disk::Lookup by_crm_;
  std::map<LinkId, LinkRow> put_;
  std::set<LinkId> gone_;
};

template <class Rows, class Row, class Counter>
void put_counted(Disk& disk, Rows& rows, std::uint64_t id, Row const& row, Counter counter) {
  auto const old = rows.find(id);
  if (old != rows.end()) --(disk.counts[old->second.mapping].*counter);
  rows.insert_or_assign(id, row);
  ++(disk.counts[row.mapping].*counter);
  raise(disk.next_id, id);
}

template <class Rows, class Counter>
void drop_counted(Disk& disk, Rows& rows, std::uint64_t id, Counter counter) {
  auto const old = rows.find(id);
  if (old == rows.end()) return;
  --(disk.counts[old->second.mapping].*counter);
  rows.erase(old);
}

void replace_match(Disk& disk, state::MatchUpdate const& update) {
  auto const at = Disk::RecordAt(update.mapping, update.side, update.key);
  auto& counts = disk.counts[update.mapping];
  auto& counter = update.side == Side::app ? counts.unlinked_app : counts.unlinked_crm;
  if (auto const old = disk.unlinked.find(at); old != disk.unlinked.end()) {
    for (std::size_t i = 0; i < old->second.size(); ++i) {
      auto const value = disk.match.find({update.mapping, update.side, i, old->second[i]});
      if (value == disk.match.end()) continue;
      value->second.erase(update.key);
      if (value->second.empty()) disk.match.erase(value);
    }
    disk.unlinked.erase(old);
    --counter;
  }
  if (update.values.empty()) return;
  for (std::size_t i = 0; i < update.values.size(); ++i)
    if (!update.values[i].empty())
      disk.match[{update.mapping, update.side, i, update.values[i]}].insert(update.key);
  disk.unlinked.emplace(at, update.values);
  ++counter;
}

Status check(Disk const& disk, Commit const& commit, LinkChange const& links) {
  auto const numbered = [](auto const& rows, auto number, char const* what) -> Status {
    for (auto const& row : rows)
      if (std::invoke(number, row) == 0)
        return refusal(Errc::internal, std::string("put ") + what, "it has no number");
    return {};
  };
  for (auto const& status : {numbered(commit.intake, &state::IntakeRow::sequence, "intake row"),
                             numbered(commit.webhooks, &state::WebhookRow::sequence, "webhook"),
                             numbered(commit.history, &state::HistoryRow::sequence, "history row"),
                             numbered(commit.intents, &state::IntentRow::op_id, "intent"),
                             numbered(commit.parked, &state::ParkedRow::id, "parked field"),
                             numbered(commit.errors, &state::ErrorRow::id, "error"),
                             numbered(commit.held, &state::HeldRow::id, "held change")})
    if (!status) return status;
  for (auto const& row : commit.webhooks)
    if (row.body.size() >= kRowBytesMax)
      return refusal(Errc::limit_exceeded, "put webhook", "it is larger than 16 MiB");
  for (auto const& update : commit.match)
    if (update.values.size() > kMatchKeysMax)
      return refusal(Errc::limit_exceeded, "update the match index", "more than 256 values");
  for (auto const& [id, row] : commit.mappings) {
    auto const known = disk.mapping_ids.find(row.name);
    if (known == disk.mapping_ids.end() || known->second != id)
      return refusal(Errc::internal, "put mapping", "it was not registered under this name");
  }
  for (auto const& row : commit.intents)
    if (row.link != 0 && !links.exists(row.link))
      return refusal(Errc::internal, "put intent", "its link does not exist");
  for (auto const& row : commit.bases)
    if (!links.exists(row.link))
      return refusal(Errc::internal, "put base " + std::to_string(row.link),
                     "its link does not exist");
  return {};
}

void put_history(Disk& disk, state::HistoryRow const& row) {
  if (auto const old = disk.history.find(row.sequence); old != disk.history.end())
    std::erase(disk.history_of[old->second.link], row.sequence);
  disk.history.insert_or_assign(row.sequence, row);
  auto& of = disk.history_of[row.link];
  of.insert(std::ranges::upper_bound(of, row.sequence), row.sequence);
  raise(disk.next_sequence, row.sequence);
}

void put_inboxes(Disk& disk, Commit const& commit) {
  for (auto const& row : commit.intents)
    put_counted(disk, disk.intents, row.op_id, row, &MappingCounts::intents);
  for (auto const id : commit.intents_done)
    drop_counted(disk, disk.intents, id, &MappingCounts::intents);
  for (auto const& row : commit.parked)
    put_counted(disk, disk.parked, row.id, row, &MappingCounts::parked);
  for (auto const id : commit.parked_done)
    drop_counted(disk, disk.parked, id, &MappingCounts::parked);
  for (auto const& row : commit.errors)
    put_counted(disk, disk.errors, row.id, row, &MappingCounts::errors);
  for (auto const id : commit.errors_done)
    drop_counted(disk, disk.errors, id, &MappingCounts::errors);
  for (auto const& row : commit.held)
    put_counted(disk, disk.held, row.id, row, &MappingCounts::held);
  for (auto const id : commit.held_done) drop_counted(disk, disk.held, id, &MappingCounts::held);
}

template <class Rows, class Drop>
std::size_t drop_old(Rows& rows, state::Timestamp before, std::size_t max, Drop drop) {
  std::size_t dropped = 0;
  std::size_t young = 0;
  for (auto at = rows.begin(); at != rows.end() && dropped < max && young <= kYoungRowsMax;) {
    if (!(at->second.at < before)) {
      ++young;
      ++at;
      continue;
    }
    drop(at->second);
    at = rows.erase(at);
    ++dropped;
  }
  return dropped;
}

}  // namespace

Status apply_commit(Disk& disk, Commit const& commit) {
  LinkChange links(disk);
  if (auto planned = links.plan(commit); !planned) return planned;
  if (auto fine = check(disk, commit, links); !fine) return fine;
  for (auto const& row : commit.intake) {
    disk.intake.insert_or_assign(row.sequence, row);
    raise(disk.next_sequence, row.sequence);
  }
  for (auto const& row : commit.webhooks) {
    disk.webhooks.insert_or_assign(row.sequence, row);
    raise(disk.next_sequence, row.sequence);
  }
  for (auto const& update : commit.match) replace_match(disk, update);
  for (auto const& [mapping, side, row] : commit.cursors)
    disk.cursors.insert_or_assign({mapping, side}, row);
  for (auto const& [id, row] : commit.mappings) disk.mappings.insert_or_assign(id, row);
  if (!commit.links.empty() || !commit.links_gone.empty()) links.carry_out();
  for (auto const& row : commit.bases)
    if (disk.links.contains(row.link)) disk.bases.insert_or_assign(row.link, row);
  put_inboxes(disk, commit);
  for (auto const& row : commit.history) put_history(disk, row);
  for (auto const sequence : commit.settled) disk.intake.erase(sequence);
  if (commit.clear_restored) disk.restored = false;
  return {};
}

std::size_t prune_disk(Disk& disk, state::Timestamp webhooks_before,
                       state::Timestamp history_before, std::size_t max) {
  auto const webhooks = drop_old(disk.webhooks, webhooks_before, max, [](auto const&) {});
  return webhooks + drop_old(disk.history, history_before, max - webhooks,
                             [&disk](state::HistoryRow const& row) {
                               std::erase(disk.history_of[row.link], row.sequence);
                             });
}

Status verify_disk(Disk const& disk) {
  auto const defect = [](std::string what) { return refusal(Errc::corrupt, "verify", what); };
  for (auto const& [id, link] : disk.links) {
    bool const flows = link.state == LinkState::linked || link.state == LinkState::dormant;
    if (flows && !disk.bases.contains(id))
      return defect("link " + std::to_string(id) + " has no base");
    auto const leads = [at = id, mapping = link.mapping](Disk::Lookup const& lookup,
                                                         std::string const& key) {
      auto const found = lookup.find(std::pair(mapping, key));
      return found != lookup.end() && found->second == at;
    };
    if (!link.app_key.empty() && !leads(disk.link_by_app, link.app_key))
      return defect("the app key of link " + std::to_string(id) + " leads elsewhere");
    for (auto const& key : crm_keys(link))
      if (!leads(disk.link_by_crm, key))
        return defect("a CRM id of link " + std::to_string(id) + " leads elsewhere");
  }
  for (auto const& [id, base] : disk.bases)
    if (!disk.links.contains(id)) return defect("base " + std::to_string(id) + " has no link");
  for (auto const& [op, intent] : disk.intents)
    if (intent.link != 0 && !disk.links.contains(intent.link))
      return defect("intent " + std::to_string(op) + " has no link");
  for (auto const* lookup : {&disk.link_by_app, &disk.link_by_crm})
    for (auto const& [key, id] : *lookup)
      if (!disk.links.contains(id)) return defect("a key leads to link " + std::to_string(id));
  return {};
}

}  // namespace crmsync::simulation
