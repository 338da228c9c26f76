// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/json.hpp"

#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::size_t kDepthMax = 64;

// Stands between the reader and the document, and ends the parse at what the document would accept
// but nobody should send.
class Guard {
 public:
  explicit Guard(rapidjson::Document& document) : document_(document) {}

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(std::int64_t value) { return document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool RawNumber(char const* text, rapidjson::SizeType size, bool copy) {
    return document_.RawNumber(text, size, copy);
  }
  bool String(char const* text, rapidjson::SizeType size, bool copy) {
    return document_.String(text, size, copy);
  }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool Key(char const* text, rapidjson::SizeType size, bool copy) {
    return keys_.back().emplace(text, size).second && document_.Key(text, size, copy);
  }
  bool EndObject(rapidjson::SizeType count) {
    keys_.pop_back();
    return document_.EndObject(count);
  }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) {
    keys_.pop_back();
    return document_.EndArray(count);
  }

 private:
  bool enter() {
    keys_.emplace_back();
    return keys_.size() <= kDepthMax;
  }

  rapidjson::Document& document_;
  std::vector<std::set<std::string, std::less<>>> keys_;
};

}  // namespace

std::optional<std::size_t> Json::parse(std::string_view text, Json& out) {
  constexpr unsigned flags = rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  rapidjson::ParseResult result;
  auto const generate = [&](rapidjson::Document& document) {
    Guard guard(document);
    result = reader.Parse<flags>(stream, guard);
    return !result.IsError();
  };
  out.document_.Populate(generate);
  if (result.IsError()) return result.Offset();
  return std::nullopt;
}

JsonValue const* member(JsonValue const& value, std::string_view name) noexcept {
  if (!value.IsObject()) return nullptr;
  for (auto const& entry : value.GetObject())
    if (std::string_view(entry.name.GetString(), entry.name.GetStringLength()) == name)
      return &entry.value;
  return nullptr;
}

std::optional<std::string> text_of(JsonValue const& value) {
  if (value.IsString()) return std::string(value.GetString(), value.GetStringLength());
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  return std::nullopt;
}

std::optional<std::string> text_member(JsonValue const& value, std::string_view name) {
  auto const* found = member(value, name);
  if (!found) return std::nullopt;
  return text_of(*found);
}

std::string text_or(JsonValue const& value, std::string_view name, std::string_view otherwise) {
  return text_member(value, name).value_or(std::string(otherwise));
}

std::optional<std::int64_t> integer_member(JsonValue const& value, std::string_view name) {
  auto const text = text_member(value, name);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

bool flag_member(JsonValue const& value, std::string_view name, bool otherwise) {
  auto const text = text_member(value, name);
  if (!text) return otherwise;
  return *text == "true";
}

std::vector<std::string> texts_member(JsonValue const& value, std::string_view name) {
  std::vector<std::string> texts;
  for (auto const* item : items_member(value, name))
    if (auto text = text_of(*item)) texts.push_back(std::move(*text));
  return texts;
}

std::vector<JsonValue const*> items_member(JsonValue const& value, std::string_view name) {
  std::vector<JsonValue const*> items;
  auto const* found = member(value, name);
  if (!found || !found->IsArray()) return items;
  for (auto const& item : found->GetArray()) items.push_back(&item);
  return items;
}

JsonOut& JsonOut::key(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

JsonOut& JsonOut::text(std::string_view value) {
  writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  return *this;
}

JsonOut& JsonOut::raw(std::string_view json) {
  writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

}  // namespace crmsync::connectors::simulator::faces
