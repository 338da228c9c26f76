// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/failure.hpp"

#include <lmdb.h>

#include <cerrno>
#include <new>

namespace crmsync::state::lmdb {

using engine::Errc;

namespace {

struct Meaning {
  Errc code;
  char const* hint;
};

Meaning meaning_of(int code) noexcept {
  switch (code) {
    case MDB_MAP_FULL:
      return {Errc::storage_full,
              "raise the state's size limit or shorten the retention; nothing was lost"};
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {Errc::storage_full, "make room where the state lives; nothing was lost"};
    case MDB_TXN_FULL:
      return {Errc::limit_exceeded, "one commit changes too much at once: split it"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_BAD_TXN:
      return {Errc::corrupt, "restore the state from a backup"};
    case MDB_VERSION_MISMATCH:
      return {Errc::unsupported, "the state file was written by another version of LMDB"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {Errc::forbidden, "give the daemon's user read and write access to the state"};
    case EAGAIN:
    case EBUSY:
      return {Errc::locked, "another process has the state open"};
    case MDB_PANIC:
      return {Errc::internal, "check the disk, then restart crmsyncd; nothing more is written"};
    case EIO:
      return {Errc::internal, "check the disk; what was committed before is not affected"};
    default:
      return {Errc::internal, ""};
  }
}

}  // namespace

bool Failure::wants_growth() const noexcept {
  return code_ == MDB_MAP_FULL;
}

engine::Error to_error(int code, std::string doing) {
  auto const meaning = meaning_of(code);
  return engine::make_error(meaning.code, "state: " + std::move(doing), mdb_strerror(code),
                            meaning.hint);
}

void fail(int code, std::string doing) {
  throw Failure(to_error(code, std::move(doing)), code);
}

engine::Error current_error() noexcept {
  try {
    throw;
  } catch (Failure const& failure) {
    return failure.error();
  } catch (std::bad_alloc const&) {
    return engine::make_error(Errc::internal, "state", "out of memory");
  } catch (std::exception const& error) {
    return engine::make_error(Errc::internal, "state", error.what());
  } catch (...) {
    return engine::make_error(Errc::internal, "state", "unknown failure");
  }
}

}  // namespace crmsync::state::lmdb
