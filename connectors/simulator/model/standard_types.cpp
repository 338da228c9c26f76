// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/standard.hpp"

#include <array>

namespace crmsync::connectors::simulator::model {
namespace {

struct Row {
  std::string_view type_id, name, singular, label, group;
  std::string_view modified, identity;
  bool merge_mints_id;
};

constexpr std::array<Row, 12> kTypes{{
    {"0-1", "contacts", "contact", "Contact", "contactinformation", "lastmodifieddate", "email",
     true},
    {"0-2", "companies", "company", "Company", "companyinformation", "hs_lastmodifieddate", "",
     true},
    {"0-3", "deals", "deal", "Deal", "dealinformation", "hs_lastmodifieddate", "", false},
    {"0-5", "tickets", "ticket", "Ticket", "ticketinformation", "hs_lastmodifieddate", "", false},
    {"0-7", "products", "product", "Product", "productinformation", "hs_lastmodifieddate", "",
     false},
    {"0-8", "line_items", "line_item", "Line item", "lineiteminformation", "hs_lastmodifieddate",
     "", false},
    {"0-27", "tasks", "task", "Task", "task", "hs_lastmodifieddate", "", false},
    {"0-46", "notes", "note", "Note", "note", "hs_lastmodifieddate", "", false},
    {"0-47", "meetings", "meeting", "Meeting", "meeting", "hs_lastmodifieddate", "", false},
    {"0-48", "calls", "call", "Call", "call", "hs_lastmodifieddate", "", false},
    {"0-49", "emails", "email", "Email", "email", "hs_lastmodifieddate", "", false},
    {"0-136", "leads", "lead", "Lead", "leadinformation", "hs_lastmodifieddate", "", false},
}};

struct Needs {
  std::string_view name;
  std::vector<std::string> defaults, one_of, all_of;
};

std::vector<Needs> needs() {
  return {
      {"contacts",
       {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"},
       {"email", "firstname", "lastname"},
       {}},
      {"companies",
       {"createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"},
       {"name", "domain"},
       {}},
      {"deals",
       {"amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate",
        "hs_object_id", "pipeline"},
       {},
       {"dealname", "dealstage"}},
      {"tickets",
       {"content", "createdate", "hs_lastmodifieddate", "hs_object_id", "hs_pipeline",
        "hs_pipeline_stage", "subject"},
       {},
       {"hs_pipeline_stage"}},
      {"leads", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}, {}, {"hs_lead_name"}},
      {"tasks", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}, {}, {"hs_timestamp"}},
      {"notes", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}, {}, {"hs_timestamp"}},
  };
}

}  // namespace

std::vector<ObjectType> standard_types() {
  std::vector<ObjectType> types;
  for (auto const& row : kTypes) {
    ObjectType type;
    type.type_id = row.type_id;
    type.name = row.name;
    type.singular = row.singular;
    type.label = row.label;
    type.modified_property = row.modified;
    type.identity_property = row.identity;
    type.merge_mints_id = row.merge_mints_id;
    type.groups = {{std::string(row.group), std::string(row.label) + " information", 0}};
    type.default_properties = {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"};
    types.push_back(std::move(type));
  }
  for (auto& needed : needs()) {
    for (auto& type : types) {
      if (type.name != needed.name) continue;
      type.default_properties = needed.defaults;
      type.create_one_of = needed.one_of;
      type.create_all_of = needed.all_of;
    }
  }
  return types;
}

std::vector<Pipeline> standard_pipelines() {
  return {{"deals",
           "default",
           "Sales Pipeline",
           {{"appointmentscheduled", "Appointment Scheduled", "0.2", false},
            {"qualifiedtobuy", "Qualified To Buy", "0.4", false},
            {"presentationscheduled", "Presentation Scheduled", "0.6", false},
            {"decisionmakerboughtin", "Decision Maker Bought-In", "0.8", false},
            {"contractsent", "Contract Sent", "0.9", false},
            {"closedwon", "Closed Won", "1.0", true},
            {"closedlost", "Closed Lost", "0.0", true}}},
          {"deals",
           "75421309",
           "Renewals",
           {{"142270417", "Up for renewal", "0.5", false},
            {"142270418", "Renewed", "1.0", true},
            {"142270419", "Churned", "0.0", true}}},
          {"tickets",
           "0",
           "Support Pipeline",
           {{"1", "New", "0.0", false},
            {"2", "Waiting on contact", "0.0", false},
            {"3", "Waiting on us", "0.0", false},
            {"4", "Closed", "1.0", true}}}};
}

std::vector<Owner> standard_owners() {
  return {{"71001", 9, "olga.owner@example.com", "Olga", "Owner", false},
          {"71002", 12, "sam.seller@example.com", "Sam", "Seller", false},
          {"71003", 15, "left.last.year@example.com", "Lena", "Left", true}};
}

}  // namespace crmsync::connectors::simulator::model
