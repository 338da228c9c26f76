// country: names of countries in the app, ISO 3166 codes of two letters in canonical form.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

namespace crmsync::mappings::transforms {
namespace {

struct Countries {
  std::map<std::string, std::string, std::less<>> code_by_name;  // names and codes, case folded
  std::map<std::string, std::string, std::less<>> name_by_code;
};

Countries read_countries(std::string const& language) {
  Countries out;
  icu::Locale const reader(language.c_str());
  for (auto const* code = icu::Locale::getISOCountries(); *code != nullptr; ++code) {
    icu::Locale const country("", *code);
    icu::UnicodeString shown;
    std::string name;
    country.getDisplayCountry(reader, shown).toUTF8String(name);
    out.name_by_code.emplace(*code, name);
    out.code_by_name.emplace(case_folded(name), *code);
    out.code_by_name.emplace(case_folded(*code), *code);
    out.code_by_name.emplace(case_folded(country.getISO3Country()), *code);
  }
  return out;
}

// Read once per language; never taken away.
Countries const& countries_in(std::string_view language) {
  static std::mutex mutex;
  static std::map<std::string, Countries, std::less<>> known_languages;
  std::lock_guard const guard(mutex);
  auto found = known_languages.find(language);
  if (found == known_languages.end())
    found =
        known_languages.emplace(std::string(language), read_countries(std::string(language))).first;
  return found->second;
}

}  // namespace

std::string check_country(TransformUse const& use) {
  for (auto const* one = icu::Locale::getISOLanguages(); *one != nullptr; ++one)
    if (use.param("language") == *one) return {};
  return "the language is an ISO 639 code in small letters: en, de, fr";
}

CanonicalValue country_to_canonical(engine::Value const& value, TransformUse const& use) {
  auto const& names = countries_in(use.param("language")).code_by_name;
  auto const found = names.find(case_folded(trimmed(std::get<std::string>(value))));
  if (found == names.end()) return unreadable("no country of this name");
  return known(found->second);
}

CanonicalValue country_from_canonical(engine::Value const& value, TransformUse const& use) {
  auto const& codes = countries_in(use.param("language")).name_by_code;
  auto const found = codes.find(upper_case(trimmed(std::get<std::string>(value))));
  if (found == codes.end()) return unreadable("no ISO 3166 code of a country");
  return known(found->second);
}

}  // namespace crmsync::mappings::transforms
