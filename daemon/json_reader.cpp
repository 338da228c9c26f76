// SPDX-License-Identifier: Apache-2.0
#include "daemon/json_reader.hpp"

#include "mappings/utf8.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <utility>

namespace crmsync::daemon {

namespace {

// SAX handler: false stops the parser, so nesting never grows a stack.
class FlatHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, FlatHandler> {
 public:
  FlatObject object;

  bool Null() { return put(""); }
  bool Bool(bool value) { return put(value ? "true" : "false"); }
  bool RawNumber(char const* text, rapidjson::SizeType size, bool) { return put({text, size}); }
  bool String(char const* text, rapidjson::SizeType size, bool) {
    return whole({text, size}) && put({text, size});
  }
  bool StartObject() { return depth_++ == 0; }
  bool Key(char const* text, rapidjson::SizeType size, bool) {
    key_.assign(text, size);
    return whole(key_) && !object.contains(key_);
  }
  bool EndObject(rapidjson::SizeType) { return true; }
  bool StartArray() { return false; }
  bool EndArray(rapidjson::SizeType) { return false; }
  bool Default() { return false; }

 private:
  // The reader checks what is written plainly, but lets the escape of half a character pass.
  static bool whole(std::string_view text) {
    return mappings::first_invalid_utf8(text) == std::string_view::npos;
  }
  bool put(std::string value) {
    if (depth_ != 1) return false;
    return object.emplace(key_, std::move(value)).second;
  }

  std::string key_;
  int depth_ = 0;
};

}  // namespace

engine::Result<FlatObject> read_flat_object(std::string_view body) {
  if (body.empty()) return FlatObject{};
  rapidjson::MemoryStream stream(body.data(), body.size());
  rapidjson::Reader reader;
  FlatHandler handler;
  constexpr auto kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                          rapidjson::kParseNumbersAsStringsFlag;
  auto const result = reader.Parse<kFlags>(stream, handler);
  // A zero byte ends the text for the parser, not for us.
  if (result.IsError() || stream.Tell() != body.size())
    return engine::make_error(
        engine::Errc::invalid_value, "request body",
        "not a flat JSON object (offset " +
            std::to_string(result.IsError() ? result.Offset() : stream.Tell()) + ")",
        "send an object of strings, without nesting or repeated keys");
  return std::move(handler.object);
}

}  // namespace crmsync::daemon
