// The small shop that most whole-installation tests use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/sync_world.hpp"

#include <string>

namespace crmsync::tests {

inline constexpr char kShopSchema[] =
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, first_name TEXT NOT NULL,"
    " last_name TEXT, phone TEXT, city TEXT);";

// Polling only, both ways, quick enough for a test; `extra` goes to the end of the file.
std::string shop_mapping(std::string const& extra = {});

// `text` with its one `from` turned into `to`; throws when there is none.
std::string replaced(std::string text, std::string const& from, std::string const& to);

// n customers customer1@shop.example ... with ids from 1.
void fill_shop(AppDatabase& app, int n);
// Those from `first` to `last`, in one transaction.
void add_customers(AppDatabase& app, int first, int last);

// contact id by e-mail, over all live contacts; fails the test when an e-mail occurs twice.
std::map<std::string, std::string> contacts_by_email(Simulator& crm);

// Every customer has exactly one contact with the same fields; says what differs. With
// `phone_digits_only` a phone that the CRM wrote in its own way is the same phone.
void expect_same_on_both_sides(SyncWorld& world, bool phone_digits_only = false);

}  // namespace crmsync::tests
