// conflict: a word, a list of words, or {furthest: [...]}.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

class ChainReader {
 public:
  ChainReader(std::string const& shown, Report& report) : shown_(shown), report_(report) {}

  std::vector<engine::Policy> take() { return std::move(chain_); }

  void read(YamlNode const& node) {
    if (!node.is_sequence()) return read_link(node);
    if (node.items.empty())
      report_.error("M217", node.at, "`" + shown_ + "` is empty",
                    "name a policy, or remove the key to ask a person");
    for (auto const& item : node.items) read_link(item);
  }

 private:
  void read_link(YamlNode const& node) {
    if (!chain_.empty() && chain_.back().kind == engine::PolicyKind::ask)
      report_.warning("M219", node.at, "nothing after `ask` is ever tried",
                      "put `ask` last, or leave it out");
    if (node.is_scalar()) return read_word(node.text, node.at, nullptr);
    if (node.is_map() && node.keys.size() == 1)
      return read_word(node.keys[0].text, node.keys[0].at, &node.items[0]);
    report_.error("M203", node.at, "`" + shown_ + "` is no chain of policies",
                  "write a policy, a list of them, or {furthest: [first, ..., last]}");
  }

  void read_word(std::string const& word, Position at, YamlNode const* order) {
    auto const* row = engine::find_policy(word);
    if (row == nullptr) {
      std::vector<std::string_view> known;
      for (auto const& candidate : engine::policy_table()) known.push_back(candidate.name);
      report_.error("M210", at, "unknown policy `" + word + "` in " + shown_, suggest(word, known));
      return;
    }
    engine::Policy policy{row->kind, {}};
    if (row->takes_order != (order != nullptr)) {
      report_.error("M221", at,
                    row->takes_order ? "policy `" + word + "` needs its stages"
                                     : "policy `" + word + "` takes no list",
                    row->takes_order ? "write {" + word + ": [first, ..., last]}"
                                     : "write just `" + word + "`");
      return;
    }
    if (order != nullptr && !read_order(*order, policy)) return;
    chain_.push_back(std::move(policy));
  }

  bool read_order(YamlNode const& node, engine::Policy& policy) {
    for (auto const& item : node.items) {
      bool const again =
          std::find(policy.order.begin(), policy.order.end(), item.text) != policy.order.end();
      if (!item.is_scalar() || item.text.empty() || again) {
        report_.error("M221", item.at, "every stage is one word, named once",
                      "write [first, ..., last]");
        return false;
      }
      policy.order.push_back(item.text);
    }
    if (node.is_sequence() && policy.order.size() >= 2) return true;
    report_.error("M221", node.at, "fewer than two stages", "write [first, ..., last]");
    return false;
  }

  std::string const& shown_;
  Report& report_;
  std::vector<engine::Policy> chain_;
};

}  // namespace

std::vector<engine::Policy> read_chain(YamlNode const& node, std::string const& shown,
                                       Report& report) {
  ChainReader reader(shown, report);
  reader.read(node);
  return reader.take();
}

}  // namespace crmsync::mappings
