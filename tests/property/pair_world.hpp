// What the world looks like once a plan was carried out in full: both records and the bases.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/property/pair_generator.hpp"

namespace crmsync::property {

Case after(Case const& one, engine::PairPlan const& plan);
// App and CRM exchanged, in the records and in every rule.
Case swapped(Case const& one);
engine::PairPlan swapped(engine::PairPlan const& plan);

}  // namespace crmsync::property
