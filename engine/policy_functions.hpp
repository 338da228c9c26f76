// The functions behind policy_table(). Total: any collision of any types gives a verdict.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/policy.hpp"

namespace crmsync::engine::policies {

// policy_sides.cpp: keep one side because of what or when it is.
Verdict app(Collision const& collision, Policy const& policy);
Verdict crm(Collision const& collision, Policy const& policy);
Verdict app_unless_blank(Collision const& collision, Policy const& policy);
Verdict crm_unless_blank(Collision const& collision, Policy const& policy);
Verdict fill_blank(Collision const& collision, Policy const& policy);
Verdict newest(Collision const& collision, Policy const& policy);
Verdict oldest(Collision const& collision, Policy const& policy);
Verdict ask(Collision const& collision, Policy const& policy);

// policy_values.cpp: compare or combine the values themselves.
Verdict max(Collision const& collision, Policy const& policy);
Verdict min(Collision const& collision, Policy const& policy);
Verdict furthest(Collision const& collision, Policy const& policy);
Verdict longest(Collision const& collision, Policy const& policy);
Verdict sum_deltas(Collision const& collision, Policy const& policy);
Verdict unite(Collision const& collision, Policy const& policy);
Verdict intersection(Collision const& collision, Policy const& policy);
Verdict merge_set(Collision const& collision, Policy const& policy);

}  // namespace crmsync::engine::policies
