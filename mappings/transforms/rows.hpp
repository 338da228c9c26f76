// The functions behind the table's rows, one file per kind of value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/transforms/transform.hpp"

namespace crmsync::mappings::transforms {

inline CanonicalValue known(engine::Value value) {
  return {std::move(value), {}};
}
inline CanonicalValue unreadable(std::string_view problem) {
  return {std::nullopt, std::string(problem)};
}

CanonicalValue same(engine::Value const& value, TransformUse const&);
std::string nothing_to_check(TransformUse const&);

CanonicalValue trim_value(engine::Value const& value, TransformUse const&);
CanonicalValue lower_value(engine::Value const& value, TransformUse const&);
CanonicalValue upper_value(engine::Value const& value, TransformUse const&);
CanonicalValue email_value(engine::Value const& value, TransformUse const&);
CanonicalValue digits_value(engine::Value const& value, TransformUse const&);
std::string check_truncate(TransformUse const& use);
CanonicalValue truncate_value(engine::Value const& value, TransformUse const& use);

CanonicalValue url_value(engine::Value const& value, TransformUse const&);
CanonicalValue domain_value(engine::Value const& value, TransformUse const&);

std::string check_number(TransformUse const& use);
CanonicalValue number_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue number_from_canonical(engine::Value const& value, TransformUse const& use);

std::string check_boolean(TransformUse const& use);
CanonicalValue boolean_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue boolean_from_canonical(engine::Value const& value, TransformUse const& use);

std::string check_country(TransformUse const& use);
CanonicalValue country_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue country_from_canonical(engine::Value const& value, TransformUse const& use);

std::string check_scale(TransformUse const& use);
CanonicalValue scale_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue scale_from_canonical(engine::Value const& value, TransformUse const& use);

std::string check_date(TransformUse const& use);
engine::ValueType date_input(TransformUse const& use);
CanonicalValue date_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue date_from_canonical(engine::Value const& value, TransformUse const& use);

std::string check_split(TransformUse const& use);
CanonicalValue split_to_canonical(engine::Value const& value, TransformUse const& use);
CanonicalValue split_from_canonical(engine::Value const& value, TransformUse const& use);

}  // namespace crmsync::mappings::transforms
