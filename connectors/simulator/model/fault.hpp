// Faults on command: which kind, how often, from when on, on which requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/random.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::model {

enum class FaultKind : std::uint8_t {
  rate_limited,     // 429
  server_error,     // 500
  unavailable,      // 503
  unauthorized,     // 401
  forbidden,        // 403
  locked,           // 423
  migrating,        // 477
  slow,             // answers after delay_ms
  reset_before,     // closes the connection, nothing happened
  reset_after,      // does it, then closes without an answer
  truncate,         // sends a part of the answer, then closes
  partial_batch,    // one record of a batch fails
  search_miss,      // the write reaches the index very late
  webhook_dup,      // delivered twice
  webhook_reorder,  // events of a delivery in another order, deliveries out of turn
  webhook_lost,     // never delivered
  webhook_delay,    // delivered after delay_ms
  normalise_phone,  // phone texts are reformatted when stored
  expire_token,     // the token has expired
};

std::optional<FaultKind> parse_fault(std::string_view text) noexcept;
std::string_view to_string(FaultKind kind) noexcept;
// All names, for a usage text.
std::string fault_names();

struct Fault {
  FaultKind kind = FaultKind::server_error;
  double rate = 1.0;                   // chance per occasion
  std::optional<std::uint64_t> count;  // how many times at most; empty: no end
  std::uint64_t after = 0;             // occasions to let pass first
  std::string route;                   // only on this route ("batch_update"); empty: any
  std::int64_t delay_ms = 0;           // slow, webhook_delay; 0: the kind's default
};

class Faults {
 public:
  explicit Faults(std::uint64_t seed) : random_(seed) {}

  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  // The fault that strikes on this occasion, if one does; it is counted.
  std::optional<Fault> draw(FaultKind kind, std::string_view route);
  // How often each kind struck, for statistics.
  std::uint64_t struck(FaultKind kind) const noexcept;
  std::vector<Fault> const& all() const noexcept { return faults_; }

 private:
  std::vector<Fault> faults_;
  std::vector<std::uint64_t> struck_ = std::vector<std::uint64_t>(32);
  Random random_;
};

}  // namespace crmsync::connectors::simulator::model
