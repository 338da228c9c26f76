// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/schema_cache.hpp"

#include "connectors/hubspot/wire/webhook.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot {

namespace {

constexpr std::chrono::seconds kRefreshPause{10};

bool is_standard(std::string const& object) {
  auto const names = wire::standard_objects();
  return std::find(names.begin(), names.end(), wire::canonical_object(object)) != names.end();
}

}  // namespace

bool SchemaCache::worth_refreshing() const {
  return !read_at_ || account_.runtime().steady_now() - *read_at_ >= kRefreshPause;
}

engine::Error SchemaCache::unknown_object(engine::Error const& cause) const {
  auto const near = wire::nearest_name(object_, wire::standard_objects());
  std::string hint = near.empty() ? "name a standard object, or a custom one as `2-<number>` or "
                                    "by its name"
                                  : "did you mean `" + near + "`?";
  return engine::make_error(engine::Errc::invalid_schema, "hubspot: object `" + object_ + "`",
                            cause.detail.empty() ? "no such object type" : cause.detail,
                            std::move(hint));
}

Task<engine::Result<TablePtr>> SchemaCache::get() {
  if (table_) co_return table_;
  auto result = co_await refresh();
  co_return result;
}

Task<engine::Result<TablePtr>> SchemaCache::refresh() {
  if (!wire::is_object_name(object_)) co_return unknown_object({});
  Call call{.route = wire::RouteId::properties, .object = object_, .doing = "read properties of"};
  auto answer = co_await account_.ask(call);
  if (!answer) co_return answer.error();
  if (answer->status / 100 != 2) {
    auto error = account_.failure(*answer, call);
    bool const unknown =
        error.code == engine::Errc::not_found || error.code == engine::Errc::invalid_value;
    if (unknown) co_return unknown_object(error);
    co_return error;
  }
  auto table = wire::parse_properties(answer->body);
  if (!table) co_return table.error();
  bool const first = !table_;
  table_ = std::make_shared<wire::PropertyTable const>(std::move(*table));
  read_at_ = account_.runtime().steady_now();
  account_.learn_alias(wire::canonical_object(object_), object_);
  if (first && !is_standard(object_)) co_await learn_type_id();
  co_return table_;
}

Task<void> SchemaCache::learn_type_id() {
  Call call{.route = wire::RouteId::object_schema, .object = object_, .doing = "read schema of"};
  auto answer = co_await account_.expect(call);
  if (!answer) co_return;
  auto document = wire::JsonDocument::parse(answer->body);
  if (!document) co_return;
  auto const type_id = document->root()["objectTypeId"].text_or_empty();
  if (wire::is_object_name(type_id)) account_.learn_alias(type_id, object_);
}

}  // namespace crmsync::connectors::hubspot
