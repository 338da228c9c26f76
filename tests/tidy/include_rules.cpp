// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/include_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>

namespace crmsync::tests::tidy {
namespace {

using Names = std::span<std::string_view const>;

// Entries end in '/' (a folder) or name one header. "std" and "posix" stand for the headers of the
// standard library and of the system; "self" for the file's own folder; "seams" for the interface
// headers directly in connectors/; "own" for the whole connector the file belongs to.
struct Row {
  std::string_view path;  // files whose path starts so; the first row that fits counts
  std::string_view name;  // and whose name, or a folder below, starts so; empty: any
  Names allowed;
  Names refused;  // exceptions to `allowed`
  bool pure;      // Asio may not be reached through our own headers either
  std::string_view why;
};

constexpr std::string_view kEngine[] = {"std", "boost/system/result.hpp", "engine/"};
constexpr std::string_view kImpure[] = {"thread",       "mutex",    "random",
                                        "fstream",      "iostream", "filesystem",
                                        "shared_mutex", "future",   "condition_variable"};
constexpr std::string_view kTransforms[] = {
    "std",   "engine/", "mappings/",     "unicode/",
    "date/", "re2/",    "phonenumbers/", "boost/system/result.hpp"};
constexpr std::string_view kMappings[] = {"std", "engine/", "mappings/", "yaml-cpp/",
                                          "boost/system/result.hpp"};
constexpr std::string_view kConfig[] = {"std", "posix", "engine/", "mappings/",
                                        "boost/system/result.hpp"};
constexpr std::string_view kState[] = {"std",    "posix",    "engine/",  "state/",
                                       "lmdb.h", "xxhash.h", "openssl/", "boost/system/result.hpp"};
constexpr std::string_view kModel[] = {"std", "engine/", "connectors/simulator/model/",
                                       "boost/system/result.hpp"};
constexpr std::string_view kWire[] = {"std",
                                      "engine/",
                                      "rapidjson/",
                                      "openssl/",
                                      "self",
                                      "connectors/schema.hpp",
                                      "connectors/http/message.hpp"};
constexpr std::string_view kHttp[] = {"std",  "posix",    "engine/", "seams",
                                      "self", "openssl/", "boost/"};
constexpr std::string_view kConnector[] = {
    "std",      "posix",      "engine/",   "seams", "connectors/http/", "own", "boost/",
    "openssl/", "rapidjson/", "sqlite3.h", "CLI/",  "systemd/"};
constexpr std::string_view kBeast[] = {"boost/beast/", "boost/beast.hpp"};
constexpr std::string_view kRegistry[] = {"std", "engine/", "connectors/"};
constexpr std::string_view kBoost[] = {"boost/", "openssl/", "std"};
constexpr std::string_view kTests[] = {"tests/"};
constexpr std::string_view kAll[] = {""};

constexpr std::string_view kWireWhy =
    "wire formats are pure (engine and RapidJSON; OpenSSL for signatures), see "
    "connectors/README.md";
constexpr std::string_view kConnectorWhy =
    "a connector uses engine, connectors/http and its own I/O library, see connectors/README.md";

constexpr std::array kRows{
    Row{"engine/", "", kEngine, kImpure, true, "engine is pure, see engine/README.md"},
    Row{"mappings/transforms/",
        "",
        kTransforms,
        {},
        true,
        "transforms use engine, ICU, date, RE2 and phone numbers, see mappings/README.md"},
    Row{"mappings/config/",
        "",
        kConfig,
        {},
        true,
        "mappings/config reads files and secrets, see mappings/README.md"},
    Row{"mappings/",
        "",
        kMappings,
        {},
        true,
        "mappings uses engine and, in one reader, yaml-cpp, see mappings/README.md"},
    Row{"state/", "", kState, {}, true, "state uses engine, LMDB and xxhash, see state/README.md"},
    Row{"connectors/registry.cpp",
        "",
        kRegistry,
        {},
        false,
        "the registry only names connectors, see connectors/README.md"},
    Row{"connectors/asio_src.cpp", "", kBoost, {}, false, "this file only compiles Asio and Beast"},
    Row{"connectors/simulator/model/",
        "",
        kModel,
        {},
        true,
        "the simulator's model is pure, see connectors/simulator/README.md"},
    Row{"connectors/http/",
        "",
        kHttp,
        {},
        false,
        "connectors/http knows no vendor, see connectors/http/README.md"},
    Row{"connectors/", "wire", kWire, {}, true, kWireWhy},
    Row{"connectors/", "webhook", kWire, {}, true, kWireWhy},
    Row{"connectors/", "", kConnector, kBeast, false, kConnectorWhy},
    Row{"daemon/", "", kAll, kTests, false, "the daemon does not know its tests"},
    Row{"tests/", "", kAll, {}, false, ""},
};

constexpr std::string_view kPosix[] = {
    "sys/",      "netinet/", "arpa/",    "linux/",   "unistd.h", "fcntl.h",  "poll.h",  "signal.h",
    "pthread.h", "time.h",   "errno.h",  "grp.h",    "pwd.h",    "dirent.h", "netdb.h", "termios.h",
    "spawn.h",   "syslog.h", "limits.h", "stdlib.h", "string.h", "ifaddrs.h"};

struct SoleUser {
  std::string_view folder;
  std::string_view library;
  std::string_view why;
};
constexpr std::array kSoleUsers{
    SoleUser{"mappings/", "yaml-cpp/", "one reader knows yaml-cpp, see mappings/README.md"},
    SoleUser{"state/", "openssl/", "one file of state does cryptography, see state/README.md"},
};

bool begins(std::string_view name, std::string_view entry) {
  return entry.empty() || name == entry ||
         (name.starts_with(entry) && (entry.back() == '/' || name[entry.size()] == '/'));
}

bool is_std(Include const& include) {
  return include.system && include.name.find_first_of("/.") == std::string::npos;
}

bool matches(SourceFile const& file, Include const& include, std::string_view entry) {
  std::string_view const name = include.name;
  if (entry == "std") return is_std(include);
  if (entry == "posix")
    return include.system &&
           std::ranges::any_of(kPosix, [&](auto header) { return begins(name, header); });
  if (entry == "self") return name.starts_with(std::string(file.folder()) + "/");
  if (entry == "own") return name.starts_with(file.path.substr(0, file.path.find('/', 11) + 1));
  if (entry == "seams")
    return name.starts_with("connectors/") && name.find('/', 11) == std::string_view::npos;
  return begins(name, entry);
}

Row const* row_for(SourceFile const& file) {
  auto const found = std::ranges::find_if(kRows, [&](Row const& row) {
    return file.path.starts_with(row.path) &&
           (file.name().starts_with(row.name) ||
            file.path.find("/" + std::string(row.name) + "/") != std::string::npos);
  });
  return found == kRows.end() ? nullptr : &*found;
}

bool allows(Row const& row, SourceFile const& file, Include const& include) {
  auto const fits = [&](auto entry) { return matches(file, include, entry); };
  return std::ranges::any_of(row.allowed, fits) && std::ranges::none_of(row.refused, fits);
}

std::string shown(Include const& include) {
  return include.system ? "<" + include.name + ">" : "\"" + include.name + "\"";
}

// The way from `file` to the first header that includes Asio, or nothing.
std::string path_to_asio(Tree const& tree, SourceFile const& file, std::set<std::string>& seen) {
  if (!seen.insert(file.path).second) return {};
  for (auto const& include : includes_of(file)) {
    if (include.name.starts_with("boost/asio") || include.name.starts_with("boost/beast"))
      return file.path;
    auto const* next = tree.find(include.name);
    if (!next) continue;
    if (auto rest = path_to_asio(tree, *next, seen); !rest.empty())
      return file.path + " -> " + rest;
  }
  return {};
}

}  // namespace

std::vector<Include> includes_of(SourceFile const& file) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (auto line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#")) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" \t", 1), line.size()));
    if (!line.starts_with("include")) continue;
    auto const open = line.find_first_of("<\"");
    if (open == std::string_view::npos) continue;
    auto const close = line.find(line[open] == '<' ? '>' : '"', open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back(
        {number, std::string(line.substr(open + 1, close - open - 1)), line[open] == '<'});
  }
  return includes;
}

Findings check_includes(SourceFile const& file) {
  Findings findings;
  auto const* row = row_for(file);
  if (!row) return findings;
  for (auto const& include : includes_of(file)) {
    auto const what = "includes " + shown(include) + ": ";
    if (include.name.starts_with("."))
      findings.push_back({file.path, include.line, what + "paths start at the root"});
    else if (!allows(*row, file, include))
      findings.push_back({file.path, include.line, what + std::string(row->why)});
  }
  return findings;
}

Findings check_sole_users(Tree const& tree) {
  Findings findings;
  for (auto const& sole : kSoleUsers) {
    std::map<std::string_view, SourceFile const*> users;
    for (auto const& file : tree.files) {
      if (!file.is_code() || !file.path.starts_with(sole.folder)) continue;
      for (auto const& include : includes_of(file))
        if (include.name.starts_with(sole.library)) users.emplace(file.stem(), &file);
    }
    for (auto it = users.begin(); users.size() > 1 && it != users.end(); ++it)
      findings.push_back({it->second->path, 0,
                          "is one of " + std::to_string(users.size()) + " users of <" +
                              std::string(sole.library) + ">: " + std::string(sole.why)});
  }
  return findings;
}

Findings check_reached_includes(Tree const& tree) {
  Findings findings;
  for (auto const& file : tree.files) {
    auto const* row = file.is_code() ? row_for(file) : nullptr;
    if (!row || !row->pure) continue;
    std::set<std::string> seen;
    if (auto way = path_to_asio(tree, file, seen); !way.empty())
      findings.push_back({file.path, 0, "reaches Asio by " + way + ": " + std::string(row->why)});
  }
  return findings;
}

}  // namespace crmsync::tests::tidy
