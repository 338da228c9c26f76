// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/fixture.hpp"

namespace crmsync::tests::conformance {

std::unique_ptr<Fixture> make_sqlite_triggers();
std::unique_ptr<Fixture> make_sqlite_poll();

}  // namespace crmsync::tests::conformance
