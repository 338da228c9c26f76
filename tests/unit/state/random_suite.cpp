// Random commits against a plain model, with conflicts, removals and restarts.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

#include <map>
#include <optional>
#include <random>
#include <set>

namespace crmsync::state::tests {
namespace {

// What the store has to hold, kept the simple way.
class Model {
 public:
  std::map<LinkId, LinkRow> links;
  std::map<std::uint64_t, ErrorRow> errors;
  std::map<std::uint64_t, ParkedRow> parked;
  std::map<std::tuple<MappingId, Side, RecordKey>, std::vector<std::string>> unlinked;
  std::map<Sequence, IntakeRow> intake;

  // Applies the commit unless two links would share a key; returns whether it did.
  bool apply(Commit const& commit) {
    auto after = *this;
    for (auto const& row : commit.intake) after.intake[row.sequence] = row;
    for (auto const& update : commit.match) {
      auto const at = std::tuple(update.mapping, update.side, update.key);
      if (update.values.empty())
        after.unlinked.erase(at);
      else
        after.unlinked[at] = update.values;
    }
    for (auto const& row : commit.links) after.links[row.id] = row;
    auto kept = after.links;
    for (auto const id : commit.links_gone) kept.erase(id);
    if (shares_a_key(kept)) return false;
    after.links = kept;
    for (auto const& row : commit.parked) after.parked[row.id] = row;
    for (auto const id : commit.parked_done) after.parked.erase(id);
    for (auto const& row : commit.errors) after.errors[row.id] = row;
    for (auto const id : commit.errors_done) after.errors.erase(id);
    for (auto const sequence : commit.settled) after.intake.erase(sequence);
    *this = std::move(after);
    return true;
  }

  MappingCounts counts(MappingId mapping) const {
    MappingCounts made;
    for (auto const& [id, row] : links)
      if (row.mapping == mapping && row.state == LinkState::linked) ++made.linked;
    for (auto const& [id, row] : errors) made.errors += row.mapping == mapping;
    for (auto const& [id, row] : parked) made.parked += row.mapping == mapping;
    for (auto const& [at, values] : unlinked)
      if (std::get<0>(at) == mapping)
        ++(std::get<1>(at) == Side::app ? made.unlinked_app : made.unlinked_crm);
    return made;
  }

 private:
  static bool shares_a_key(std::map<LinkId, LinkRow> const& links) {
    std::set<std::pair<MappingId, RecordKey>> app;
    std::set<std::pair<MappingId, RecordKey>> crm;
    for (auto const& [id, row] : links) {
      if (!row.app_key.empty() && !app.insert({row.mapping, row.app_key}).second) return true;
      std::set<RecordKey> ids(row.crm_aliases.begin(), row.crm_aliases.end());
      ids.insert(row.crm_id);
      for (auto const& key : ids)
        if (!key.empty() && !crm.insert({row.mapping, key}).second) return true;
    }
    return false;
  }
};

class RandomCommits {
 public:
  explicit RandomCommits(std::uint64_t seed) : random_(seed) {}

  Commit next() {
    Commit made;
    if (below(2) == 0) made.intake = {intake_row(1 + below(200), mapping(), key())};
    if (below(3) == 0) made.settled = {1 + below(200)};
    if (below(2) == 0) made.match = {match()};
    if (below(4) == 0) made.links_gone = {1 + below(12)};
    std::set<LinkId> used(made.links_gone.begin(), made.links_gone.end());
    for (auto left = below(4); left > 0; --left) {
      auto const row = link();
      if (!used.insert(row.id).second) continue;  // each link once in a commit
      made.links.push_back(row);
      made.bases.push_back(base_row(row.id, "m@example.org"));
    }
    if (below(2) == 0) made.errors = {error_row(1 + below(20), mapping(), key())};
    if (below(4) == 0) made.errors_done = {1 + below(20)};
    if (below(2) == 0) made.parked = {parked_row(1 + below(20), mapping(), below(3), "f")};
    if (below(4) == 0) made.parked_done = {1 + below(20)};
    return made;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  MappingId mapping() { return static_cast<MappingId>(1 + below(2)); }
  RecordKey key() { return std::string(1, static_cast<char>('a' + below(12))); }
  RecordKey key_or_none() { return below(5) == 0 ? RecordKey() : key(); }
  LinkRow link() {
    auto row = link_row(1 + below(12), mapping(), key_or_none(), key_or_none());
    row.state = static_cast<LinkState>(1 + below(4));
    if (below(4) == 0) row.crm_aliases = {key(), key()};
    return row;
  }
  MatchUpdate match() {
    MatchUpdate update{mapping(), below(2) == 0 ? Side::app : Side::crm, key(), {}};
    for (auto left = below(3); left > 0; --left) update.values.push_back(key_or_none());
    return update;
  }

  std::mt19937_64 random_;
};

void expect_same(StateStore const& store, Model const& model) {
  for (MappingId const mapping : {1u, 2u}) {
    EXPECT_EQ(store.counts(mapping).value(), model.counts(mapping));
    std::vector<LinkRow> links;
    for (auto const& [id, row] : model.links)
      if (row.mapping == mapping) links.push_back(row);
    EXPECT_EQ(store.links_after(mapping, 0, 1'000).value(), links);
  }
  for (auto const& [id, row] : model.links) {
    auto const by_app = store.link_by_app(row.mapping, row.app_key).value();
    EXPECT_EQ(by_app, row.app_key.empty() ? std::nullopt : std::optional(row));
    auto const by_crm = store.link_by_crm(row.mapping, row.crm_id).value();
    EXPECT_EQ(by_crm, row.crm_id.empty() ? std::nullopt : std::optional(row));
    for (auto const& alias : row.crm_aliases)
      EXPECT_EQ(store.link_by_crm(row.mapping, alias).value(), row);
  }
  EXPECT_EQ(store.intake_size().value(), model.intake.size());
  for (auto const& [at, values] : model.unlinked) {
    auto const& [mapping, side, key] = at;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].empty()) continue;
      EXPECT_THAT(store.match(mapping, side, i, values[i], 1'000).value(),
                  ::testing::Contains(key));
    }
  }
}

TEST_P(StoreSuite, RandomCommitsLeaveWhatAPlainModelHolds) {
  mapping("one");
  mapping("two");
  Model model;
  RandomCommits random(20'261'123);
  std::size_t refused = 0;
  for (int round = 0; round < 30; ++round) {
    // Submitted without waiting, so that most of them share a batch with one that is refused.
    std::vector<std::future<Status>> outcomes;
    std::vector<bool> expected;
    for (int i = 0; i < 20; ++i) {
      auto const changes = random.next();
      expected.push_back(model.apply(changes));
      auto outcome = std::make_shared<std::promise<Status>>();
      outcomes.push_back(outcome->get_future());
      store().commit(changes, [outcome](Status status) { outcome->set_value(std::move(status)); });
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      auto const status = outcomes[i].get();
      ASSERT_EQ(status.has_value(), expected[i]) << (status ? "" : status.error().message());
      refused += expected[i] ? 0 : 1;
    }
    expect_same(store(), model);
    auto const verified = store().verify();
    ASSERT_TRUE(verified) << verified.error().message();
    if (round % 7 == 6) reopen();
  }
  EXPECT_GT(refused, 50u);
  EXPECT_LT(refused, 500u);
}

}  // namespace
}  // namespace crmsync::state::tests
