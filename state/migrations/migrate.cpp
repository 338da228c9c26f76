// SPDX-License-Identifier: Apache-2.0
#include "state/migrations/migrate.hpp"

#include "state/lmdb/directory.hpp"
#include "state/lmdb/facts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace crmsync::state::lmdb {

using engine::Errc;

namespace {

FormatStep const* step_from(std::uint64_t format, std::span<FormatStep const> steps) noexcept {
  auto const found = std::ranges::find(steps, format, &FormatStep::from);
  return found == steps.end() ? nullptr : &*found;
}

void keep_copy(Environment const& environment, std::filesystem::path const& folder,
               std::uint64_t format) {
  auto const kept = folder / ("state.mdb.format-" + std::to_string(format));
  if (std::filesystem::exists(kept)) return;  // an earlier try made it before changing anything
  auto const draft = kept.string() + ".part";
  ::unlink(draft.c_str());
  File const file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.number() < 0) fail(errno, "create " + draft);
  environment.copy_to(file.number());
  if (::fsync(file.number()) != 0) fail(errno, "sync " + draft);
  rename_to_new(draft, kept);
  sync_folder(folder);
}

void run_step(Environment& environment, FormatStep const& step) {
  for (;;) {
    try {
      auto transaction = environment.begin_write();
      step.run(transaction);
      set_fact(transaction, fact::kFormatName, step.from + 1);
      transaction.commit();
      return;
    } catch (Failure const& failure) {
      if (!failure.wants_growth() || !environment.grow()) throw;
    }
  }
}

}  // namespace

// Format 1 is the first: there is nothing to come from yet.
std::span<FormatStep const> format_steps() noexcept {
  return {};
}

void check_format(std::uint64_t found, std::uint64_t target, std::span<FormatStep const> steps) {
  if (found > target)
    throw Failure(engine::make_error(
        Errc::unsupported, "state: open",
        "the state was written by a newer crmsyncd (format " + std::to_string(found) +
            "); this one knows format " + std::to_string(target),
        "start the newer crmsyncd again, or restore a backup that this one wrote; nothing was "
        "changed"));
  for (auto format = found; format < target; ++format)
    if (step_from(format, steps) == nullptr)
      throw Failure(engine::make_error(Errc::corrupt, "state: open",
                                       "the state says it has format " + std::to_string(found) +
                                           ", which has no way to format " + std::to_string(target),
                                       "restore a backup"));
}

void migrate(Environment& environment, std::filesystem::path const& folder,
             std::span<FormatStep const> steps, std::uint64_t target) {
  auto format = environment.read(
      [](Transaction const& transaction) { return number_fact(transaction, fact::kFormatName); });
  check_format(format, target, steps);
  if (format == target) return;
  keep_copy(environment, folder, format);
  for (; format < target; ++format) run_step(environment, *step_from(format, steps));
}

}  // namespace crmsync::state::lmdb
