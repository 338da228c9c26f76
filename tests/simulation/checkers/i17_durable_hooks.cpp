// I17: a webhook that was answered 2xx is durable at that instant, and each record that it names
// is marked in the same transaction.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>

namespace crmsync::simulation {

namespace {

class DurableHooks final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& hook : commit.webhooks) {
      ++stored_[hook.body];
      auto const words = words_of(hook.body);
      for (std::size_t i = 1; i < words.size(); ++i) {  // the first says what happened
        ++court.checks;
        bool const marked = words[i].empty() || std::ranges::any_of(commit.intake, [&](auto& row) {
                              return row.side == Side::crm && row.key == words[i];
                            });
        if (!marked)
          court.fail("I17", "a webhook is stored, but record " + words[i] + " is not marked",
                     {words[i]});
      }
    }
  }

  void hook_answered(Court const& court, std::string const& body, int status) override {
    if (status / 100 != 2) return;
    ++court.checks;
    if (++accepted_[body] > stored_[body])
      court.fail("I17", "a webhook was answered " + std::to_string(status) + " and is not durable",
                 {words_of(body).at(1)});
  }

 private:
  static std::vector<std::string> words_of(std::string_view body) {
    std::vector<std::string> words(1);
    for (char const c : body) {
      if (c == ' ')
        words.emplace_back();
      else
        words.back() += c;
    }
    return words;
  }

  std::map<std::string, std::uint64_t> stored_, accepted_;
};

}  // namespace

std::unique_ptr<Checker> check_durable_hooks() {
  return std::make_unique<DurableHooks>();
}

}  // namespace crmsync::simulation
