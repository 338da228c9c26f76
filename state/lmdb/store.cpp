// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/store.hpp"

#include "state/lmdb/apply.hpp"
#include "state/lmdb/key.hpp"
#include "state/migrations/migrate.hpp"
#include "state/random.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace crmsync::state::lmdb {

using engine::Errc;

namespace {

constexpr std::size_t kMappingNameBytesMax = 200;

std::string hex(std::array<std::uint8_t, 16> const& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto const byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

std::array<std::uint8_t, 16> draw() {
  auto bytes = random_bytes();
  if (!bytes) throw Failure(bytes.error());
  return *bytes;
}

}  // namespace

LmdbStore::LmdbStore(StoreOptions options)
    : options_(std::move(options)),
      directory_(options_.directory),
      environment_(directory_.data(), Access::read_write, options_.map_bytes_initial,
                   options_.map_bytes_max) {
  bool const is_new = environment_.read([](Transaction const& transaction) {
    return number_fact(transaction, fact::kFormatName) == 0;
  });
  if (is_new)
    start_new();
  else
    migrate(environment_, directory_.path(), format_steps(), kFormat);
  environment_.read([this](Transaction const& transaction) {
    numbers_.load(transaction);
    state_id_ = text_fact(transaction, fact::kStateId);
    match_seed_ = number_fact(transaction, fact::kMatchSeed);
    high_water_ = number_fact(transaction, fact::kHighWater);
    restored_ = number_fact(transaction, fact::kRestored) != 0;
  });
  thread_.emplace([this](std::span<CommitJob> jobs) { run_batch(jobs); });
}

LmdbStore::~LmdbStore() {
  thread_.reset();
  if (backup_thread_.joinable()) backup_thread_.join();
}

void LmdbStore::start_new() {
  std::uint64_t seed = 0;
  auto const random = draw();
  std::memcpy(&seed, random.data(), sizeof seed);
  durable([&](Transaction& transaction) {
    set_fact(transaction, fact::kFormatName, kFormat);
    set_fact(transaction, fact::kStateId, hex(draw()));
    set_fact(transaction, fact::kMatchSeed, seed);
    set_fact(transaction, fact::kNextMapping, 1);
  });
  sync_folder(directory_.path());
}

template <class Fn>
void LmdbStore::durable(Fn const& fn) {
  for (;;) {
    try {
      auto transaction = environment_.begin_write();
      fn(transaction);
      finish(transaction);
      return;
    } catch (Failure const& failure) {
      // LMDB reports a write that a full disk cut short as EIO.
      if (failure.code() == EIO && lacks_room(directory_.path())) fail(ENOSPC, "write the state");
      if (!failure.wants_growth() || !environment_.grow()) throw;
    }
  }
}

void LmdbStore::finish(Transaction& transaction) {
  auto const high_water = number_fact(transaction, fact::kHighWater) + 1;
  set_fact(transaction, fact::kHighWater, high_water);
  numbers_.save(transaction);
  if (options_.crash_probe) options_.crash_probe("before_commit");
  transaction.commit();
  if (options_.crash_probe) options_.crash_probe("after_commit");
  high_water_ = high_water;
}

void LmdbStore::commit(Commit commit, Done done) {
  CommitJob job{std::move(commit), std::move(done)};
  if (thread_->submit(job)) return;
  job.done(engine::make_error(Errc::limit_exceeded, "state: commit",
                              "too many commits wait for the disk", "try again later"));
}

// All commits in one transaction. Nearly always right, and cheaper than a child for each.
void LmdbStore::apply_together(std::span<CommitJob> jobs) {
  if (std::ranges::all_of(jobs, [](CommitJob const& job) { return job.commit.empty(); })) return;
  durable([&](Transaction& transaction) {
    for (auto const& job : jobs)
      CommitApplier(transaction, numbers_, match_seed_).apply(job.commit);
  });
}

// Each commit in a child transaction, so that one that fails takes nothing with it.
void LmdbStore::apply_apart(std::span<CommitJob> jobs, std::span<Status> outcomes) {
  bool may_grow = true;
  auto const apply_one = [&](Transaction& transaction, CommitJob const& job, Status& outcome) {
    outcome = Status();
    try {
      Transaction child(transaction);
      CommitApplier(child, numbers_, match_seed_).apply(job.commit);
      child.commit();
    } catch (Failure const& failure) {
      if (failure.wants_growth() && may_grow) throw;
      outcome = failure.error();
    }
  };
  auto const apply_all = [&](Transaction& transaction) {
    for (std::size_t i = 0; i < jobs.size(); ++i) apply_one(transaction, jobs[i], outcomes[i]);
  };
  try {
    durable(apply_all);
  } catch (Failure const& failure) {
    if (!failure.wants_growth()) throw;
    may_grow = false;  // the map is as large as it may be: who still fits?
    durable(apply_all);
  }
}

void LmdbStore::run_batch(std::span<CommitJob> jobs) {
  std::vector<Status> outcomes(jobs.size());
  auto together = guarded([&] { apply_together(jobs); });
  if (!together && together.error().code == Errc::storage_full && !full_) {
    auto const freed = guarded([&] { free_pages(); });
    environment_.give_back_reserve();
    if (freed) together = guarded([&] { apply_together(jobs); });
  }
  if (!together && jobs.size() == 1) outcomes[0] = together.error();
  if (!together && jobs.size() > 1) {
    auto const apart = guarded([&] { apply_apart(jobs, outcomes); });
    if (!apart)
      for (auto& outcome : outcomes)
        if (outcome) outcome = apart.error();
  }
  note_outcome(outcomes, jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(outcomes[i]));
}

void LmdbStore::note_outcome(std::span<Status const> outcomes, std::span<CommitJob const> jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto const rows = std::max<std::size_t>(jobs[i].commit.rows(), 1);
    if (outcomes[i]) {
      commits_ += 1;
      if (jobs[i].commit.clear_restored) restored_ = false;
      // A small one that still fits does not mean that there is room.
      if (rows >= refused_rows_) refused_rows_ = 0;
    } else if (outcomes[i].error().code == Errc::storage_full) {
      refused_rows_ = refused_rows_ == 0 ? rows : std::min(refused_rows_, rows);
    }
  }
  full_ = refused_rows_ != 0;
}

void LmdbStore::run_and_wait(std::function<void()> fn) {
  auto task = std::make_shared<std::packaged_task<void()>>(std::move(fn));
  auto finished = task->get_future();
  if (!thread_->submit(TaskJob([task] { (*task)(); })))
    throw Failure(engine::make_error(Errc::limit_exceeded, "state",
                                     "too many commits wait for the disk", "try again later"));
  finished.get();
}

Result<MappingId> LmdbStore::register_mapping(std::string_view name) {
  return guarded([&] {
    if (name.empty() || name.size() > kMappingNameBytesMax)
      throw Failure(engine::make_error(Errc::limit_exceeded, "state: register a mapping",
                                       "a mapping's name has 1 to 200 bytes"));
    MappingId id = 0;
    run_and_wait([&] { id = add_mapping(std::string(name)); });
    return id;
  });
}

MappingId LmdbStore::add_mapping(std::string const& name) {
  auto const find = [&](Transaction const& transaction) {
    auto const known = transaction.find<FactRow>(Table::mapping_names, name);
    return known ? static_cast<MappingId>(known->number) : MappingId{0};
  };
  auto id = environment_.read(find);
  if (id != 0) return id;
  durable([&](Transaction& transaction) {
    auto const next = std::max<std::uint64_t>(number_fact(transaction, fact::kNextMapping), 1);
    id = static_cast<MappingId>(next);
    set_fact(transaction, fact::kNextMapping, next + 1);
    transaction.store(Table::mapping_names, name, FactRow{next, {}});
    MappingRow row;
    row.name = name;
    transaction.store(Table::mappings, mapping_key(id), row);
    transaction.store(Table::counts, mapping_key(id), MappingCounts{});
  });
  return id;
}

StoreHealth LmdbStore::health() const {
  StoreHealth health;
  auto const used = guarded([this] { return environment_.bytes_used(); });
  health.bytes_used = used ? *used : 0;
  health.bytes_limit = environment_.bytes_max();
  health.commits = commits_;
  health.full = full_;
  return health;
}

void LmdbStore::prune(Timestamp webhooks_before, Timestamp history_before, std::size_t max,
                      std::function<void(Result<std::size_t>)> done) {
  auto const task = [this, webhooks_before, history_before, max, done] {
    done(guarded([&] { return prune_now(webhooks_before, history_before, max); }));
  };
  if (thread_->submit(TaskJob(task))) return;
  done(engine::make_error(Errc::limit_exceeded, "state: prune",
                          "too many commits wait for the disk", "try again later"));
}

std::size_t LmdbStore::prune_now(Timestamp webhooks_before, Timestamp history_before,
                                 std::size_t max) {
  std::size_t dropped = 0;
  auto const drop = [&](Transaction& transaction) {
    dropped = prune_rows(transaction, webhooks_before, history_before, max);
  };
  auto const outcome = guarded([&] {
    durable_with_reserve(drop);
    if (full_) free_pages();
  });
  environment_.give_back_reserve();
  if (!outcome) throw Failure(outcome.error());
  // There is room again, how much is not known: the next commit tells.
  if (dropped > 0 && refused_rows_ > 0) refused_rows_ = 1;
  return dropped;
}

// LMDB gives freed pages out again two transactions later, and on a full map no other transaction
// may come through to get there.
void LmdbStore::free_pages() {
  for (int i = 0; i < 2; ++i) durable_with_reserve([](Transaction&) {});
}

template <class Fn>
void LmdbStore::durable_with_reserve(Fn const& fn) {
  try {
    durable(fn);
  } catch (Failure const& failure) {
    if (!failure.wants_growth() || !environment_.use_reserve()) throw;
    durable(fn);
  }
}

void LmdbStore::backup(std::filesystem::path target, Done done) {
  std::lock_guard const lock(backup_mutex_);
  if (backup_running_.exchange(true)) {
    done(engine::make_error(Errc::locked, "state: back up to " + target.string(),
                            "another backup is running", "wait for it"));
    return;
  }
  if (backup_thread_.joinable()) backup_thread_.join();
  backup_thread_ = std::thread([this, target = std::move(target), done = std::move(done)] {
    auto outcome = guarded([&] { write_backup(environment_, target); });
    backup_running_ = false;
    done(std::move(outcome));
  });
}

Status LmdbStore::verify() const {
  return guarded([this] {
    environment_.read([](Transaction const& transaction) { verify_all(transaction); });
  });
}

}  // namespace crmsync::state::lmdb

namespace crmsync::state {

Result<std::unique_ptr<StateStore>> open_lmdb_store(StoreOptions options) {
  return lmdb::guarded([&]() -> std::unique_ptr<StateStore> {
    return std::make_unique<lmdb::LmdbStore>(std::move(options));
  });
}

}  // namespace crmsync::state
