// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/fault.hpp"

#include <array>
#include <utility>

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 19> kFaults{{
    {FaultKind::rate_limited, "429"},
    {FaultKind::server_error, "500"},
    {FaultKind::unavailable, "503"},
    {FaultKind::unauthorized, "401"},
    {FaultKind::forbidden, "403"},
    {FaultKind::locked, "423"},
    {FaultKind::migrating, "477"},
    {FaultKind::slow, "slow"},
    {FaultKind::reset_before, "reset_before"},
    {FaultKind::reset_after, "reset_after"},
    {FaultKind::truncate, "truncate"},
    {FaultKind::partial_batch, "207_partial"},
    {FaultKind::search_miss, "search_miss"},
    {FaultKind::webhook_dup, "webhook_dup"},
    {FaultKind::webhook_reorder, "webhook_reorder"},
    {FaultKind::webhook_lost, "webhook_lost"},
    {FaultKind::webhook_delay, "webhook_delay"},
    {FaultKind::normalise_phone, "normalise_phone"},
    {FaultKind::expire_token, "expire_token"},
}};

}  // namespace

std::optional<FaultKind> parse_fault(std::string_view text) noexcept {
  for (auto const& [kind, name] : kFaults)
    if (name == text) return kind;
  return std::nullopt;
}

std::string_view to_string(FaultKind kind) noexcept {
  for (auto const& [value, name] : kFaults)
    if (value == kind) return name;
  return "";
}

std::string fault_names() {
  std::string names;
  for (auto const& fault : kFaults)
    names += (names.empty() ? "" : ", ") + std::string(fault.second);
  return names;
}

std::optional<Fault> Faults::draw(FaultKind kind, std::string_view route) {
  for (auto& fault : faults_) {
    if (fault.kind != kind || (!fault.route.empty() && fault.route != route)) continue;
    if (fault.after > 0) {
      --fault.after;
      continue;
    }
    if (fault.count && *fault.count == 0) continue;
    if (fault.rate < 1.0 && !random_.chance(fault.rate)) continue;
    if (fault.count) --*fault.count;
    ++struck_[static_cast<std::size_t>(kind)];
    return fault;
  }
  return std::nullopt;
}

std::uint64_t Faults::struck(FaultKind kind) const noexcept {
  return struck_[static_cast<std::size_t>(kind)];
}

}  // namespace crmsync::connectors::simulator::model
