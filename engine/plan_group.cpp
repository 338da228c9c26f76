// Fields that belong together take one side or ask: see "Groups" in README.md. Each field was
// planned alone before; what a group decides replaces that.
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_parts.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::engine::planning {

namespace {

class GroupPlanner {
 public:
  GroupPlanner(PairInput const& input, MappingRules const& rules, bool link_is_new,
               std::vector<FieldPlan>& plans)
      : input_(input), rules_(rules), link_is_new_(link_is_new), plans_(plans) {}

  // `first`: the group's first field; its chain is the group's.
  void run(std::size_t first) {
    first_ = first;
    plan_settled_members();
    plan_new_members();
  }

 private:
  using Members = std::vector<std::size_t>;

  FieldCase field(std::size_t i) const {
    return {input_.fields[i], rules_.fields[i], rules_, link_is_new_};
  }

  bool is_member(std::size_t i) const {
    auto const& rule = rules_.fields[i];
    return rule.group == rules_.fields[first_].group && rule.direction == Direction::both &&
           !input_.fields[i].answer;
  }

  // Finds the movers among the members that `belongs` selects. False when a member is unknown: the
  // movers then wait for it.
  template <class Belongs, class Moves>
  bool find_movers(Belongs belongs, Moves moves) {
    movers_.clear();
    std::string const* unknown = nullptr;
    for (std::size_t i = first_; i < rules_.fields.size(); ++i) {
      if (!is_member(i) || !belongs(input_.fields[i])) continue;
      if (!input_.fields[i].app || !input_.fields[i].crm)
        unknown = &rules_.fields[i].name;
      else if (moves(i))
        movers_.push_back(i);
    }
    if (unknown == nullptr) return true;
    for (auto const i : movers_)
      plans_[i] =
          plan_nothing(plans_[i].merge, "group `" + rules_.fields[first_].group + "` waits for `" +
                                            *unknown + "`, which is unknown");
    return false;
  }

  MergeKind kind_of(std::size_t i) const { return judge(field(i), input_.fields[i].base); }

  void plan_settled_members() {
    auto const belongs = [](FieldInput const& in) { return is_adopted(in) && !is_owed(in); };
    auto const moves = [this](std::size_t i) {
      auto const kind = kind_of(i);
      return kind == MergeKind::app_changed || kind == MergeKind::crm_changed ||
             kind == MergeKind::collision;
    };
    if (!find_movers(belongs, moves) || movers_.empty()) return;
    for (auto const side : {Side::app, Side::crm}) {
      auto const lost = std::ranges::any_of(movers_, [&](std::size_t i) {
        return lost_data(input_.fields[i], side) && has_moved(i, side);
      });
      if (lost) return park_movers(std::nullopt, lost_data_reason(side));
    }
    auto const moved_on = [this](Side side) {
      return std::ranges::any_of(movers_, [&](std::size_t i) { return has_moved(i, side); });
    };
    if (!moved_on(Side::app) || !moved_on(Side::crm)) return;
    apply(resolve_group(), "policy");
  }

  bool has_moved(std::size_t i, Side side) const {
    auto const kind = kind_of(i);
    return kind == MergeKind::collision || kind == changed_on(side);
  }

  void plan_new_members() {
    auto const belongs = [this](FieldInput const& in) {
      return (link_is_new_ || in.first_match) && !is_adopted(in) && !is_owed(in);
    };
    auto const moves = [this](std::size_t i) {
      auto const& in = input_.fields[i];
      return !is_same(rules_.fields[i], *in.app, *in.crm);
    };
    if (!find_movers(belongs, moves) || movers_.empty()) return;
    for (auto const filled : {Side::app, Side::crm}) {
      auto const fillable = [&](std::size_t i) {
        auto const& in = input_.fields[i];
        return rules_.fields[i].blank == BlankMode::absence && is_blank(*value_of(in, filled)) &&
               !is_blank(*value_of(in, other(filled)));
      };
      if (!std::ranges::all_of(movers_, fillable)) continue;
      return apply({Keep{other(filled)}, chain().size(), PolicyKind::fill_blank}, "initial");
    }
    auto resolution = resolve_initial(group_collision(movers_.front()), rules_.initial);
    resolution.chain_index = chain().size();
    apply(resolution, "initial");
  }

  std::vector<Policy> const& chain() const { return rules_.fields[first_].chain; }

  // All that the movers' changes on one side span; empty when one of them has no times.
  std::optional<ChangeInterval> span_of(Side side) const {
    std::optional<ChangeInterval> span;
    for (auto const i : movers_) {
      if (is_adopted(input_.fields[i]) && !has_moved(i, side)) continue;
      auto const& in = input_.fields[i];
      auto const& one = side == Side::app ? in.app_changed : in.crm_changed;
      if (!one || one->earliest > one->latest) return std::nullopt;
      if (!span) span = one;
      span->earliest = std::min(span->earliest, one->earliest);
      span->latest = std::max(span->latest, one->latest);
    }
    return span;
  }

  Collision group_collision(std::size_t i) const {
    auto collision = collision_of(field(i), input_.fields[i].base);
    collision.app_changed = span_of(Side::app);
    collision.crm_changed = span_of(Side::crm);
    collision.after_crash = std::ranges::any_of(
        movers_, [this](std::size_t mover) { return input_.fields[mover].after_crash; });
    return collision;
  }

  // What one link of the chain says about all movers: a verdict only if it is the same for each.
  Verdict verdict_of(Policy const& policy) const {
    std::optional<Verdict> common;
    for (auto const i : movers_) {
      auto const one = resolve(group_collision(i), std::span<Policy const>(&policy, 1));
      if (one.chain_index != 0 || std::holds_alternative<Write>(one.verdict)) return Undecided{};
      if (std::holds_alternative<Ask>(one.verdict)) return Ask{};
      if (common && *common != one.verdict) return Undecided{};
      common = one.verdict;
    }
    return common.value_or(Undecided{});
  }

  Resolution resolve_group() const {
    for (std::size_t link = 0; link < chain().size(); ++link) {
      auto verdict = verdict_of(chain()[link]);
      if (!std::holds_alternative<Undecided>(verdict))
        return {std::move(verdict), link, chain()[link].kind};
    }
    return {Ask{}, chain().size(), PolicyKind::ask};
  }

  void apply(Resolution const& resolution, std::string_view decided_by) {
    auto const* keep = std::get_if<Keep>(&resolution.verdict);
    if (keep == nullptr)
      return park_movers(resolution,
                         decided_by == "initial" ? initial_ask_reason(rules_.initial)
                                                 : ask_reason(resolution, chain()),
                         decided_by);
    for (auto const i : movers_) {
      auto const& in = input_.fields[i];
      auto const kind = is_adopted(in) ? kind_of(i) : MergeKind::unadopted;
      plans_[i] = plan_write(field(i), kind, other(keep->side), *value_of(in, keep->side));
      plans_[i].decided_by = decided_by;
      plans_[i].resolution = resolution;
    }
  }

  void park_movers(std::optional<Resolution> const& resolution, std::string const& reason,
                   std::string_view decided_by = {}) {
    for (auto const i : movers_) {
      auto const kind = is_adopted(input_.fields[i]) ? kind_of(i) : MergeKind::unadopted;
      plans_[i] = plan_park(kind, "group `" + rules_.fields[first_].group + "`: " + reason);
      plans_[i].decided_by = decided_by;
      plans_[i].resolution = resolution;
    }
  }

  PairInput const& input_;
  MappingRules const& rules_;
  bool link_is_new_;
  std::vector<FieldPlan>& plans_;
  std::size_t first_ = 0;
  Members movers_;
};

bool is_first_of_group(std::vector<FieldRule> const& fields, std::size_t i) {
  if (fields[i].group.empty() || fields[i].direction != Direction::both) return false;
  for (std::size_t j = 0; j < i; ++j)
    if (fields[j].group == fields[i].group && fields[j].direction == Direction::both) return false;
  return true;
}

}  // namespace

void plan_groups(PairInput const& input, MappingRules const& rules, bool link_is_new,
                 std::vector<FieldPlan>& plans) {
  GroupPlanner planner(input, rules, link_is_new, plans);
  for (std::size_t i = 0; i < rules.fields.size(); ++i)
    if (is_first_of_group(rules.fields, i)) planner.run(i);
}

}  // namespace crmsync::engine::planning
