// The two directions of the codec. One list of fields per row (codec_fields.hpp) runs through
// either, so that writing and reading cannot drift apart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/record.hpp"
#include "state/codec_enums.hpp"
#include "state/stored_rows.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace crmsync::state {

template <class T>
concept StoredEnum = std::is_enum_v<T>;

class RowWriter {
 public:
  static constexpr bool kReads = false;

  RowWriter(std::string& out, std::uint8_t version) : out_(out), version_(version) {}
  std::uint8_t version() const noexcept { return version_; }  // of the row that is written

  template <class... T>
  void operator()(T const&... items) {
    (put(items), ...);
  }
  // False once a value could not be stored so that it would be read back.
  bool ok() const noexcept { return ok_; }

 private:
  void varint(std::uint64_t number);
  void put(bool flag) { out_.push_back(flag ? '\1' : '\0'); }
  template <std::unsigned_integral T>
  void put(T number) {
    varint(number);
  }
  template <std::signed_integral T>
  void put(T number) {
    auto const wide = static_cast<std::int64_t>(number);
    varint((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
  }
  template <StoredEnum T>
  void put(T value) {
    static_assert(sizeof(T) == 1);
    out_.push_back(static_cast<char>(value));
  }
  void put(std::string const& text);
  void put(engine::Timestamp at) { put(at.micros); }
  void put(engine::VersionToken token) { put(token.order); }
  void put(Digest const& digest) { out_.append(digest.begin(), digest.end()); }
  void put(engine::Value const& value);
  void put(engine::Record const& record);
  template <class T>
  void put(std::optional<T> const& item);
  void put(engine::FieldValue const& value);
  template <class T>
  void put(std::vector<T> const& items) {
    varint(items.size());
    for (auto const& item : items) put(item);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(T const& row) { fields(*this, row); }

  std::string& out_;
  std::uint8_t version_;
  bool ok_ = true;
};

// Any input is safe: after the first defect every further read yields an empty value.
class RowReader {
 public:
  static constexpr bool kReads = true;

  RowReader(std::string_view payload, std::uint8_t version) : rest_(payload), version_(version) {}
  std::uint8_t version() const noexcept { return version_; }  // that the row was written with

  template <class... T>
  void operator()(T&... items) {
    (get(items), ...);
  }
  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return rest_.empty(); }

 private:
  void fail() noexcept {
    ok_ = false;
    rest_ = {};
  }
  std::uint8_t byte() noexcept;
  std::uint64_t varint() noexcept;
  // Every stored item takes at least one byte, so a count above the rest is a lie.
  std::size_t count() noexcept;

  void get(bool& flag) noexcept;
  template <std::unsigned_integral T>
  void get(T& number) noexcept {
    auto const wide = varint();
    if (wide > std::numeric_limits<T>::max()) return fail();
    number = static_cast<T>(wide);
  }
  template <std::signed_integral T>
  void get(T& number) noexcept {
    auto const raw = varint();
    auto const wide = static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return fail();
    number = static_cast<T>(wide);
  }
  template <StoredEnum T>
  void get(T& value) noexcept {
    auto const read = static_cast<T>(byte());
    if (!is_known(read)) return fail();
    value = read;
  }
  void get(std::string& text);
  void get(engine::Timestamp& at) noexcept { get(at.micros); }
  void get(engine::VersionToken& token) noexcept { get(token.order); }
  void get(Digest& digest) noexcept;
  void get(engine::Value& value);
  void get(engine::Record& record);
  void get(engine::FieldValue& value);
  template <class T>
  void get(std::optional<T>& item);
  template <class T>
  void get(std::vector<T>& items) {
    items.clear();
    for (auto left = count(); ok_ && left > 0; --left) get(items.emplace_back());
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& row) { fields(*this, row); }
  void value_of(std::uint8_t tag, engine::Value& value);

  std::string_view rest_;
  std::uint8_t version_;
  bool ok_ = true;
};

template <class T>
void RowWriter::put(std::optional<T> const& item) {
  put(item.has_value());
  if (item) put(*item);
}

template <class T>
void RowReader::get(std::optional<T>& item) {
  bool present = false;
  get(present);
  if (ok_ && present) get(item.emplace());
}

}  // namespace crmsync::state
