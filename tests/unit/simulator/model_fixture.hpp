// A CRM of one account with short names for what tests do to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/crm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::simulator::model {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

inline engine::Timestamp at_ms(std::int64_t ms) {
  return engine::Timestamp{(1'767'225'600'000 + ms) * 1'000};
}

inline Actor api() {
  return {"INTEGRATION", "1", "", 0, false, false};
}
inline Actor user() {
  return {"CRM_UI", "userId:9", "", 9, false, false};
}

class ModelTest : public ::testing::Test {
 protected:
  static CrmOptions options() {
    CrmOptions options;
    options.started_at = at_ms(0);
    options.search_lag_ms = 2'000;
    options.record_events = true;
    return options;
  }

  TypeIndex type(std::string_view name) const { return *crm.catalog().find(name); }
  RecordId make(std::string_view object, Inputs const& inputs, std::int64_t ms = 0) {
    auto const id = crm.create(type(object), inputs, api(), at_ms(ms));
    EXPECT_TRUE(id.has_value());
    return id ? *id : 0;
  }
  std::string held(std::string_view object, RecordId id, std::string_view property) const {
    auto const* record = crm.find(type(object), id);
    auto const index = crm.catalog().type(type(object)).id_of(property);
    auto const* value = record && index ? record->now.values->find(*index) : nullptr;
    return value ? *value : "(none)";
  }
  void add_unique(std::string const& name) {
    Property property;
    property.name = property.label = name;
    property.group = "contactinformation";
    property.unique = true;
    ASSERT_TRUE(crm.catalog().create_property(type("contacts"), property).has_value());
  }
  Query modified_since(std::int64_t ms) const {
    Query query;
    query.groups = {{Filter{
        "lastmodifieddate", Operator::gte, std::to_string(at_ms(ms).micros / 1'000), {}, {}}}};
    query.limit = 200;
    return query;
  }

  Crm crm{options()};
};

}  // namespace crmsync::connectors::simulator::model
