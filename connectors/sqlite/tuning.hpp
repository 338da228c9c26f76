// Bounds of the SQLite connector in one place, each with its unit and its consequence.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace crmsync::connectors::sqlite {

// Rows per page. Larger pages hold the connection's thread longer, smaller ones cost more hops.
inline constexpr std::int64_t kSnapshotPageRows = 500;
inline constexpr std::int64_t kChangePageRows = 1000;
inline constexpr std::int64_t kPollPageRows = 500;

inline constexpr std::size_t kFetchKeysMax = 100;
inline constexpr std::size_t kApplyOperationsMax = 100;

// Change rows that are done with are deleted at most this often, or when a slice is full: a
// deletion is a write transaction of its own, with its fsyncs, in the application's file.
inline constexpr std::chrono::milliseconds kPurgeInterval{30'000};

// Change rows deleted per transaction, so that the application never waits long for our lock.
inline constexpr std::int64_t kPurgeSliceRows = 1000;

// A call that takes longer is interrupted and reported as transient.
inline constexpr std::chrono::milliseconds kReadDeadline{30'000};
inline constexpr std::chrono::milliseconds kWriteDeadline{30'000};

// wait_for_commit() looks right after a report that the file is written, then at doubling
// intervals, because the report comes a little before the commit: it is seen at the latest after
// twice its own time. A look reads no data, but wakes two threads.
inline constexpr std::chrono::milliseconds kLookAfterReport{1};
inline constexpr std::chrono::milliseconds kLookIntervalMax{250};
// Up to this interval looks are not hurried by further reports: a long transaction reports all the
// time. It is also how often is looked where no report comes.
inline constexpr std::chrono::milliseconds kLookUnhurried{10};
// Commits without a report after which reports are not relied on any more.
inline constexpr int kWatchMissesMax = 3;

// Virtual machine steps of SQLite between two looks at the deadline.
inline constexpr int kProgressSteps = 1000;

inline constexpr std::size_t kStatementsCachedMax = 256;

// Polling remembers this many delivered rows inside the overlap window, so that they are not
// delivered at every poll. Past it the memory is dropped and rows are delivered once more.
inline constexpr std::size_t kSeenRowsMax = 100'000;

// Rows looked at to see whether a DATE column holds text or numbers.
inline constexpr std::int64_t kSampleRows = 1000;

}  // namespace crmsync::connectors::sqlite
