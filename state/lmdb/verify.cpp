// Reads everything and checks what must be true of it. The first defect ends the walk.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/counts.hpp"
#include "state/lmdb/index.hpp"
#include "state/lmdb/key.hpp"
#include "state/lmdb/link_tables.hpp"
#include "state/lmdb/store.hpp"

#include <string>

namespace crmsync::state::lmdb {

namespace {

using engine::LinkState;

class Verifier {
 public:
  explicit Verifier(Transaction const& transaction) : transaction_(transaction) {}

  void run() {
    plain_rows();
    links();
    lookups(Table::link_by_app);
    lookups(Table::link_by_crm);
    match_index();
    indexed<ParkedRow>();
    indexed<ErrorRow>();
    indexed<HeldRow>();
    indexed<HistoryRow>();
    counts();
  }

 private:
  template <class Row, class Check>
  void each(Table table, Check&& check) {
    for_prefix(transaction_, table, {}, [&](Entry const& entry) {
      check(entry, read_row<Row>(table, entry));
      return true;
    });
  }
  void demand(bool holds, Table table, std::string_view key, char const* defect) const {
    if (!holds) fail_damaged(table, key, defect);
  }
  bool exists(Table table, std::string_view key) const {
    return transaction_.get(table, key).has_value();
  }

  void plain_rows() {
    each<FactRow>(Table::facts, [](Entry const&, FactRow const&) {});
    each<CursorRow>(Table::cursors, [](Entry const&, CursorRow const&) {});
    each<MappingRow>(Table::mappings, [this](Entry const& entry, MappingRow const& row) {
      auto const named = transaction_.find<FactRow>(Table::mapping_names, row.name);
      demand(named && named->number == leading_u32(entry.key), Table::mappings, entry.key,
             "its name leads to another mapping");
    });
    each<FactRow>(Table::mapping_names, [this](Entry const& entry, FactRow const& row) {
      auto const id = static_cast<MappingId>(row.number);
      demand(exists(Table::mappings, mapping_key(id)), Table::mapping_names, entry.key,
             "its mapping does not exist");
    });
    each<IntakeRow>(Table::intake, [this](Entry const& entry, IntakeRow const& row) {
      demand(number_key(row.sequence).view() == entry.key, Table::intake, entry.key,
             "it stands under another row's key");
    });
    each<WebhookRow>(Table::webhooks, [this](Entry const& entry, WebhookRow const& row) {
      demand(number_key(row.sequence).view() == entry.key, Table::webhooks, entry.key,
             "it stands under another row's key");
    });
    each<IntentRow>(Table::intents, [this](Entry const& entry, IntentRow const& row) {
      demand(number_key(row.op_id).view() == entry.key, Table::intents, entry.key,
             "it stands under another row's key");
      demand(row.link == 0 || exists(Table::links, number_key(row.link)), Table::intents, entry.key,
             "its link does not exist");
    });
  }

  void links() {
    each<LinkRow>(Table::links,
                  [this](Entry const& entry, LinkRow const& row) { check_link(entry.key, row); });
    each<LinkOrderRow>(Table::link_order, [this](Entry const& entry, LinkOrderRow const& order) {
      auto const link =
          transaction_.find<LinkRow>(Table::links, number_key(trailing_number(entry.key)));
      demand(link && link->mapping == leading_u32(entry.key) && link->state == order.state,
             Table::link_order, entry.key, "its link does not exist or differs");
    });
    each<BaseRow>(Table::bases, [this](Entry const& entry, BaseRow const& row) {
      demand(number_key(row.link).view() == entry.key, Table::bases, entry.key,
             "it stands under another row's key");
      demand(exists(Table::links, entry.key), Table::bases, entry.key, "its link does not exist");
    });
  }

  void check_link(std::string_view key, LinkRow const& row) {
    demand(number_key(row.id).view() == key, Table::links, key,
           "it stands under another row's key");
    demand(exists(Table::link_order, mapping_key(row.mapping).u64(row.id)), Table::links, key,
           "it is not among its mapping's links");
    bool const flows = row.state == LinkState::linked || row.state == LinkState::dormant;
    demand(!flows || exists(Table::bases, key), Table::links, key, "it has no base");
    demand(row.app_key.empty() || leads_to(Table::link_by_app, row, row.app_key), Table::links, key,
           "its app key leads to another link");
    for (auto const& crm_key : crm_keys(row))
      demand(leads_to(Table::link_by_crm, row, crm_key), Table::links, key,
             "a CRM id of it leads to another link");
  }

  bool leads_to(Table lookup, LinkRow const& row, std::string const& key) const {
    auto const found = transaction_.find<LinkRefRow>(lookup, lookup_key(row.mapping, key));
    return found && found->link == row.id;
  }

  void lookups(Table table) {
    each<LinkRefRow>(table, [this, table](Entry const& entry, LinkRefRow const& found) {
      auto const link = transaction_.find<LinkRow>(Table::links, number_key(found.link));
      bool held = false;
      if (link && table == Table::link_by_app)
        held = lookup_key(link->mapping, link->app_key).view() == entry.key;
      if (link && table == Table::link_by_crm)
        for (auto const& key : crm_keys(*link))
          held = held || (lookup_key(link->mapping, key).view() == entry.key &&
                          found.alias == (key != link->crm_id));
      demand(held, table, entry.key, "its link does not exist or has another key");
    });
  }

  void match_index() {
    constexpr std::size_t side_bytes = 5;     // mapping and side
    constexpr std::size_t digest_bytes = 17;  // key index and digest
    each<UnlinkedRow>(Table::unlinked, [&](Entry const& entry, UnlinkedRow const& row) {
      for (auto const& item : row.digests) {
        Key key;
        key.text(entry.key.substr(0, side_bytes)).u8(item.key_index).digest(item.digest);
        demand(exists(Table::match, key.text(entry.key.substr(side_bytes))), Table::unlinked,
               entry.key, "a match value of it is not in the index");
      }
    });
    each<MatchRow>(Table::match, [&](Entry const& entry, MatchRow const&) {
      bool const whole = entry.key.size() > side_bytes + digest_bytes;
      demand(whole, Table::match, entry.key, "its key is cut off");
      Key record;
      record.text(entry.key.substr(0, side_bytes))
          .text(entry.key.substr(side_bytes + digest_bytes));
      auto const row = transaction_.find<UnlinkedRow>(Table::unlinked, record);
      bool known = false;
      auto const digest = entry.key.substr(side_bytes, digest_bytes);
      for (auto const& item : row.value_or(UnlinkedRow{}).digests)
        known = known || Key().u8(item.key_index).digest(item.digest).view() == digest;
      demand(known, Table::match, entry.key, "its record is not unlinked or has another value");
    });
  }

  template <class Row>
  void indexed() {
    each<Row>(Inbox<Row>::table, [this](Entry const& entry, Row const& row) {
      demand(number_key(Inbox<Row>::number(row)).view() == entry.key, Inbox<Row>::table, entry.key,
             "it stands under another row's key");
      demand(exists(Inbox<Row>::index, index_key(row)), Inbox<Row>::table, entry.key,
             "it is missing in its index");
    });
    each<IndexRow>(Inbox<Row>::index, [this](Entry const& entry, IndexRow const&) {
      auto const row =
          transaction_.find<Row>(Inbox<Row>::table, number_key(trailing_number(entry.key)));
      demand(row && index_key(*row).view() == entry.key, Inbox<Row>::index, entry.key,
             "its row does not exist or belongs elsewhere");
    });
  }

  void counts() {
    auto counted = tally(transaction_, false);
    each<MappingCounts>(Table::counts, [&](Entry const& entry, MappingCounts const& stored) {
      auto const node = counted.extract(leading_u32(entry.key));
      auto const actual = node.empty() ? MappingCounts{} : node.mapped();
      for (auto const counter : kCounters)
        demand(stored.*counter == actual.*counter, Table::counts, entry.key,
               "a counter differs from the rows");
    });
    for (auto const& [mapping, actual] : counted)
      for (auto const counter : kCounters)
        demand(actual.*counter == 0, Table::counts, mapping_key(mapping), "it is missing");
  }

  Transaction const& transaction_;
};

}  // namespace

void verify_all(Transaction const& transaction) {
  Verifier(transaction).run();
}

}  // namespace crmsync::state::lmdb
