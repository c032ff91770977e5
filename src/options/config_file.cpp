// Reads YAML from yaml-cpp's events, not its trees, so that each limit is checked before anything is stored and before
// any recursion goes deeper.
#include "options/config_file.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/files.h"

namespace hone::options {

namespace {

Error error_at(const std::string& source, size_t line, const std::string& problem, const std::string& hint = "") {
  return Error(ErrorKind::kInput, fmt::format("{}:{}: {}", source, line, problem), hint);
}

size_t line_of(const YAML::Mark& mark) { return mark.line < 0 ? 1 : static_cast<size_t>(mark.line) + 1; }

// Returns a plain scalar as a JSON value if JSON writes it in the same way (7, 0.1, true), and as text otherwise.
Json plain_scalar(const std::string& text) {
  const Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool same = !value.is_discarded() && value.is_primitive() && value.dump() == text;
  return same ? value : Json(text);
}

// Collects the entries of one document. Throws at the first construct that is not allowed in a config file.
class ConfigEvents : public YAML::EventHandler {
 public:
  ConfigEvents(std::string_view text, const std::string& source) : source_(source), text_(text) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "an alias (*name)"); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (frames_.empty()) return;  // an empty document
    check_plain(mark, "?", anchor);
    add(mark, Json(nullptr), "null");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    check_closed(mark);
    add(mark, tag == "?" ? plain_scalar(value) : Json(value), value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

  std::vector<ConfigEntry> entries;

 private:
  // A list or mapping that is being read. In a mapping, `has_key` is true between a key and its value.
  struct Frame {
    Json value;
    bool has_key = false;
    std::string key;
    size_t key_line = 0;
    std::set<std::string> keys;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& what) const {
    throw error_at(source_, line_of(mark), what + " is not allowed in a config file", "write the value itself");
  }

  void check_plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) refuse(mark, "an anchor (&name)");
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, fmt::format("the tag {}", tag));
  }

  // At an open quote, yaml-cpp reads the rest of the file as the text and reports nothing.
  void check_closed(const YAML::Mark& mark) const {
    const auto begin = static_cast<size_t>(mark.pos);
    if (begin >= text_.size() || (text_[begin] != '"' && text_[begin] != '\'')) return;
    const char quote = text_[begin];
    size_t end = begin + 1;
    for (; end < text_.size(); ++end) {
      const bool doubled = quote == '\'' && text_.substr(end, 2) == "''";
      const bool escaped = quote == '"' && text_[end] == '\\';
      if (text_[end] == quote && !doubled) return;
      if (doubled || escaped) ++end;
    }
    throw error_at(source_, line_of(mark), "the quote is never closed");
  }

  bool wants_key() const { return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().has_key; }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Json empty) {
    check_plain(mark, tag, anchor);
    if (frames_.empty() && !empty.is_object()) throw not_a_mapping(mark);
    if (wants_key()) throw error_at(source_, line_of(mark), "a key must be a plain name");
    if (frames_.size() == kMaxConfigDepth) {
      throw error_at(source_, line_of(mark), fmt::format("nested deeper than {}", kMaxConfigDepth));
    }
    frames_.push_back({std::move(empty), false, "", 0, {}});
  }

  void close() {
    Frame closed = std::move(frames_.back());
    frames_.pop_back();
    if (!frames_.empty()) store(std::move(closed.value));
  }

  void add(const YAML::Mark& mark, Json value, const std::string& text) {
    if (frames_.empty()) throw not_a_mapping(mark);
    if (wants_key()) {
      set_key(mark, text);
    } else {
      store(std::move(value));
    }
  }

  void set_key(const YAML::Mark& mark, const std::string& key) {
    Frame& frame = frames_.back();
    if (!frame.keys.insert(key).second) {
      throw error_at(source_, line_of(mark), fmt::format("\"{}\" is given twice", key), "remove one of the two");
    }
    if (frame.keys.size() > kMaxConfigKeys) {
      throw error_at(source_, line_of(mark), fmt::format("more than {} keys in one mapping", kMaxConfigKeys));
    }
    frame.has_key = true;
    frame.key = key;
    frame.key_line = line_of(mark);
  }

  void store(Json value) {
    Frame& frame = frames_.back();
    if (frame.value.is_array()) {
      frame.value.push_back(std::move(value));
    } else if (frames_.size() == 1) {
      entries.push_back({frame.key, std::move(value), frame.key_line});
    } else {
      frame.value[frame.key] = std::move(value);
    }
    frame.has_key = false;
  }

  Error not_a_mapping(const YAML::Mark& mark) const {
    return error_at(source_, line_of(mark), "not a mapping of option names to values",
                    "a config file has lines such as: learning_rate: 2e-5");
  }

  const std::string& source_;
  std::string_view text_;
  std::vector<Frame> frames_;
};

// Rejects UTF-16 and UTF-32: yaml-cpp would decode them, and its positions would not be positions in `text`.
void check_bytes(std::string_view text, const std::string& source) {
  const size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    const auto line = 1 + static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<long>(zero), '\n'));
    throw error_at(source, line, "a zero byte: the file is not UTF-8 text");
  }
  if (text.starts_with('\xFF') || text.starts_with('\xFE')) throw error_at(source, 1, "the file is not UTF-8 text");
}

// Returns the keys of the outermost object with their lines, repeated keys included. `text` must be valid JSON.
std::vector<std::pair<std::string, size_t>> outer_keys(std::string_view text) {
  std::vector<std::pair<std::string, size_t>> keys;
  size_t line = 1, depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    size_t end = i + 1;
    while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    const size_t after = text.find_first_not_of(" \t\r\n", end + 1);
    const bool is_key = depth == 1 && after != std::string_view::npos && text[after] == ':';
    if (is_key) keys.emplace_back(Json::parse(text.substr(i, end + 1 - i)).get<std::string>(), line);
    i = end;
  }
  return keys;
}

}  // namespace

std::vector<ConfigEntry> parse_yaml_config(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  check_bytes(text, source);
  std::istringstream stream{std::string(text)};
  ConfigEvents events(text, source), rest(text, source);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(events);
    if (parser.HandleNextDocument(rest)) {
      throw Error(ErrorKind::kInput, fmt::format("{}: more than one YAML document", source), "keep the first one");
    }
  } catch (const YAML::Exception& error) {
    throw error_at(source, line_of(error.mark), error.msg, "the file is not valid YAML");
  }
  return std::move(events.entries);
}

std::vector<ConfigEntry> parse_json_config(std::string_view text, const std::string& source) {
  Json value = parse_json(text, source);
  if (!value.is_object()) throw error_at(source, 1, "not a JSON object of option names and values");
  std::vector<ConfigEntry> entries;
  std::set<std::string> seen;
  for (const auto& [key, line] : outer_keys(text)) {
    if (!seen.insert(key).second) {
      throw error_at(source, line, fmt::format("\"{}\" is given twice", key), "remove one of the two");
    }
    entries.push_back({key, std::move(value[key]), line});
  }
  return entries;
}

std::vector<ConfigEntry> read_config(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  const bool is_json = extension == ".json";
  if (!is_json && extension != ".yaml" && extension != ".yml") {
    throw Error(ErrorKind::kUsage, fmt::format("--config: {} is neither .yaml, .yml nor .json", path.string()));
  }
  const MappedFile file(path);
  if (file.bytes().size() > kMaxConfigBytes) {
    throw Error(ErrorKind::kInput, fmt::format("{}: {} bytes is too large for a config file (at most {})",
                                               path.string(), file.bytes().size(), kMaxConfigBytes));
  }
  return is_json ? parse_json_config(file.bytes(), path.string()) : parse_yaml_config(file.bytes(), path.string());
}

}  // namespace hone::options
