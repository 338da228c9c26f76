// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/reading.hpp"

#include "connectors/simulator/model/normalise.hpp"

namespace crmsync::connectors::simulator::model {
namespace {

std::string stored(Snapshot const& snapshot, ObjectType const& type, std::string_view name) {
  auto const id = type.id_of(name);
  auto const* value = id && snapshot.values ? snapshot.values->find(*id) : nullptr;
  return value ? *value : std::string();
}

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string email_domain(std::string const& email) {
  auto const at = email.find('@');
  return at == std::string::npos ? std::string() : email.substr(at + 1);
}

std::string full_name(Snapshot const& snapshot, ObjectType const& type) {
  auto name = stored(snapshot, type, "firstname");
  auto const last = stored(snapshot, type, "lastname");
  if (!name.empty() && !last.empty()) name += ' ';
  name += last;
  return name.empty() ? stored(snapshot, type, "email") : name;
}

std::string digits_of(std::string const& text) {
  std::string digits;
  for (char const c : text)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

std::string deal_flag(Snapshot const& snapshot, ObjectType const& type, Catalog const& catalog,
                      bool won) {
  auto const* stage = catalog.find_stage(stored(snapshot, type, "dealstage"));
  bool const closed = stage && stage->closed;
  return closed && (!won || stage->probability == "1.0") ? "true" : "false";
}

}  // namespace

std::optional<std::string> read(Snapshot const& snapshot, ObjectType const& type,
                                Catalog const& catalog, PropertyId property) {
  switch (type.properties[property].calculation) {
    case Calculation::none:
      break;
    case Calculation::object_id:
      return std::to_string(snapshot.id);
    case Calculation::created:
      return format_stamp(snapshot.created_at);
    case Calculation::modified:
      return format_stamp(snapshot.modified_at);
    case Calculation::email_domain:
      return unless_empty(email_domain(stored(snapshot, type, "email")));
    case Calculation::full_name:
      return unless_empty(full_name(snapshot, type));
    case Calculation::phone_digits:
      return unless_empty(digits_of(stored(snapshot, type, "phone")));
    case Calculation::deal_closed:
      return deal_flag(snapshot, type, catalog, false);
    case Calculation::deal_won:
      return deal_flag(snapshot, type, catalog, true);
    case Calculation::home_amount:
      return unless_empty(stored(snapshot, type, "amount"));
  }
  auto const* value = snapshot.values ? snapshot.values->find(property) : nullptr;
  if (!value) return std::nullopt;
  return *value;
}

}  // namespace crmsync::connectors::simulator::model
