// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/offline.hpp"
#include "daemon/json.hpp"
#include "daemon/mapping_trial.hpp"
#include "mappings/config.hpp"

#include <filesystem>

namespace crmsync::daemon::cli {

namespace {

namespace fs = std::filesystem;

struct FileTrial {
  std::string file;
  mappings::MappingResult loaded;
  std::vector<TrialResult> results;
};

struct Tally {
  std::size_t passed = 0, failed = 0, invalid = 0;
  explicit Tally(std::vector<FileTrial> const& trials) {
    for (auto const& trial : trials) {
      invalid += trial.loaded.mapping ? 0 : 1;
      for (auto const& one : trial.results) ++(one.passed() ? passed : failed);
    }
  }
  int exit_code() const {
    if (invalid > 0) return code(ExitCode::config_invalid);
    return code(failed > 0 ? ExitCode::failed : ExitCode::ok);
  }
};

std::vector<FileTrial> run_all(Options const& options) {
  std::vector<FileTrial> trials;
  auto const take = [&](fs::path const& path, std::string shown) {
    FileTrial trial;
    trial.loaded = mappings::load_mapping_file(path, shown);
    trial.file = std::move(shown);
    if (trial.loaded.mapping) trial.results = run_tests(*trial.loaded.mapping);
    trials.push_back(std::move(trial));
  };
  for (auto const& file : options.files) take(file, file);
  if (!options.files.empty()) return trials;
  for (auto const& path : mappings::mapping_files(options.config))
    take(path, "mappings.d/" + path.filename().string());
  return trials;
}

void show(std::vector<FileTrial> const& trials) {
  for (auto const& trial : trials) {
    for (auto const& one : trial.loaded.diagnostics) complain(mappings::render(one) + "\n");
    std::size_t failed = 0;
    for (auto const& one : trial.results) {
      if (one.passed()) continue;
      ++failed;
      print("FAILED " + trial.file + ":" + std::to_string(one.line) + ": " + one.name + "\n");
      for (auto const& text : one.failures) print("  " + text + "\n");
    }
    if (!trial.loaded.mapping) continue;
    print(trial.file + ": " +
          (trial.results.empty() ? std::string("no tests; add some under `tests:`")
                                 : std::to_string(trial.results.size() - failed) + " of " +
                                       std::to_string(trial.results.size()) + " tests passed") +
          "\n");
  }
}

void show_json(std::vector<FileTrial> const& trials, Tally const& tally) {
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("passed", tally.passed);
  json.member("failed", tally.failed);
  json.key("files");
  json.begin_array();
  for (auto const& trial : trials) {
    json.begin_object();
    json.member("file", trial.file);
    json.member("valid", trial.loaded.mapping.has_value());
    write_diagnostics(json, trial.loaded.diagnostics);
    json.key("tests");
    json.begin_array();
    for (auto const& one : trial.results) {
      json.begin_object();
      json.member("name", one.name);
      json.member("line", static_cast<unsigned>(one.line));
      json.member("passed", one.passed());
      json.key("failures");
      json.begin_array();
      for (auto const& text : one.failures) json.text(text);
      json.end_array();
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  print(json.str() + "\n");
}

}  // namespace

int test(Options const& options) {
  auto const trials = run_all(options);
  if (trials.empty()) {
    complain("there is no mapping file in " + options.config +
             "/mappings.d; name one, or pass the folder with --config DIR\n");
    return code(ExitCode::config_invalid);
  }
  Tally const tally(trials);
  if (options.json)
    show_json(trials, tally);
  else
    show(trials);
  return tally.exit_code();
}

}  // namespace crmsync::daemon::cli
