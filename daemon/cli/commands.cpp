// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/commands.hpp"

#include "connectors/http/message.hpp"
#include "daemon/cli/offline.hpp"
#include "daemon/cli/render.hpp"
#include "daemon/cli/socket_client.hpp"
#include "daemon/control_api.hpp"
#include "daemon/json.hpp"
#include "mappings/diagnostic.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>

namespace crmsync::daemon::cli {

namespace {

using Render = std::string (*)(std::string_view);

std::string enc(std::string const& text) {
  return connectors::http::encode_component(text);
}

std::string with_mapping(std::string target, Options const& options) {
  if (!options.mapping.empty()) target += "?mapping=" + enc(options.mapping);
  return target;
}

int unreachable(Options const& options, engine::Error const& error) {
  if (options.json) print(error_response(503, error).body + "\n");
  complain(error.message() + "\n");
  return code(ExitCode::unreachable);
}

int refused(Options const& options, std::string const& body) {
  if (options.json)
    print(body + "\n");
  else
    complain(render_error(body));
  return code(ExitCode::failed);
}

// One call, one rendering.
int call(Options const& options, std::string_view method, std::string const& target,
         std::string const& body, Render render, std::string const& done = "done") {
  auto answer = exchange(options.socket, method, target, body);
  if (!answer) return unreachable(options, answer.error());
  if (answer->status != 200) return refused(options, answer->body);
  if (options.json)
    print(answer->body + "\n");
  else if (render != nullptr)
    print(render(answer->body));
  else
    print(done + "\n");
  return code(ExitCode::ok);
}

std::string flat(std::initializer_list<std::pair<char const*, std::string>> members) {
  Json json;
  json.begin_object();
  for (auto const& [name, value] : members)
    if (!value.empty()) json.member(name, value);
  json.end_object();
  return json.str();
}

bool confirm(Options const& options, std::string const& what) {
  if (options.yes) return true;
  std::fprintf(stderr, "%s\ntype the mapping's name to go on: ", what.c_str());
  char line[256] = {};
  if (std::fgets(line, sizeof line, stdin) == nullptr) return false;
  std::string typed(line);
  while (!typed.empty() && (typed.back() == '\n' || typed.back() == '\r')) typed.pop_back();
  return typed == options.mapping;
}

// Shows what is held, asks, and releases exactly that.
int approve(Options const& options) {
  auto shown = exchange(options.socket, "GET", with_mapping("/v1/held", options), "");
  if (!shown) return unreachable(options, shown.error());
  if (shown->status != 200) return refused(options, shown->body);
  bool const nothing = shown->body.find("\"held\":[]") != std::string::npos;
  if (!options.json) print(render_held(shown->body));
  if (nothing && options.json) print(shown->body + "\n");
  if (nothing) return code(ExitCode::ok);
  if (!confirm(options, "these changes will be carried out")) {
    complain("nothing was released\n");
    return code(ExitCode::guard);
  }
  return call(options, "POST", "/v1/mappings/" + enc(options.mapping) + "/approve",
              flat({{"digest", member_text(shown->body, "digest")}}), nullptr,
              "released; it is carried out now: crmsync status");
}

int plan_of(Options const& options) {
  auto const target =
      "/v1/mappings/" + enc(options.mapping) + "/plan?limit=" + std::to_string(options.limit);
  auto answer = exchange(options.socket, "GET", target, "");
  if (!answer) return unreachable(options, answer.error());
  if (answer->status != 200) return refused(options, answer->body);
  print(options.json ? answer->body + "\n" : render_plan(answer->body));
  bool const changes = member_text(answer->body, "changes") == "yes";
  return code(options.detailed && changes ? ExitCode::changes : ExitCode::ok);
}

// What is wrong goes where the notices of `check` go, with the same exit code.
int reload_config(Options const& options) {
  auto answer = exchange(options.socket, "POST", "/v1/reload", "{}");
  if (!answer) return unreachable(options, answer.error());
  bool const invalid = member_text(answer->body, "invalid") == "yes";
  if (answer->status != 200) return refused(options, answer->body);
  if (options.json)
    print(answer->body + "\n");
  else if (invalid)
    complain(render_reload(answer->body));
  else
    print(render_reload(answer->body));
  return code(invalid ? ExitCode::config_invalid : ExitCode::ok);
}

using Action = std::function<int()>;

void add_reading(CLI::App& app, Options& o, Action& action) {
  auto* status = app.add_subcommand("status", "where everything stands, and what to do next");
  status->callback(
      [&] { action = [&o] { return call(o, "GET", "/v1/status", "", render_status); }; });
  auto* explain = app.add_subcommand("explain", "one record: who won, why, by which rule");
  explain->add_option("MAPPING", o.mapping)->required();
  explain->add_option("KEY", o.key, "app key or CRM id")->required();
  explain->add_option("FIELD", o.field);
  explain->callback([&] {
    action = [&o] {
      auto target = "/v1/records/" + enc(o.mapping) + "/" + enc(o.key);
      if (!o.field.empty()) target += "?field=" + enc(o.field);
      return call(o, "GET", target, "", render_record);
    };
  });
  auto* plan = app.add_subcommand("plan", "what would be written, without writing");
  plan->add_option("MAPPING", o.mapping)->required();
  plan->add_option("--limit", o.limit, "differences shown (default 20)");
  plan->add_flag("--detailed-exitcode", o.detailed, "exit 2 when something would be written");
  plan->callback([&] { action = [&o] { return plan_of(o); }; });
}

void add_inbox(CLI::App& app, Options& o, Action& action) {
  auto* conflicts = app.add_subcommand("conflicts", "fields that wait for a person");
  conflicts->require_subcommand(1);
  auto* list = conflicts->add_subcommand("list", "all of them");
  list->add_option("MAPPING", o.mapping);
  list->callback([&] {
    action = [&o] {
      return call(o, "GET", with_mapping("/v1/conflicts", o), "", render_conflicts);
    };
  });
  auto* show = conflicts->add_subcommand("show", "one");
  show->add_option("ID", o.id)->required();
  show->callback([&] {
    action = [&o] { return call(o, "GET", "/v1/conflicts/" + enc(o.id), "", render_conflict); };
  });
  auto* resolve = conflicts->add_subcommand("resolve", "decide one");
  resolve->add_option("ID", o.id)->required();
  resolve->add_option("--take", o.take,
                      "app, crm; for a deleted record: delete, keep; for a reused key: same, new");
  auto* value = resolve->add_option("--value", o.value, "a value of your own; '' for a blank");
  resolve->add_option("--link", o.link, "the candidate to link to");
  resolve->callback([&, value] {
    action = [&o, given = value->count() > 0] {
      Json json;
      json.begin_object();
      if (!o.take.empty() || given) json.member("take", o.take.empty() ? "value" : o.take);
      if (given) json.member("value", o.value);
      if (!o.link.empty()) json.member("link", o.link);
      json.end_object();
      return call(o, "POST", "/v1/conflicts/" + enc(o.id) + "/resolve", json.str(), nullptr,
                  "taken; if the values moved meanwhile it is asked again: crmsync conflicts list");
    };
  });
  auto* errors = app.add_subcommand("errors", "records that a side refused");
  errors->require_subcommand(1);
  auto* errors_list = errors->add_subcommand("list", "all of them, with cause and cure");
  errors_list->add_option("MAPPING", o.mapping);
  errors_list->callback([&] {
    action = [&o] { return call(o, "GET", with_mapping("/v1/errors", o), "", render_errors); };
  });
  auto* retry = errors->add_subcommand("retry", "try one again now");
  retry->add_option("ID", o.id)->required();
  retry->callback([&] {
    action = [&o] {
      return call(o, "POST", "/v1/errors/" + enc(o.id) + "/retry", "", nullptr,
                  "it is tried again now; what is refused again stays in the list");
    };
  });
}

struct MappingVerb {
  char const* name;
  char const* summary;
  char const* question;  // asked before it is done; none without
  char const* done;      // said afterwards, behind the mapping's name
};

void add_mapping_verb(CLI::App& app, Options& o, Action& action, MappingVerb const& verb) {
  auto* command = app.add_subcommand(verb.name, verb.summary);
  command->add_option("MAPPING", o.mapping)->required();
  if (verb.question != nullptr) command->add_flag("--yes", o.yes, "do not ask");
  command->callback([&o, &action, verb] {
    action = [&o, verb] {
      if (verb.question != nullptr && !confirm(o, verb.question)) {
        complain("nothing was changed\n");
        return code(ExitCode::guard);
      }
      return call(o, "POST", "/v1/mappings/" + enc(o.mapping) + "/" + verb.name, "{}", nullptr,
                  o.mapping + verb.done);
    };
  });
}

void add_changing(CLI::App& app, Options& o, Action& action) {
  add_mapping_verb(app, o, action,
                   {"pause", "stop writing for one mapping", nullptr,
                    " is paused: changes are noted, nothing is written; crmsync resume goes on"});
  add_mapping_verb(app, o, action,
                   {"resume", "go on after a pause", nullptr, " goes on: crmsync status"});
  add_mapping_verb(app, o, action,
                   {"apply", "let a mapping write after its first plan, or after a restore",
                    "the mapping will write to both sides from now on",
                    " writes to both sides from now on: crmsync status"});
  auto* approve_command = app.add_subcommand("approve", "release what the guard holds");
  approve_command->add_option("MAPPING", o.mapping)->required();
  approve_command->add_flag("--yes", o.yes, "do not ask");
  approve_command->callback([&] { action = [&o] { return approve(o); }; });
  auto* reload = app.add_subcommand("reload", "read the configuration again");
  reload->callback([&] { action = [&o] { return reload_config(o); }; });
  auto* backup = app.add_subcommand("backup", "copy the running state to a new file");
  backup->add_option("FILE", o.path, "absolute path, as the daemon sees it")->required();
  backup->callback([&] {
    action = [&o] {
      return call(o, "POST", "/v1/backup", flat({{"path", o.path}}), nullptr,
                  "the state is in " + o.path);
    };
  });
  auto* restore_command = app.add_subcommand("restore", "replace the state by a backup (offline)");
  restore_command->add_option("FILE", o.path)->required();
  restore_command->add_option("--state", o.state, "the state folder")->required();
  restore_command->add_flag("--yes", o.yes, "do not ask");
  restore_command->callback([&] { action = [&o] { return restore(o); }; });
}

void add_offline(CLI::App& app, Options& o, Action& action) {
  auto* check_command =
      app.add_subcommand("check", "read a configuration folder and say what is wrong");
  check_command->add_option("--config", o.config, "folder (default /etc/crmsync)");
  check_command->callback([&] { action = [&o] { return check(o); }; });
  auto* test_command = app.add_subcommand("test", "run the tests that stand in mapping files");
  test_command->add_option("FILE", o.files, "mapping files (default: all of --config)");
  test_command->add_option("--config", o.config, "folder (default /etc/crmsync)");
  test_command->callback([&] { action = [&o] { return test(o); }; });
  auto* error = app.add_subcommand("error", "explain a code such as M204");
  error->add_option("CODE", o.id)->required();
  error->callback([&] { action = [&o] { return explain_code(o); }; });
  auto* version_command = app.add_subcommand("version", "print the version");
  version_command->callback([&] { action = [&o] { return version(o); }; });
}

// CLI11 says that a verb is missing; people want to know which word was wrong and which was meant.
// `at`: the command whose verbs are looked at; goes down into the ones that were found.
std::string wrong_word(CLI::App& at, int argc, char** argv) {
  CLI::App* level = &at;
  std::string path = "crmsync";
  for (int i = 1; i < argc; ++i) {
    std::string_view const word(argv[i]);
    auto const verbs = level->get_subcommands([](CLI::App const*) { return true; });
    if (word.starts_with('-') || verbs.empty()) continue;
    auto const found =
        std::ranges::find_if(verbs, [&](CLI::App const* one) { return one->get_name() == word; });
    if (found != verbs.end()) {
      level = *found;
      path += " " + level->get_name();
      continue;
    }
    std::vector<std::string> names;
    names.reserve(verbs.size());
    for (auto const* one : verbs) names.push_back(one->get_name());
    std::vector<std::string_view> const known(names.begin(), names.end());
    auto const nearest = mappings::nearest_name(word, known);
    // A word that is like no verb may be an option's value.
    if (nearest.empty()) continue;
    return "there is no `" + path + " " + std::string(word) + "`; did you mean `" + path + " " +
           std::string(nearest) + "`?";
  }
  return {};
}

}  // namespace

int run(int argc, char** argv) {
  Options o;
  Action action;
  CLI::App app("Asks and steers a running crmsyncd.", "crmsync");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--socket", o.socket, "control socket (default /run/crmsync/control.sock)")
      ->envname("CRMSYNC_SOCKET");
  app.add_flag("--json", o.json, "one JSON document instead of text");
  app.set_version_flag("--version", "crmsync " CRMSYNC_VERSION);
  add_reading(app, o, action);
  add_inbox(app, o, action);
  add_changing(app, o, action);
  add_offline(app, o, action);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    auto const wrong = wrong_word(app, argc, argv);
    if (error.get_exit_code() != 0 && !wrong.empty())
      complain(wrong + "\n");
    else if (app.exit(error) == 0)
      return 0;
    return code(ExitCode::usage);
  }
  return action();
}

}  // namespace crmsync::daemon::cli
