// The planner against the naive one. The input is the sequence of choices from which
// tests/property builds a case, so that the fuzzer goes where the planner branches.
// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.hpp"
#include "tests/property/naive_planner.hpp"
#include "tests/property/pair_generator.hpp"

#include <span>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace crmsync;
  property::Random choices(std::span(data, size));
  auto const one = property::random_case(choices);
  auto const plan = engine::make_plan(one.input, one.rules);
  auto const expected = naive::make_plan(one.input, one.rules);
  if (naive::essence(plan) == expected) return 0;
  std::fprintf(stderr, "%splanned %s\n", property::describe(one).c_str(),
               property::describe(plan).c_str());
  fuzz::require(false, "both planners agree");
  return 0;
}
