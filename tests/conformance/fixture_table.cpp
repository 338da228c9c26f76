// One row per registered connector and way of using it.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/hubspot_fixture.hpp"
#include "tests/conformance/sqlite_fixture.hpp"

#include <array>

namespace crmsync::tests::conformance {
namespace {

constexpr std::array kRows{
    FixtureRow{"sqlite_triggers", "sqlite", make_sqlite_triggers},
    FixtureRow{"sqlite_poll", "sqlite", make_sqlite_poll},
    FixtureRow{"hubspot_dated", "hubspot", make_hubspot_dated},
    FixtureRow{"hubspot_v3", "hubspot", make_hubspot_v3},
};

}  // namespace

std::span<FixtureRow const> fixture_table() noexcept {
  return kRows;
}

}  // namespace crmsync::tests::conformance
