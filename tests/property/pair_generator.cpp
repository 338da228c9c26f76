// SPDX-License-Identifier: Apache-2.0
#include "tests/property/pair_generator.hpp"

#include <array>
#include <cstdlib>
#include <sstream>

namespace crmsync::property {

using namespace engine;

namespace {

enum class Domain { text, number, set, date, stamp, mixed };

Value text(char const* value) {
  return std::string(value);
}
Value number(std::int64_t value) {
  return value;
}
Value set(std::vector<std::string> items) {
  return StringSet(std::move(items));
}

std::vector<Value> const& values_of(Domain domain) {
  static std::vector<Value> const texts = {Null{},     text(""),    text(" "),       text("a"),
                                           text("bb"), text("ccc"), text("customer")};
  static std::vector<Value> const numbers = {Null{},    number(-3), number(0),
                                             number(1), number(2),  number(10)};
  static std::vector<Value> const sets = {Null{},     set({}),         set({"x"}),
                                          set({"y"}), set({"x", "y"}), set({"y", "z"})};
  static std::vector<Value> const dates = {Null{}, Date{2024, 2, 29}, Date{2024, 3, 1},
                                           Date{2025, 1, 1}};
  static std::vector<Value> const stamps = {Null{}, Timestamp{5}, Timestamp{6}, Timestamp{-1}};
  static std::vector<Value> const mixed = {Null{},   number(1), text("a"),    set({"x"}),
                                           text(""), true,      Reference{4}, Date{2024, 3, 1}};
  switch (domain) {
    case Domain::text:
      return texts;
    case Domain::number:
      return numbers;
    case Domain::set:
      return sets;
    case Domain::date:
      return dates;
    case Domain::stamp:
      return stamps;
    case Domain::mixed:
      break;
  }
  return mixed;
}

template <class Enum>
Enum one_of(Random& random, std::initializer_list<Enum> all) {
  return *(all.begin() + random.below(all.size()));
}

class Generator {
 public:
  Generator(Random& random, bool living_only) : random_(random), living_only_(living_only) {}

  Case run() {
    make_pair();
    auto const count = random_.chance(60) ? 1 : 1 + random_.below(4);
    for (std::size_t i = 0; i < count; ++i) add_field(i);
    return std::move(out_);
  }

 private:
  void make_pair() {
    auto& input = out_.input;
    auto& rules = out_.rules;
    input.link = LinkState::linked;
    input.app = input.crm = Presence::present;
    input.link_is_new = random_.chance(30);
    rules.initial = one_of(random_, {InitialPrefer::app, InitialPrefer::crm, InitialPrefer::newest,
                                     InitialPrefer::ask});
    rules.skew_bound_micros = 2;
    rules.presence.create = one_of(random_, {CreateMode::none, CreateMode::app_to_crm,
                                             CreateMode::crm_to_app, CreateMode::both});
    rules.presence.app_deleted = delete_rule();
    rules.presence.crm_deleted = delete_rule();
    rules.presence.versus_edit =
        one_of(random_, {VersusEdit::edit_wins, VersusEdit::delete_wins, VersusEdit::ask});
    if (living_only_ || random_.chance(70)) return;
    input.link = one_of(random_, {LinkState::none, LinkState::none, LinkState::linked,
                                  LinkState::linked, LinkState::linked, LinkState::dormant,
                                  LinkState::detached, LinkState::tombstone});
    input.app = presence();
    input.crm = presence();
  }

  DeleteRule delete_rule() {
    return one_of(random_, {DeleteRule::propagate, DeleteRule::propagate, DeleteRule::unlink,
                            DeleteRule::ignore});
  }

  Presence presence() {
    return one_of(random_, {Presence::present, Presence::present, Presence::deleted,
                            Presence::unknown, Presence::none});
  }

  void add_field(std::size_t i) {
    auto const domain = one_of(random_, {Domain::text, Domain::text, Domain::number, Domain::number,
                                         Domain::set, Domain::date, Domain::stamp, Domain::mixed});
    values_ = &values_of(domain);
    out_.rules.fields.push_back(field_rule(i));
    out_.input.fields.push_back(field_input());
  }

  FieldRule field_rule(std::size_t i) {
    FieldRule rule;
    rule.name = "field" + std::to_string(i);
    if (random_.chance(25))
      rule.direction = random_.chance(50) ? Direction::to_crm : Direction::to_app;
    if (random_.chance(25)) rule.blank = BlankMode::value;
    rule.drift = one_of(random_, {Drift::report, Drift::overwrite, Drift::keep});
    if (random_.chance(35)) rule.group = random_.chance(75) ? "g" : "h";
    rule.chain = chain_of(rule.group);
    return rule;
  }

  // One chain for all of a group, so that the order of fields cannot matter.
  std::vector<Policy> chain_of(std::string const& group) {
    if (!group.empty())
      for (auto const& rule : out_.rules.fields)
        if (rule.group == group) return rule.chain;
    std::vector<Policy> chain;
    for (auto length = random_.below(4); length > 0; --length) {
      auto const& row = policy_table()[random_.below(policy_table().size())];
      chain.push_back({row.kind, {}});
      if (row.takes_order) chain.back().order = {"a", "customer", "bb"};
    }
    return chain;
  }

  Value value() { return (*values_)[random_.below(values_->size())]; }
  Value near(FieldValue const& old, int percent_same) {
    return old && random_.chance(percent_same) ? *old : value();
  }

  FieldInput field_input() {
    FieldInput in;
    if (random_.chance(80)) in.status = BaseStatus::settled;
    in.base.app = value();
    in.base.crm = near(in.base.app, 80);
    in.app = near(in.base.app, 45);
    in.crm = near(in.base.crm, 45);
    if (random_.chance(10)) make_owed(in);
    if (random_.chance(60)) in.app_changed = interval();
    if (random_.chance(60)) in.crm_changed = interval();
    if (living_only_) return in;
    in.after_crash = random_.chance(10);
    in.asked = random_.chance(10);
    in.app_lost_data = random_.chance(4);
    in.crm_lost_data = random_.chance(4);
    if (random_.chance(4)) in.base.app.reset();
    if (random_.chance(4)) in.base.crm.reset();
    if (random_.chance(4)) make_unknown(in.app, in.app_problem);
    if (random_.chance(4)) make_unknown(in.crm, in.crm_problem);
    if (random_.chance(6)) in.answer = near(random_.chance(50) ? in.app : in.crm, 60);
    return in;
  }

  void make_unknown(FieldValue& side, std::string& problem) {
    side.reset();
    if (random_.chance(50)) problem = "unknown label";
  }

  ChangeInterval interval() {
    auto const begin = static_cast<std::int64_t>(random_.below(12));
    return {{begin},
            {begin + static_cast<std::int64_t>(random_.below(4)) - (random_.chance(5) ? 1 : 0)}};
  }

  // A decision on its way: consumed, received and moved on in all combinations.
  void make_owed(FieldInput& in) {
    in.status = BaseStatus::owed;
    OwedDecision decision;
    if (random_.chance(70)) decision.base = in.base;
    decision.consumed_app = value();
    decision.consumed_crm = value();
    decision.result = value();
    decision.owed_app = random_.chance(75);
    decision.owed_crm = random_.chance(75);
    decision.fired = PolicyKind::merge_set;
    if (random_.chance(40)) in.app = decision.consumed_app;
    if (random_.chance(40)) in.crm = decision.consumed_crm;
    if (random_.chance(25)) in.app = decision.result;
    if (random_.chance(25)) in.crm = decision.result;
    in.owed = std::move(decision);
  }

  Random& random_;
  bool living_only_;
  Case out_;
  std::vector<Value> const* values_ = nullptr;
};

void describe_field(std::ostream& out, FieldRule const& rule, FieldInput const& in) {
  out << "  " << rule.name << " " << to_string(rule.direction) << " group=" << rule.group
      << " blank=" << (rule.blank == BlankMode::value ? "value" : "absence")
      << " drift=" << static_cast<int>(rule.drift) << " chain=[";
  for (auto const& policy : rule.chain) out << to_string(policy.kind) << " ";
  out << "]\n    status=" << static_cast<int>(in.status) << " base=" << display(in.base.app) << "/"
      << display(in.base.crm) << " app=" << display(in.app) << " " << in.app_problem
      << " crm=" << display(in.crm) << " " << in.crm_problem;
  if (in.answer) out << " answer=" << display(*in.answer);
  if (in.after_crash) out << " after_crash";
  if (in.asked) out << " asked";
  if (in.app_lost_data) out << " app_lost_data";
  if (in.crm_lost_data) out << " crm_lost_data";
  for (auto const* when : {&in.app_changed, &in.crm_changed})
    if (*when) out << " [" << (*when)->earliest.micros << "," << (*when)->latest.micros << "]";
  if (in.owed)
    out << "\n    owed base=" << display(in.owed->base.app) << "/" << display(in.owed->base.crm)
        << " consumed=" << display(in.owed->consumed_app) << "/" << display(in.owed->consumed_crm)
        << " result=" << display(in.owed->result) << " app=" << in.owed->owed_app
        << " crm=" << in.owed->owed_crm;
  out << "\n";
}

}  // namespace

std::uint64_t Random::next() {
  if (chosen_) {
    if (choices_.empty()) return 0;
    auto const choice = choices_.front();
    choices_ = choices_.subspan(1);
    return choice;
  }
  state_ += 0x9E3779B97F4A7C15ULL;
  auto z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

Case random_case(Random& random, bool living_only) {
  return Generator(random, living_only).run();
}

std::uint64_t case_count() {
  if (auto const* given = std::getenv("CRMSYNC_CASES"))
    if (auto const count = std::strtoull(given, nullptr, 10); count > 0) return count;
#ifdef CRMSYNC_SANITIZED
  return 50'000;
#else
  return 1'000'000;
#endif
}

std::uint64_t first_seed() {
  auto const* given = std::getenv("CRMSYNC_SEED");
  return given == nullptr ? 20'260'101 : std::strtoull(given, nullptr, 10);
}

std::string describe(Case const& one) {
  std::ostringstream out;
  out << "link=" << to_string(one.input.link) << " app=" << to_string(one.input.app)
      << " crm=" << to_string(one.input.crm) << " new=" << one.input.link_is_new
      << " prefer=" << static_cast<int>(one.rules.initial)
      << " create=" << to_string(one.rules.presence.create)
      << " versus=" << static_cast<int>(one.rules.presence.versus_edit) << "\n";
  for (std::size_t i = 0; i < one.rules.fields.size(); ++i)
    describe_field(out, one.rules.fields[i], one.input.fields[i]);
  return out.str();
}

std::string describe(PairPlan const& plan) {
  std::ostringstream out;
  out << to_string(plan.presence) << "\n";
  for (auto const& field : plan.fields)
    out << "  " << to_string(field.action) << " " << display(field.value) << " ("
        << to_string(field.merge) << ", " << field.decided_by << ") " << field.reason
        << (field.clears ? " clears" : "") << "\n";
  return out.str();
}

}  // namespace crmsync::property
