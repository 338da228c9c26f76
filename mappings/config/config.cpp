// SPDX-License-Identifier: Apache-2.0
#include "mappings/config.hpp"

#include "mappings/config/parts.hpp"
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/mapping_loader.hpp"
#include "mappings/yaml_reader.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace crmsync::mappings {
namespace {

namespace fs = std::filesystem;

// FNV-1a: tells equal configurations from changed ones, nothing more.
class Digest {
 public:
  void add(std::string_view bytes) {
    for (auto const c : bytes) step(static_cast<unsigned char>(c));
    step(0xFF);
  }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) step((number >> shift) & 0xFFu);
  }
  std::uint64_t value() const noexcept { return state_; }

 private:
  void step(std::uint64_t byte) { state_ = (state_ ^ byte) * 0x100000001b3ull; }
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

// One byte past the limit is enough to have the reader refuse the file.
std::optional<std::string> read_file(fs::path const& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  std::string text(YamlLimits::kBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

struct LoadedMapping {
  std::shared_ptr<Mapping const> mapping;
  Position app_connection_at;
  Position crm_connection_at;
  std::unique_ptr<Report> report;
};

class Loader {
 public:
  Loader(fs::path directory, std::vector<ConnectionTypeView> const& types,
         EnvironmentLookup const& environment)
      : directory_(std::move(directory)), types_(types), environment_(environment) {}

  LoadResult run() {
    std::error_code ignored;
    if (!fs::is_directory(directory_, ignored)) {
      Report report(directory_.string(), {});
      report.error("M411", {}, "no such configuration folder", "pass the folder with --config DIR");
      finish(report);
    } else {
      load_settings();
      load_connections();
      load_mappings();
      check_connections();
      check_writers();
      for (auto& loaded : mappings_) finish(*loaded.report);
    }
    return result();
  }

 private:
  void finish(Report& report) {
    failed_ |= report.failed();
    for (auto& diagnostic : report.take()) diagnostics_.push_back(std::move(diagnostic));
  }

  std::optional<std::string> contents(fs::path const& path, std::string const& shown) {
    auto text = read_file(path);
    if (!text) {
      Report report(shown, {});
      report.error("M114", {}, "the file cannot be read", "check its owner and mode");
      finish(report);
      return std::nullopt;
    }
    digest_.add(shown);
    digest_.add(*text);
    return text;
  }

  // *.yaml in a drop-in folder by name. Other files stay unread; the likely mistake is said.
  std::vector<fs::path> drop_ins(std::string const& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (auto const& entry : fs::directory_iterator(directory_ / folder, error)) {
      auto const name = entry.path().filename().string();
      if (name.starts_with('.')) continue;
      if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
      if (entry.path().extension() != ".yml") continue;
      Report report(folder + "/" + name, {});
      report.warning("M415", {}, "this file is not read", "rename it to end in .yaml");
      finish(report);
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  void load_settings() {
    auto const path = directory_ / "crmsync.yaml";
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return;
    auto const text = contents(path, "crmsync.yaml");
    if (!text) return;
    Report report("crmsync.yaml", *text);
    config_.settings = read_settings(*text, directory_, report);
    finish(report);
  }

  void load_connections() {
    for (auto const& path : drop_ins("connections.d")) {
      auto const shown = "connections.d/" + path.filename().string();
      auto const text = contents(path, shown);
      if (!text) continue;
      Report report(shown, *text);
      auto read = read_connection(*text, directory_, types_, environment_, report);
      digest_.add(read.secret_stamp);
      for (auto const& earlier : connections_)
        if (!read.connection.name.empty() && earlier.connection.name == read.connection.name)
          report.error("M401", read.name_at,
                       "connection `" + read.connection.name + "` is there twice",
                       "the first is in " + earlier.connection.file + "; rename or remove one");
      finish(report);
      connections_.push_back(std::move(read));
    }
  }

  void load_mappings() {
    for (auto const& path : drop_ins("mappings.d")) {
      auto const shown = "mappings.d/" + path.filename().string();
      auto const text = contents(path, shown);
      if (!text) continue;
      auto report = std::make_unique<Report>(shown, *text);
      auto read = read_mapping(*text, *report);
      for (auto const& earlier : mappings_)
        if (!read.mapping.name.empty() && earlier.mapping->name == read.mapping.name)
          report->error("M402", read.name_at, "mapping `" + read.mapping.name + "` is there twice",
                        "the first is in " + earlier.mapping->file + "; rename or remove one");
      mappings_.push_back({std::make_shared<Mapping const>(std::move(read.mapping)),
                           read.app_connection_at, read.crm_connection_at, std::move(report)});
    }
    if (!mappings_.empty()) return;
    Report report("mappings.d", {});
    report.warning("M416", {}, "no mapping: nothing will be kept in step",
                   "put a file into mappings.d/");
    finish(report);
  }

  void check_connection(std::string const& name, Position at, bool wants_crm, Report& report) {
    if (name.empty()) return;
    std::vector<std::string_view> known;
    for (auto const& candidate : connections_) {
      if (candidate.connection.name == name) {
        if (candidate.type_known && candidate.is_crm != wants_crm)
          report.error(
              "M404", at,
              "connection `" + name + "` is " + (candidate.is_crm ? "a CRM" : "an app database"),
              std::string("name ") + (wants_crm ? "a CRM" : "a database") + " here");
        return;
      }
      if (candidate.type_known && candidate.is_crm == wants_crm)
        known.push_back(candidate.connection.name);
    }
    report.error("M403", at, "no connection `" + name + "`",
                 known.empty() ? "add a file to connections.d/" : suggest(name, known));
  }

  void check_connections() {
    for (auto const& loaded : mappings_) {
      auto const& mapping = *loaded.mapping;
      check_connection(mapping.app.connection, loaded.app_connection_at, false, *loaded.report);
      check_connection(mapping.crm.connection, loaded.crm_connection_at, true, *loaded.report);
    }
  }

  // One writer per connection, object and field over all mappings.
  void check_writers() {
    using Target = std::tuple<engine::Side, std::string, std::string, std::string>;
    std::map<Target, Mapping const*> writers;
    for (auto const& loaded : mappings_) {
      auto const& mapping = *loaded.mapping;
      for (auto const side : {engine::Side::app, engine::Side::crm}) {
        bool const is_app = side == engine::Side::app;
        auto const& connection = is_app ? mapping.app.connection : mapping.crm.connection;
        auto const& object = is_app ? mapping.app.object : mapping.crm.object;
        for (auto const& name : mapping.writable_fields(side)) {
          auto const [entry, is_new] =
              writers.emplace(Target{side, connection, object, name}, &mapping);
          if (is_new || entry->second == &mapping) continue;
          loaded.report->error("M214", {}, "`" + object + "." + name + "` has a second writer here",
                               entry->second->file +
                                   " writes it; give one of them a direction "
                                   "that does not");
        }
      }
    }
  }

  LoadResult result() {
    LoadResult out;
    sort(diagnostics_);
    out.diagnostics = std::move(diagnostics_);
    if (failed_) return out;
    for (auto& read : connections_) config_.connections.push_back(std::move(read.connection));
    for (auto& loaded : mappings_) config_.mappings.push_back(std::move(loaded.mapping));
    config_.digest = digest_.value();
    out.config = std::move(config_);
    return out;
  }

  fs::path directory_;
  std::vector<ConnectionTypeView> const& types_;
  EnvironmentLookup const& environment_;
  Config config_;
  std::vector<ConnectionRead> connections_;
  std::vector<LoadedMapping> mappings_;
  std::vector<Diagnostic> diagnostics_;
  Digest digest_;
  bool failed_ = false;
};

}  // namespace

LoadResult load_config(fs::path const& directory, std::vector<ConnectionTypeView> const& types,
                       EnvironmentLookup const& environment) {
  std::error_code error;
  auto absolute = fs::absolute(directory, error);
  return Loader(error ? directory : absolute, types, environment).run();
}

MappingResult load_mapping_file(fs::path const& path, std::string shown_as) {
  auto const text = read_file(path);
  if (text) return load_mapping(*text, std::move(shown_as));
  Report report(std::move(shown_as), {});
  report.error("M114", {}, "the file cannot be read", "check its name, owner and mode");
  MappingResult result;
  result.diagnostics = report.take();
  return result;
}

std::vector<fs::path> mapping_files(fs::path const& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (auto const& entry : fs::directory_iterator(directory / "mappings.d", error)) {
    auto const name = entry.path().filename().string();
    if (!name.starts_with('.') && entry.path().extension() == ".yaml")
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace crmsync::mappings
