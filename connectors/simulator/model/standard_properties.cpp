// The one table of the vendor's properties.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/standard.hpp"

#include <array>

namespace crmsync::connectors::simulator::model {
namespace {

using enum PropertyType;
using C = Calculation;

enum class Access : std::uint8_t { writable, read_only };

struct Row {
  std::string_view object;  // "*": every type; "-": every type without dates of its own
  std::string_view name, label;
  PropertyType type;
  std::string_view field_type;
  Access access = Access::writable;
  std::string_view options = {};  // "value=Label;..."
  Calculation calculation = C::none;
  External external = External::none;
};

constexpr auto kOnlyRead = Access::read_only;
constexpr auto kWrite = Access::writable;

constexpr std::string_view kStages =
    "subscriber=Subscriber;lead=Lead;marketingqualifiedlead=Marketing Qualified Lead;"
    "salesqualifiedlead=Sales Qualified Lead;opportunity=Opportunity;customer=Customer;"
    "evangelist=Evangelist;other=Other";
constexpr std::string_view kLeadStatus =
    "NEW=New;OPEN=Open;IN_PROGRESS=In Progress;OPEN_DEAL=Open Deal;UNQUALIFIED=Unqualified;"
    "ATTEMPTED_TO_CONTACT=Attempted to Contact;CONNECTED=Connected;BAD_TIMING=Bad Timing";
constexpr std::string_view kPersonas = "persona_1=Buyer;persona_2=User;persona_3=Partner";
constexpr std::string_view kIndustries =
    "ACCOUNTING=Accounting;BANKING=Banking;COMPUTER_SOFTWARE=Computer Software;"
    "CONSTRUCTION=Construction;FOOD_BEVERAGES=Food & Beverages;HOSPITAL_HEALTH_CARE=Hospital;"
    "INTERNET=Internet;MUSIC=Music;RETAIL=Retail;TELECOMMUNICATIONS=Telecommunications";
constexpr std::string_view kCompanyTypes =
    "PROSPECT=Prospect;PARTNER=Partner;RESELLER=Reseller;VENDOR=Vendor;OTHER=Other";
constexpr std::string_view kBool = "true=True;false=False";
constexpr std::string_view kPriority = "LOW=Low;MEDIUM=Medium;HIGH=High";

constexpr std::array kProperties{
    // every type
    Row{"*", "hs_object_id", "Record ID", number, "number", kOnlyRead, {}, C::object_id},
    Row{"*", "hs_merged_object_ids", "Merged record IDs", enumeration, "checkbox", kOnlyRead},
    Row{"*",
        "hubspot_owner_id",
        "Owner",
        enumeration,
        "select",
        kWrite,
        {},
        C::none,
        External::owner},
    Row{"-", "hs_createdate", "Create date", datetime, "date", kOnlyRead, {}, C::created},
    Row{"-", "hs_lastmodifieddate", "Last modified", datetime, "date", kOnlyRead, {}, C::modified},
    // contacts
    Row{"contacts", "email", "Email", string, "text"},
    Row{"contacts", "firstname", "First Name", string, "text"},
    Row{"contacts", "lastname", "Last Name", string, "text"},
    Row{"contacts", "phone", "Phone Number", string, "phonenumber"},
    Row{"contacts", "mobilephone", "Mobile Phone Number", string, "phonenumber"},
    Row{"contacts", "fax", "Fax Number", string, "text"},
    Row{"contacts", "hs_whatsapp_phone_number", "WhatsApp Number", phone_number, "phonenumber"},
    Row{"contacts", "company", "Company Name", string, "text"},
    Row{"contacts", "jobtitle", "Job Title", string, "text"},
    Row{"contacts", "address", "Street Address", string, "text"},
    Row{"contacts", "city", "City", string, "text"},
    Row{"contacts", "state", "State/Region", string, "text"},
    Row{"contacts", "zip", "Postal Code", string, "text"},
    Row{"contacts", "country", "Country/Region", string, "text"},
    Row{"contacts", "website", "Website URL", string, "text"},
    Row{"contacts", "industry", "Industry", string, "text"},
    Row{"contacts", "message", "Message", string, "textarea"},
    Row{"contacts", "salutation", "Salutation", string, "text"},
    Row{"contacts", "date_of_birth", "Date of birth", string, "text"},
    Row{"contacts", "closedate", "Close Date", datetime, "date"},
    Row{"contacts", "numemployees", "Number of Employees", number, "number"},
    Row{"contacts", "annualrevenue", "Annual Revenue", number, "number"},
    Row{"contacts", "lifecyclestage", "Lifecycle Stage", enumeration, "radio", kWrite, kStages},
    Row{"contacts", "hs_lead_status", "Lead Status", enumeration, "radio", kWrite, kLeadStatus},
    Row{"contacts", "hs_persona", "Persona", enumeration, "checkbox", kWrite, kPersonas},
    Row{"contacts", "hs_marketable_until_renewal", "Marketing until renewal", boolean,
        "booleancheckbox", kWrite, kBool},
    Row{"contacts", "hubspotscore", "Score", number, "number", kOnlyRead},
    Row{"contacts", "associatedcompanyid", "Primary company", number, "number", kOnlyRead},
    Row{"contacts", "hs_additional_emails", "Additional emails", enumeration, "checkbox",
        kOnlyRead},
    Row{"contacts",
        "hs_email_domain",
        "Email Domain",
        string,
        "text",
        kOnlyRead,
        {},
        C::email_domain},
    Row{"contacts",
        "hs_full_name_or_email",
        "Full name or email",
        string,
        "text",
        kOnlyRead,
        {},
        C::full_name},
    Row{"contacts",
        "hs_searchable_calculated_phone_number",
        "Searchable phone",
        string,
        "phonenumber",
        kOnlyRead,
        {},
        C::phone_digits},
    Row{"contacts", "createdate", "Create Date", datetime, "date", kOnlyRead, {}, C::created},
    Row{"contacts",
        "lastmodifieddate",
        "Last Modified Date",
        datetime,
        "date",
        kOnlyRead,
        {},
        C::modified},
    // companies
    Row{"companies", "name", "Company name", string, "text"},
    Row{"companies", "domain", "Company Domain Name", string, "text"},
    Row{"companies", "website", "Website URL", string, "text"},
    Row{"companies", "phone", "Phone Number", string, "phonenumber"},
    Row{"companies", "address", "Street Address", string, "text"},
    Row{"companies", "address2", "Street Address 2", string, "text"},
    Row{"companies", "city", "City", string, "text"},
    Row{"companies", "state", "State/Region", string, "text"},
    Row{"companies", "zip", "Postal Code", string, "text"},
    Row{"companies", "country", "Country/Region", string, "text"},
    Row{"companies", "timezone", "Time Zone", string, "text"},
    Row{"companies", "description", "Description", string, "textarea"},
    Row{"companies", "about_us", "About Us", string, "textarea"},
    Row{"companies", "founded_year", "Year Founded", string, "text"},
    Row{"companies", "industry", "Industry", enumeration, "select", kWrite, kIndustries},
    Row{"companies", "type", "Type", enumeration, "radio", kWrite, kCompanyTypes},
    Row{"companies", "lifecyclestage", "Lifecycle Stage", enumeration, "radio", kWrite, kStages},
    Row{"companies", "hs_lead_status", "Lead Status", enumeration, "radio", kWrite, kLeadStatus},
    Row{"companies", "is_public", "Is Public", boolean, "booleancheckbox", kWrite, kBool},
    Row{"companies", "numberofemployees", "Number of Employees", number, "number"},
    Row{"companies", "annualrevenue", "Annual Revenue", number, "number"},
    Row{"companies", "closedate", "Close Date", datetime, "date"},
    Row{"companies", "linkedin_company_page", "LinkedIn page", string, "text"},
    Row{"companies", "createdate", "Create Date", datetime, "date", kOnlyRead, {}, C::created},
    Row{"companies",
        "hs_lastmodifieddate",
        "Last Modified Date",
        datetime,
        "date",
        kOnlyRead,
        {},
        C::modified},
    // deals
    Row{"deals", "dealname", "Deal Name", string, "text"},
    Row{"deals", "amount", "Amount", number, "number"},
    Row{"deals", "deal_currency_code", "Currency", enumeration, "select", kWrite,
        "EUR=Euro;USD=US Dollar;GBP=Pound;CHF=Swiss Franc;JPY=Yen"},
    Row{"deals",
        "pipeline",
        "Pipeline",
        enumeration,
        "select",
        kWrite,
        {},
        C::none,
        External::pipeline},
    Row{"deals",
        "dealstage",
        "Deal Stage",
        enumeration,
        "radio",
        kWrite,
        {},
        C::none,
        External::stage},
    Row{"deals", "dealtype", "Deal Type", enumeration, "radio", kWrite,
        "newbusiness=New Business;existingbusiness=Existing Business"},
    Row{"deals", "closedate", "Close Date", datetime, "date"},
    Row{"deals", "description", "Description", string, "textarea"},
    Row{"deals", "hs_priority", "Priority", enumeration, "select", kWrite,
        "low=Low;medium=Medium;high=High"},
    Row{"deals", "hs_next_step", "Next Step", string, "text"},
    Row{"deals", "closed_lost_reason", "Closed Lost Reason", string, "textarea"},
    Row{"deals", "closed_won_reason", "Closed Won Reason", string, "textarea"},
    Row{"deals", "hs_forecast_amount", "Forecast Amount", number, "number"},
    Row{"deals", "hs_tcv", "Total contract value", number, "number", kOnlyRead},
    Row{"deals", "hs_is_closed", "Is Closed", boolean, "booleancheckbox", kOnlyRead, kBool,
        C::deal_closed},
    Row{"deals", "hs_is_closed_won", "Is Closed Won", boolean, "booleancheckbox", kOnlyRead, kBool,
        C::deal_won},
    Row{"deals",
        "amount_in_home_currency",
        "Amount in home currency",
        number,
        "number",
        kOnlyRead,
        {},
        C::home_amount},
    Row{"deals", "createdate", "Create Date", datetime, "date", kOnlyRead, {}, C::created},
    Row{"deals",
        "hs_lastmodifieddate",
        "Last Modified Date",
        datetime,
        "date",
        kOnlyRead,
        {},
        C::modified},
    // the rest, as far as a sync touches them
    Row{"tickets", "subject", "Ticket name", string, "text"},
    Row{"tickets", "content", "Ticket description", string, "textarea"},
    Row{"tickets",
        "hs_pipeline",
        "Pipeline",
        enumeration,
        "select",
        kWrite,
        {},
        C::none,
        External::pipeline},
    Row{"tickets",
        "hs_pipeline_stage",
        "Ticket status",
        enumeration,
        "radio",
        kWrite,
        {},
        C::none,
        External::stage},
    Row{"tickets", "hs_ticket_priority", "Priority", enumeration, "select", kWrite, kPriority},
    Row{"tickets", "createdate", "Create Date", datetime, "date", kOnlyRead, {}, C::created},
    Row{"tickets",
        "hs_lastmodifieddate",
        "Last Modified",
        datetime,
        "date",
        kOnlyRead,
        {},
        C::modified},
    Row{"products", "name", "Name", string, "text"},
    Row{"products", "price", "Unit price", number, "number"},
    Row{"products", "hs_sku", "SKU", string, "text"},
    Row{"line_items", "name", "Name", string, "text"},
    Row{"line_items", "quantity", "Quantity", number, "number"},
    Row{"line_items", "price", "Unit price", number, "number"},
    Row{"line_items", "hs_product_id", "Product ID", number, "number"},
    Row{"tasks", "hs_timestamp", "Due date", datetime, "date"},
    Row{"tasks", "hs_task_subject", "Task title", string, "text"},
    Row{"tasks", "hs_task_body", "Task notes", string, "html"},
    Row{"tasks", "hs_task_status", "Task status", enumeration, "select", kWrite,
        "NOT_STARTED=Not started;IN_PROGRESS=In progress;WAITING=Waiting;DEFERRED=Deferred;"
        "COMPLETED=Completed"},
    Row{"tasks", "hs_task_priority", "Priority", enumeration, "select", kWrite, kPriority},
    Row{"tasks", "hs_task_type", "Task type", enumeration, "select", kWrite,
        "TODO=To-do;CALL=Call;EMAIL=Email"},
    Row{"notes", "hs_timestamp", "Activity date", datetime, "date"},
    Row{"notes", "hs_note_body", "Note body", string, "html"},
    Row{"meetings", "hs_timestamp", "Activity date", datetime, "date"},
    Row{"meetings", "hs_meeting_title", "Meeting name", string, "text"},
    Row{"meetings", "hs_meeting_body", "Meeting description", string, "html"},
    Row{"calls", "hs_timestamp", "Activity date", datetime, "date"},
    Row{"calls", "hs_call_title", "Call title", string, "text"},
    Row{"calls", "hs_call_body", "Call notes", string, "html"},
    Row{"emails", "hs_timestamp", "Activity date", datetime, "date"},
    Row{"emails", "hs_email_subject", "Email subject", string, "text"},
    Row{"leads", "hs_lead_name", "Lead Name", string, "text"},
    Row{"leads", "hs_lead_label", "Lead Label", enumeration, "select", kWrite,
        "HOT=Hot;WARM=Warm;COLD=Cold"},
};

std::vector<Option> parse_options(std::string_view text) {
  std::vector<Option> options;
  while (!text.empty()) {
    auto const end = std::min(text.find(';'), text.size());
    auto const item = text.substr(0, end);
    auto const equals = item.find('=');
    Option option;
    option.value = item.substr(0, equals);
    option.label = item.substr(equals + 1);
    option.display_order = static_cast<std::int32_t>(options.size());
    options.push_back(std::move(option));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return options;
}

bool has_own_dates(std::string_view type) {
  return type == "contacts" || type == "companies" || type == "deals" || type == "tickets";
}

}  // namespace

std::vector<Property> standard_properties(std::string_view type) {
  std::vector<Property> properties;
  for (auto const& row : kProperties) {
    bool const general = row.object == "*" || (row.object == "-" && !has_own_dates(type));
    if (!general && row.object != type) continue;
    Property property;
    property.name = row.name;
    property.label = row.label;
    property.type = row.type;
    property.field_type = row.field_type;
    property.options = parse_options(row.options);
    property.calculation = row.calculation;
    property.external = row.external;
    property.read_only = row.access == kOnlyRead;
    property.standard = true;
    property.form_field = row.access == kWrite;
    properties.push_back(std::move(property));
  }
  return properties;
}

}  // namespace crmsync::connectors::simulator::model
