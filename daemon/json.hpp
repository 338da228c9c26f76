// Writing JSON answers: a thin, typed layer over RapidJSON's writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::daemon {

class Json {
 public:
  Json() : writer_(buffer_) {}

  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void text(std::string_view value) {
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  void number(std::uint64_t value) { writer_.Uint64(value); }
  void number(double value) { writer_.Double(value); }
  void boolean(bool value) { writer_.Bool(value); }
  void null() { writer_.Null(); }

  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void member(std::string_view name, char const* value) { member(name, std::string_view(value)); }
  void member(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) void member(std::string_view name, Number value) {
    key(name);
    number(static_cast<std::uint64_t>(value));
  }
  void member(std::string_view name, double value) {
    key(name);
    number(value);
  }
  void member(std::string_view name, engine::Timestamp at) {
    key(name);
    at.micros == 0 ? null() : text(engine::format_timestamp(at));
  }
  // Unknown is left out: absent is not null.
  void value_member(std::string_view name, engine::FieldValue const& value) {
    if (!value) return;
    key(name);
    if (std::holds_alternative<engine::Null>(*value))
      null();
    else
      text(engine::display(*value));
  }

  std::string str() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

}  // namespace crmsync::daemon
