// SPDX-License-Identifier: Apache-2.0
#include "daemon/first_base.hpp"

namespace crmsync::daemon {

using engine::FieldAction;
using engine::Side;

void adopt_blanks(mappings::Mapping const& mapping, Pair const& pair, Side made,
                  engine::Record const& stored, state::BaseRow& base) {
  auto const* seen = pair.seen(engine::other(made));
  if (seen == nullptr) return;
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    auto const& field = mapping.fields[i];
    if (pair.plan.fields.size() > i && pair.plan.fields[i].action != FieldAction::none) continue;
    auto const source = native_part(field, engine::other(made), seen->fields);
    if (!source) continue;
    auto target = native_part(field, made, stored);
    if (!target) {
      target.emplace();
      for (auto const& name : native_names(field, made)) target->set(name, engine::Null{});
    }
    auto const a = mapping.to_canonical(engine::other(made), i, *source).value;
    auto const b = mapping.to_canonical(made, i, *target).value;
    if (!a || !b || !(mapping.comparable(i, *a) == mapping.comparable(i, *b))) continue;
    (made == Side::app ? base.app : base.crm).overlay(*target);
    (made == Side::app ? base.crm : base.app).overlay(*source);
  }
}

void mark_unfinished(mappings::Mapping const& mapping, state::BaseRow& base) {
  for (auto const& field : mapping.fields) {
    bool const based = native_part(field, Side::app, base.app).has_value() &&
                       native_part(field, Side::crm, base.crm).has_value();
    if (!based) mark_for(base, field.name).status = engine::BaseStatus::unadopted;
  }
}

}  // namespace crmsync::daemon
