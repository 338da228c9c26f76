// JSON as the faces read and write it. Parsing does not recurse, is bounded in depth, checks UTF-8,
// refuses a key that appears twice and keeps numbers as the text they were sent as.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::faces {

using JsonValue = rapidjson::Value;

class Json {
 public:
  // The position of the first error when it is no JSON (or too deep, or has a key twice).
  static std::optional<std::size_t> parse(std::string_view text, Json& out);
  JsonValue const& root() const noexcept { return document_; }

 private:
  rapidjson::Document document_;
};

// Null when `value` is no object or has no such member.
JsonValue const* member(JsonValue const& value, std::string_view name) noexcept;
// Strings, numbers and booleans as text; empty for anything else, null included.
std::optional<std::string> text_of(JsonValue const& value);
std::optional<std::string> text_member(JsonValue const& value, std::string_view name);
std::string text_or(JsonValue const& value, std::string_view name, std::string_view otherwise);
std::optional<std::int64_t> integer_member(JsonValue const& value, std::string_view name);
bool flag_member(JsonValue const& value, std::string_view name, bool otherwise);
// The texts of an array member; nothing when it is not there.
std::vector<std::string> texts_member(JsonValue const& value, std::string_view name);
// The elements of an array member; nothing when it is not there.
std::vector<JsonValue const*> items_member(JsonValue const& value, std::string_view name);

// Compact output. Member functions return *this, so that an object reads as one sentence.
class JsonOut {
 public:
  JsonOut() : writer_(buffer_) {}
  JsonOut& open() { return writer_.StartObject(), *this; }
  JsonOut& close() { return writer_.EndObject(), *this; }
  JsonOut& open_list() { return writer_.StartArray(), *this; }
  JsonOut& close_list() { return writer_.EndArray(), *this; }
  JsonOut& key(std::string_view name);
  JsonOut& text(std::string_view value);
  JsonOut& number(std::int64_t value) { return writer_.Int64(value), *this; }
  JsonOut& flag(bool value) { return writer_.Bool(value), *this; }
  JsonOut& null() { return writer_.Null(), *this; }
  JsonOut& pair(std::string_view name, std::string_view value) { return key(name).text(value); }
  // Without these a literal would be taken for a flag and an id for a character.
  JsonOut& pair(std::string_view name, char const* value) { return key(name).text(value); }
  JsonOut& pair(std::string_view name, bool value) { return key(name).flag(value); }
  JsonOut& count(std::string_view name, std::int64_t value) { return key(name).number(value); }
  // A finished JSON text as one value.
  JsonOut& raw(std::string_view json);
  std::string str() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace crmsync::connectors::simulator::faces
