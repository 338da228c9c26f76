// Reading and writing JSON that somebody else controls. Parsing does not recurse, is bounded in
// size and depth, checks UTF-8, refuses a key that appears twice, and keeps every number as the
// text it was sent as.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

// A place in a document that may not be there. Asking for more from nothing gives nothing, so that
// an answer in which every key is optional needs no ladder of checks.
class JsonView {
 public:
  JsonView() = default;
  explicit JsonView(rapidjson::Value const* value) noexcept : value_(value) {}

  bool exists() const noexcept { return value_ != nullptr; }
  bool is_null() const noexcept { return value_ != nullptr && value_->IsNull(); }
  bool is_object() const noexcept { return value_ != nullptr && value_->IsObject(); }
  bool is_array() const noexcept { return value_ != nullptr && value_->IsArray(); }
  bool is_true() const noexcept { return value_ != nullptr && value_->IsTrue(); }
  // Strings and numbers alike: vendors send ids as both.
  std::optional<std::string_view> text() const noexcept;
  std::string text_or_empty() const;
  // A whole number, written as number or as string.
  std::optional<std::int64_t> integer() const noexcept;

  JsonView operator[](std::string_view name) const noexcept;
  // Empty when this is no array.
  std::span<rapidjson::Value const> items() const noexcept;
  // Empty when this is no object.
  std::vector<std::pair<std::string_view, JsonView>> members() const;

 private:
  rapidjson::Value const* value_ = nullptr;
};

struct JsonLimits {
  std::size_t bytes_max = 32u << 20;
  int depth_max = 64;
};

class JsonDocument {
 public:
  // corrupt: no JSON, too deep, too long, a key twice, broken UTF-8. The detail names the position
  // and never quotes the text.
  static engine::Result<JsonDocument> parse(std::string_view text, JsonLimits const& limits = {});
  JsonView root() const noexcept { return JsonView(&document_); }

 private:
  rapidjson::Document document_;
};

// Whole text as a decimal integer in range; nothing else.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;
bool is_valid_utf8(std::string_view text) noexcept;

// Builds compact JSON. Names and texts must be valid UTF-8 (checked by the caller for values).
class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& texts(std::span<std::string const> values);
  // key + text
  JsonWriter& pair(std::string_view name, std::string_view value);
  std::string str() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace crmsync::connectors::hubspot::wire
