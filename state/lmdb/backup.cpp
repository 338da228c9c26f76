// Backup and restore: whole files, verified before they get their name.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/store.hpp"
#include "state/migrations/migrate.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace crmsync::state::lmdb {

using engine::Errc;

namespace {

constexpr std::uint64_t kMapBytes = 1u << 20;  // LMDB enlarges it to what the file holds
constexpr std::uint64_t kMapBytesMax = 64ull << 30;

// A new file beside `target` that goes away unless it was renamed.
class Draft {
 public:
  explicit Draft(std::filesystem::path const& target)
      : name_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string()) {
    int const number = ::mkostemp(name_.data(), O_CLOEXEC);  // mode 0600
    if (number < 0) fail(errno, "create a file beside " + target.string());
    file_ = File(number);
  }
  Draft(Draft const&) = delete;
  Draft& operator=(Draft const&) = delete;
  ~Draft() {
    if (!kept_) ::unlink(name_.c_str());
  }

  std::filesystem::path path() const { return name_; }
  int number() const noexcept { return file_.number(); }
  void keep() noexcept { kept_ = true; }
  void sync() {
    if (::fsync(number()) != 0) fail(errno, "sync " + name_);
  }

 private:
  std::string name_;
  File file_;
  bool kept_ = false;
};

void copy_file(std::filesystem::path const& from, Draft& to) {
  File const source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.number() < 0) fail(errno, "open " + from.string());
  std::string buffer(1u << 20, '\0');
  for (;;) {
    auto const got = ::read(source.number(), buffer.data(), buffer.size());
    if (got < 0) fail(errno, "read " + from.string());
    if (got == 0) return;
    for (ssize_t done = 0; done < got;) {
      auto const wrote =
          ::write(to.number(), buffer.data() + done, static_cast<std::size_t>(got - done));
      if (wrote < 0) fail(errno, "write " + to.path().string());
      done += wrote;
    }
  }
}

void mark_restored(std::filesystem::path const& data) {
  {
    Environment environment(data, Access::read_write, kMapBytes, kMapBytesMax);
    auto const mark = [&] {
      auto transaction = environment.begin_write();
      set_fact(transaction, fact::kRestored, 1);
      transaction.commit();
    };
    try {
      mark();
    } catch (Failure const& failure) {
      if (!failure.wants_growth() || !environment.grow()) throw;
      mark();
    }
  }
  ::unlink((data.string() + "-lock").c_str());
}

// A second name for the present state, so that there is a state under its own name at every
// moment.
void keep_old(Directory const& directory) {
  auto const base = directory.data().string() + ".before-restore";
  auto name = base;
  constexpr int kept_max = 1'000;
  for (int i = 2; i <= kept_max; ++i) {
    if (::link(directory.data().c_str(), name.c_str()) == 0 || errno == ENOENT) return;
    if (errno != EEXIST) fail(errno, "keep the old state as " + name);
    name = base + "-" + std::to_string(i);
  }
  fail(EEXIST, "keep the old state as " + name);
}

}  // namespace

void verify_file(std::filesystem::path const& file) {
  Environment const environment(file, Access::read_only, kMapBytes, kMapBytesMax);
  environment.read([&](Transaction const& transaction) {
    check_format(number_fact(transaction, fact::kFormatName), kFormat, format_steps());
    verify_all(transaction);
  });
}

void write_backup(Environment const& environment, std::filesystem::path const& target) {
  if (std::filesystem::exists(target))
    throw Failure(engine::make_error(Errc::already_exists, "state: back up to " + target.string(),
                                     "a file of this name exists already", "choose another name"));
  Draft draft(target);
  environment.copy_to(draft.number());
  draft.sync();
  verify_file(draft.path());
  rename_to_new(draft.path(), target);
  draft.keep();
  sync_folder(target.parent_path());
}

}  // namespace crmsync::state::lmdb

namespace crmsync::state {

Status restore_lmdb_store(std::filesystem::path backup, std::filesystem::path directory) {
  return lmdb::guarded([&] {
    lmdb::Directory const held(directory);
    lmdb::verify_file(backup);
    lmdb::Draft draft(held.data());
    lmdb::copy_file(backup, draft);
    lmdb::mark_restored(draft.path());
    draft.sync();
    lmdb::keep_old(held);
    if (::rename(draft.path().c_str(), held.data().c_str()) != 0)
      lmdb::fail(errno, "put the backup in place");
    draft.keep();
    ::unlink(held.map_lock().c_str());
    lmdb::sync_folder(held.path());
  });
}

}  // namespace crmsync::state
