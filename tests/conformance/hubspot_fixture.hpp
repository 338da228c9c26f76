// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/fixture.hpp"

namespace crmsync::tests::conformance {

std::unique_ptr<Fixture> make_hubspot_dated();
std::unique_ptr<Fixture> make_hubspot_v3();

}  // namespace crmsync::tests::conformance
