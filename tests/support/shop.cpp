// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace crmsync::tests {

std::string shop_mapping(std::string const& extra) {
  return R"(version: 1
mapping: customers
app: {connection: shop-db, object: customers, key: id}
crm: {connection: hubspot, object: contacts, external_id: shop_customer_id}
create: both
schedule:
  app: {capture: triggers}
  crm: {webhooks: true, poll: 1s}
  settle: 0s
match: {keys: [{app: email, crm: email, compare: email}]}
conflict: {default: [app]}
fields:
  - {app: email, crm: email, transform: email}
  - {app: first_name, crm: firstname}
  - {app: last_name, crm: lastname}
  - {app: phone, crm: phone}
  - {app: city, crm: city}
initial: {prefer: app, require_plan: false}
)" + extra;
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  auto const at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace: " + from);
  return text.replace(at, from.size(), to);
}

void fill_shop(AppDatabase& app, int n) {
  app.run(kShopSchema);
  add_customers(app, 1, n);
}

void add_customers(AppDatabase& app, int first, int last) {
  if (first > last) return;
  app.run("WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
          " UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(last) +
          ") INSERT INTO customers SELECT i, 'customer' || i || '@shop.example', 'First' || i,"
          " 'Last' || i, '+49 30 ' || (100000 + i), 'Berlin' FROM n");
}

std::map<std::string, std::string> contacts_by_email(Simulator& crm) {
  std::map<std::string, std::string> out;
  for (auto const& [id, row] : crm.records()) {
    auto const email = row.find("email");
    if (email == row.end()) continue;
    EXPECT_TRUE(out.emplace(email->second.value_or(""), id).second)
        << "two contacts have the e-mail " << email->second.value_or("");
  }
  return out;
}

namespace {

std::string digits_of(std::string const& text) {
  std::string out;
  for (char const c : text)
    if (c >= '0' && c <= '9') out += c;
  return out;
}

}  // namespace

void expect_same_on_both_sides(SyncWorld& world, bool phone_digits_only) {
  auto const records = world.crm->records();
  std::map<std::string, Row const*> by_email;
  for (auto const& [id, row] : records) {
    auto const it = row.find("email");
    if (it == row.end()) continue;
    EXPECT_TRUE(by_email.emplace(*it->second, &row).second) << "duplicate " << *it->second;
  }
  auto const rows = world.app->rows("SELECT * FROM customers");
  EXPECT_EQ(rows.size(), records.size());
  std::map<std::string, std::string> const names{
      {"first_name", "firstname"}, {"last_name", "lastname"}, {"phone", "phone"}, {"city", "city"}};
  for (auto const& row : rows) {
    auto const found = by_email.find(*row.at("email"));
    if (found == by_email.end()) {
      ADD_FAILURE() << "no contact for customer " << *row.at("id");
      continue;
    }
    for (auto const& [column, property] : names) {
      auto const there = found->second->find(property);
      auto const crm_value = there == found->second->end() ? "" : there->second.value_or("");
      auto const app_value = row.at(column).value_or("");
      if (phone_digits_only && column == "phone")
        EXPECT_EQ(digits_of(app_value), digits_of(crm_value)) << "phone of " << *row.at("id");
      else
        EXPECT_EQ(app_value, crm_value) << column << " of " << *row.at("id");
    }
  }
}

}  // namespace crmsync::tests
