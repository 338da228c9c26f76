// transform: a word, {word: parameter}, {word: {name: parameter}}, or a list of these.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/transform.hpp"

#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

class TransformReader {
 public:
  TransformReader(std::string const& shown, Report& report) : shown_(shown), report_(report) {}

  std::vector<TransformUse> take() { return std::move(uses_); }

  void read(YamlNode const& node) {
    if (!node.is_sequence()) return read_one(node);
    if (node.items.empty())
      report_.error("M217", node.at, "`" + shown_ + "` is empty", "name a transform");
    for (auto const& item : node.items) read_one(item);
  }

 private:
  void read_one(YamlNode const& node) {
    if (node.is_scalar()) return read_use(node.text, node.at, nullptr);
    if (node.is_map() && node.keys.size() == 1)
      return read_use(node.keys[0].text, node.keys[0].at, &node.items[0]);
    report_.error("M203", node.at, "`" + shown_ + "` is no transform",
                  "write a transform, {transform: parameter}, or a list of them");
  }

  void unknown(std::string const& name, Position at) {
    std::vector<std::string_view> known;
    for (auto const& row : transform_table()) known.push_back(row.name);
    auto const cure = name == "values" ? "labels are a key of the row: values: {trial: lead}"
                                       : suggest(name, known);
    report_.error("M211", at, "unknown transform `" + name + "` in " + shown_, cure);
  }

  void read_use(std::string const& name, Position at, YamlNode const* given) {
    auto const* row = find_transform(name);
    if (row == nullptr) return unknown(name, at);
    TransformUse use{name, {}};
    if (given != nullptr && !read_params(*row, *given, use)) return;
    for (auto const& param : row->params) {
      if (!use.param(param.name).empty()) continue;
      if (param.required) {
        report_.error("M212", at,
                      "transform `" + name + "` needs `" + std::string(param.name) + "`",
                      std::string(param.doc));
        return;
      }
      use.params.emplace_back(param.name, param.default_value);
    }
    if (auto const fault = row->check(use); !fault.empty()) {
      report_.error("M212", given != nullptr ? given->at : at,
                    "transform `" + name + "` cannot be used so", fault);
      return;
    }
    if (fits(*row, use, at)) uses_.push_back(std::move(use));
  }

  bool read_params(TransformRow const& row, YamlNode const& given, TransformUse& use) {
    if (row.params.empty()) {
      report_.error("M212", given.at, "transform `" + use.name + "` takes no parameter",
                    "write just `" + use.name + "`");
      return false;
    }
    if (given.is_scalar()) {
      use.params.emplace_back(row.params.front().name, given.text);
      return true;
    }
    if (!given.is_map()) {
      report_.error(
          "M212", given.at, "parameters of `" + use.name + "` are a value or a map",
          "write {" + use.name + ": {" + std::string(row.params.front().name) + ": ...}}");
      return false;
    }
    bool fine = true;
    for (std::size_t i = 0; i < given.keys.size(); ++i)
      fine = read_param(row, given.keys[i], given.items[i], use) && fine;
    return fine;
  }

  bool read_param(TransformRow const& row, YamlKey const& key, YamlNode const& value,
                  TransformUse& use) {
    std::vector<std::string_view> known;
    for (auto const& param : row.params) known.push_back(param.name);
    if (std::find(known.begin(), known.end(), key.text) == known.end()) {
      report_.error("M212", key.at,
                    "transform `" + use.name + "` has no parameter `" + key.text + "`",
                    suggest(key.text, known));
      return false;
    }
    if (!value.is_scalar() || value.text.empty()) {
      report_.error("M212", key.at, "parameter `" + key.text + "` has no single value",
                    "write " + key.text + ": VALUE");
      return false;
    }
    use.params.emplace_back(key.text, value.text);
    return true;
  }

  // What one transform yields, the next must take.
  bool fits(TransformRow const& row, TransformUse const& use, Position at) {
    if (uses_.empty()) return true;
    auto const* before = find_transform(uses_.back().name);
    if (before->output == row.input(use)) return true;
    report_.error("M212", at,
                  "transform `" + use.name + "` takes " + std::string(to_string(row.input(use))) +
                      ", but `" + uses_.back().name + "` yields " +
                      std::string(to_string(before->output)),
                  "change the order or remove one");
    return false;
  }

  std::string const& shown_;
  Report& report_;
  std::vector<TransformUse> uses_;
};

}  // namespace

std::vector<TransformUse> read_transforms(YamlNode const& node, std::string const& shown,
                                          Report& report) {
  TransformReader reader(shown, report);
  reader.read(node);
  return reader.take();
}

}  // namespace crmsync::mappings
