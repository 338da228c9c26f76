// SPDX-License-Identifier: Apache-2.0
#include "mappings/yaml_reader.hpp"

#include "mappings/utf8.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

namespace crmsync::mappings {
namespace {

// Ends the walk from inside a callback once going on makes no sense. Never leaves this file.
struct StopReading {};

// What yaml-cpp passes as tag when none is written.
constexpr std::string_view kPlain = "?";
constexpr std::string_view kQuoted = "!";

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Report& report) : report_(report) {}

  std::optional<YamlNode> take() { return std::move(root_); }

  void OnDocumentStart(YAML::Mark const& mark) override {
    if (documents_++ == 0) return;
    report_.error("M110", place(mark, 3), "a second document starts here",
                  "keep one document per file: remove `---` or move the rest to another file");
    throw StopReading{};
  }
  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& mark, YAML::anchor_t) override {
    YamlNode node;
    node.at = place(mark, 1);
    add(std::move(node));
  }

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override {
    auto const at = place(mark, word_length(mark));
    report_.error("M105", at, "aliases are refused", "write the value out here");
    YamlNode node;
    node.at = at;
    add(std::move(node));
  }

  void OnAnchor(YAML::Mark const& mark, std::string const&) override {
    report_.error("M106", place(mark, word_length(mark)), "anchors are refused",
                  "remove the `&name`; write values out where they are needed");
  }

  void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t,
                std::string const& value) override {
    auto const first = source_at(mark).substr(0, 1);
    bool const is_quoted = tag == kQuoted && !first.empty() &&
                           std::string_view("'\"|>&").find(first[0]) != std::string_view::npos;
    if (tag != kPlain && !tag.empty() && !is_quoted) refuse_tag(mark);
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    node.quoted = is_quoted;
    node.at = place(mark, scalar_length(mark, value));
    add(std::move(node));
  }

  void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    std::unordered_map<std::string, int> seen;  // map: keys so far and their lines
  };

  std::string_view source_at(YAML::Mark const& mark) const {
    auto const row = report_.line(mark.line + 1);
    return mark.column < 0
               ? std::string_view{}
               : row.substr(std::min(static_cast<std::size_t>(mark.column), row.size()));
  }
  Position place(YAML::Mark const& mark, std::size_t bytes) const {
    return report_.place(mark.line, mark.column, bytes);
  }
  std::size_t word_length(YAML::Mark const& mark) const {
    auto const source = source_at(mark);
    return std::min(source.find_first_of(" \t,[]{}:"), source.size());
  }
  // Bytes the scalar takes on its first line.
  std::size_t scalar_length(YAML::Mark const& mark, std::string const& value) const {
    auto const source = source_at(mark);
    if (source.starts_with(value) && !value.empty()) return value.size();
    if (source.empty()) return 1;
    if (source[0] != '\'' && source[0] != '"') return source.find_last_not_of(" \t") + 1;
    for (std::size_t i = 1; i < source.size(); ++i) {
      if (source[i] == '\\' && source[0] == '"') {
        ++i;
      } else if (source[i] == source[0]) {
        if (source[0] != '\'' || source.substr(i + 1, 1) != "'") return i + 1;
        ++i;
      }
    }
    return source.size();
  }

  void refuse_tag(YAML::Mark const& mark) {
    report_.error("M107", place(mark, word_length(mark)), "tags are refused",
                  "remove the `!...`; the key's own type decides how a value is read");
  }

  void count(YAML::Mark const& mark) {
    if (++nodes_ <= YamlLimits::kNodesMax) return;
    report_.error("M112", place(mark, 1), "more than 100000 values in one file",
                  "split the file; one mapping per file");
    throw StopReading{};
  }

  void open(YAML::Mark const& mark, std::string const& tag, YamlNode::Kind kind) {
    count(mark);
    if (tag != kPlain && !tag.empty()) refuse_tag(mark);
    if (stack_.size() >= YamlLimits::kDepthMax) {
      report_.error("M111", place(mark, 1), "nested more than 32 levels deep",
                    "no key of ours is that deep: look for a stray bracket or indentation");
      throw StopReading{};
    }
    if (expects_key()) refuse_key(place(mark, 1));
    Open frame;
    frame.node.kind = kind;
    frame.node.at = place(mark, 1);
    stack_.push_back(std::move(frame));
  }

  void close() {
    auto node = std::move(stack_.back().node);
    stack_.pop_back();
    attach(std::move(node));
  }

  bool expects_key() const {
    return !stack_.empty() && stack_.back().node.is_map() &&
           stack_.back().node.keys.size() == stack_.back().node.items.size();
  }
  // What follows a quote or bracket that was left open often reads as a key that is a map or a
  // list.
  [[noreturn]] void refuse_key(Position at) {
    report_.error(
        "M115", at, "a key must be plain text",
        "close the quote or bracket that is left open here or before it, or quote the key");
    throw StopReading{};
  }

  void add(YamlNode node) {
    if (++nodes_ > YamlLimits::kNodesMax) {
      report_.error("M112", node.at, "more than 100000 values in one file",
                    "split the file; one mapping per file");
      throw StopReading{};
    }
    if (!expects_key()) return attach(std::move(node));
    if (!node.is_scalar()) refuse_key(node.at);
    add_key(std::move(node));
  }

  void add_key(YamlNode node) {
    auto& frame = stack_.back();
    if (node.text == "<<" && !node.quoted)
      report_.error("M109", node.at, "merge keys (`<<`) are refused", "write the keys out");
    auto const [first, is_new] = frame.seen.emplace(node.text, node.at.line);
    if (!is_new)
      report_.error("M108", node.at, "key `" + node.text + "` is given twice",
                    "the first is in line " + std::to_string(first->second) + "; remove one");
    frame.node.keys.push_back({std::move(node.text), node.at});
  }

  void attach(YamlNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
    } else {
      stack_.back().node.items.push_back(std::move(node));
    }
  }

  Report& report_;
  std::vector<Open> stack_;
  std::optional<YamlNode> root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// Where byte number `offset` stands.
Position locate(std::string_view text, std::size_t offset) {
  auto const before = text.substr(0, offset);
  auto const line_start = before.rfind('\n');
  auto const begin = line_start == std::string_view::npos ? 0 : line_start + 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(count_characters(before.substr(begin))) + 1, 1};
}

// yaml-cpp takes byte 0x04 for the end of the text and reads other control bytes as they come, so
// none gets that far.
std::size_t first_control_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') return i;
  }
  return std::string_view::npos;
}

bool check_bytes(std::string_view text, Report& report) {
  if (text.size() > YamlLimits::kBytesMax) {
    report.error("M102", {}, "the file is larger than 1 MiB",
                 "a mapping of a thousand fields takes a tenth of that: is this the right file?");
    return false;
  }
  if (auto const at = first_control_byte(text); at != std::string_view::npos) {
    report.error("M103", locate(text, at),
                 text[at] == '\0' ? "a NUL byte in the text" : "a control byte in the text",
                 "save the file as plain UTF-8 text");
    return false;
  }
  if (auto const at = first_invalid_utf8(text); at != std::string_view::npos) {
    report.error("M104", locate(text, at), "the text is not valid UTF-8 here",
                 "save the file as UTF-8");
    return false;
  }
  return true;
}

}  // namespace

std::optional<YamlNode> read_yaml(std::string_view text, Report& report) {
  if (!check_bytes(text, report)) return std::nullopt;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  TreeBuilder builder(report);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      report.error("M113", {}, "the file is empty", "delete it or write its keys");
      return std::nullopt;
    }
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (StopReading const&) {
    return std::nullopt;
  } catch (YAML::Exception const& error) {
    auto const at = report.place(error.mark.line, error.mark.column, 1);
    auto const line = report.line(at.line);
    auto const indent = line.substr(0, line.find_first_not_of(" \t"));
    bool const tab = indent.find('\t') != std::string_view::npos;
    report.error("M101", at, "not valid YAML: " + error.msg,
                 tab ? "indent with spaces: there is a tab at the start of this line"
                     : "check indentation, brackets and quotes here and in the line above");
    return std::nullopt;
  }
  return builder.take();
}

}  // namespace crmsync::mappings
