// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/json.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>

namespace crmsync::connectors::hubspot::wire {

namespace {

// Everything goes through to the document, except that nesting is counted on the way (the iterative
// parser would build any depth, and later visits of such a tree would not survive it) and that
// texts are checked.
class DepthGuard {
 public:
  DepthGuard(rapidjson::Document& document, int depth_max)
      : document_(document), depth_max_(depth_max) {}

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(std::int64_t value) { return document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool RawNumber(char const* text, rapidjson::SizeType length, bool) {
    return document_.RawNumber(text, length, true);
  }
  bool String(char const* text, rapidjson::SizeType length, bool) {
    return check(text, length) && document_.String(text, length, true);
  }
  bool Key(char const* text, rapidjson::SizeType length, bool) {
    return check(text, length) && document_.Key(text, length, true);
  }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool EndObject(rapidjson::SizeType count) {
    --depth_;
    return document_.EndObject(count);
  }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    return document_.EndArray(count);
  }

  // Why it stopped the parser.
  std::string const& reason() const { return reason_; }

 private:
  bool enter() {
    if (++depth_ <= depth_max_) return true;
    reason_ = "it is nested deeper than " + std::to_string(depth_max_);
    return false;
  }
  // The reader checks what is written plainly, but lets the escape of half a character pass.
  bool check(char const* text, rapidjson::SizeType length) {
    if (is_valid_utf8({text, length})) return true;
    reason_ = "it holds half a character";
    return false;
  }

  rapidjson::Document& document_;
  int depth_max_;
  int depth_ = 0;
  std::string reason_;
};

std::string_view name_of(rapidjson::Value::Member const& member) {
  return {member.name.GetString(), member.name.GetStringLength()};
}

bool names_are_unique(rapidjson::Value const& object) {
  std::vector<std::string_view> names;
  names.reserve(object.MemberCount());
  for (auto it = object.MemberBegin(); it != object.MemberEnd(); ++it)
    names.push_back(name_of(*it));
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

// Depth is bounded by the guard above; the list of places still to look at is our own.
bool all_names_are_unique(rapidjson::Value const& root) {
  std::vector<rapidjson::Value const*> open{&root};
  while (!open.empty()) {
    auto const* value = open.back();
    open.pop_back();
    if (value->IsArray()) {
      for (auto const& item : value->GetArray())
        if (item.IsObject() || item.IsArray()) open.push_back(&item);
      continue;
    }
    if (!value->IsObject()) continue;
    if (!names_are_unique(*value)) return false;
    for (auto const& member : value->GetObject())
      if (member.value.IsObject() || member.value.IsArray()) open.push_back(&member.value);
  }
  return true;
}

}  // namespace

std::optional<std::string_view> JsonView::text() const noexcept {
  if (value_ == nullptr || !value_->IsString()) return std::nullopt;
  return std::string_view(value_->GetString(), value_->GetStringLength());
}

std::string JsonView::text_or_empty() const {
  auto const found = text();
  return found ? std::string(*found) : std::string();
}

std::optional<std::int64_t> JsonView::integer() const noexcept {
  auto const found = text();
  if (!found) return std::nullopt;
  return parse_integer(*found);
}

JsonView JsonView::operator[](std::string_view name) const noexcept {
  if (!is_object()) return {};
  for (auto it = value_->MemberBegin(); it != value_->MemberEnd(); ++it)
    if (name_of(*it) == name) return JsonView(&it->value);
  return {};
}

std::span<rapidjson::Value const> JsonView::items() const noexcept {
  if (!is_array()) return {};
  return {value_->Begin(), value_->Size()};
}

std::vector<std::pair<std::string_view, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string_view, JsonView>> result;
  if (!is_object()) return result;
  result.reserve(value_->MemberCount());
  for (auto it = value_->MemberBegin(); it != value_->MemberEnd(); ++it)
    result.emplace_back(name_of(*it), JsonView(&it->value));
  return result;
}

engine::Result<JsonDocument> JsonDocument::parse(std::string_view text, JsonLimits const& limits) {
  using engine::Errc;
  if (text.size() > limits.bytes_max)
    return engine::make_error(Errc::corrupt, "read JSON",
                              "it is longer than " + std::to_string(limits.bytes_max) + " bytes");
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  JsonDocument result;
  rapidjson::ParseResult outcome;
  std::string stopped;
  // The encoded stream ends at the view's end, so that a NUL byte inside it is an error and no end.
  auto generate = [&](rapidjson::Document& document) {
    rapidjson::MemoryStream bytes(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    rapidjson::Reader reader;
    DepthGuard guard(document, limits.depth_max);
    outcome = reader.Parse<kFlags>(stream, guard);
    stopped = guard.reason();
    if (!outcome.IsError() && bytes.Tell() < text.size())
      outcome = rapidjson::ParseResult(rapidjson::kParseErrorDocumentRootNotSingular, bytes.Tell());
    return !outcome.IsError();
  };
  result.document_.Populate(generate);
  if (outcome.IsError()) {
    std::string const reason = outcome.Code() == rapidjson::kParseErrorTermination
                                   ? stopped
                                   : std::string(rapidjson::GetParseError_En(outcome.Code()));
    return engine::make_error(Errc::corrupt, "read JSON",
                              "at byte " + std::to_string(outcome.Offset()) + ": " + reason);
  }
  if (!all_names_are_unique(result.document_))
    return engine::make_error(Errc::corrupt, "read JSON", "an object has the same key twice");
  return result;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  auto const* end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool is_valid_utf8(std::string_view text) noexcept {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::StringBuffer sink;
  while (bytes.Tell() < text.size()) {
    sink.Clear();
    if (!rapidjson::UTF8<>::Validate(bytes, sink)) return false;
  }
  return true;
}

JsonWriter& JsonWriter::begin_object() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  writer_.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::texts(std::span<std::string const> values) {
  begin_array();
  for (auto const& value : values) text(value);
  return end_array();
}

JsonWriter& JsonWriter::pair(std::string_view name, std::string_view value) {
  return key(name).text(value);
}

}  // namespace crmsync::connectors::hubspot::wire
