// Arguments are first matched to fields (so that a typo is found before any file is read), then applied in order.
#include "options/parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "base/error.h"
#include "options/config_file.h"
#include "options/value.h"

namespace hone::options {

namespace {

// One flag or positional argument and the field it sets.
struct Assignment {
  const Field* field;
  std::string text;
  std::string where;  // "--seed", as typed
  bool is_positional = false;
};

// "--name=value" or "--name", with the name as a key.
struct Flag {
  std::string spelling;  // "--learning-rate"
  std::string key;       // "learning_rate"
  std::optional<std::string> value;
};

Flag split_flag(const std::string& argument) {
  const size_t equals = argument.find('=');
  Flag flag;
  flag.spelling = argument.substr(0, equals);
  flag.key = key_of(std::string_view(flag.spelling).substr(2));
  if (equals != std::string::npos) flag.value = argument.substr(equals + 1);
  return flag;
}

bool is_boolean_text(std::string_view text) {
  return text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" || text == "FALSE";
}

// Matches the arguments of one command line to fields.
class ArgumentReader {
 public:
  ArgumentReader(const FieldList& list, std::string_view command, std::span<const std::string> arguments)
      : list_(list), command_(command), arguments_(arguments) {}

  void read() {
    for (bool flags_ended = false; next_ < arguments_.size();) {
      const std::string& argument = arguments_[next_++];
      if (!flags_ended && argument == "--") {
        flags_ended = true;
      } else if (!flags_ended && argument.starts_with("--")) {
        read_flag(split_flag(argument));
      } else if (!flags_ended && argument.size() > 1 && argument[0] == '-' && !is_digit(argument[1])) {
        throw unknown_option(argument, argument.substr(1));
      } else {
        read_positional(argument);
      }
    }
  }

  std::vector<Assignment> assignments;
  std::vector<std::string> notes;
  std::optional<std::string> config;

 private:
  static bool is_digit(char c) { return (c >= '0' && c <= '9') || c == '.'; }

  std::string help_hint() const { return fmt::format("{} --help lists all options", command_); }

  Error unknown_option(const std::string& typed, std::string_view name) const {
    const std::string suggestion = list_.suggestion(name, /*flags=*/true);
    return Error(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", typed),
                 suggestion.empty() ? help_hint() : suggestion + " " + help_hint());
  }

  void read_flag(Flag flag) {
    if (flag.key == "config" && list_.find("config") == nullptr) {
      if (config) throw Error(ErrorKind::kUsage, "--config is given twice", "put all options into one file");
      config = take_value(flag, "FILE");
    } else if (const Field* field = list_.find(flag.key)) {
      add(*field, flag, is_boolean(*field));
    } else if (const Field* negated = negated_field(flag.key)) {
      if (flag.value) throw Error(ErrorKind::kUsage, fmt::format("{} takes no value", flag.spelling));
      assignments.push_back({negated, "false", flag.spelling});
    } else if (const auto old = list_.find_old(flag.key)) {
      add_old(*old, flag);
    } else {
      throw unknown_option(flag.spelling, flag.key);
    }
  }

  const Field* negated_field(const std::string& key) const {
    if (!key.starts_with("no_")) return nullptr;
    const Field* field = list_.find(key.substr(3));
    return field != nullptr && is_boolean(*field) ? field : nullptr;
  }

  void add(const Field& field, Flag& flag, bool is_switch) {
    const std::string text = is_switch ? take_switch(flag) : take_value(flag, value_name_of(field));
    assignments.push_back({&field, text, flag.spelling});
  }

  void add_old(const OldOption& old, Flag& flag) {
    const Field& field = *list_.find(old.current);
    if (!old.ignored.empty()) {
      old.is_switch ? take_switch(flag) : take_value(flag, "VALUE");
      notes.push_back(fmt::format("{} has no effect: {}", flag.spelling, old.ignored));
    } else if (old.value.empty()) {
      notes.push_back(fmt::format("{} is now {}", flag.spelling, flag_of(field.name)));
      add(field, flag, old.is_switch);
    } else {
      notes.push_back(fmt::format("{} is now {} {}", flag.spelling, flag_of(field.name), old.value));
      if (is_true(take_switch(flag))) assignments.push_back({&field, std::string(old.value), flag.spelling});
    }
  }

  static bool is_true(std::string_view text) { return !text.empty() && (text[0] == 't' || text[0] == 'T'); }

  std::string take_switch(Flag& flag) {
    if (flag.value) return *flag.value;
    if (next_ < arguments_.size() && is_boolean_text(arguments_[next_])) return arguments_[next_++];
    return "true";
  }

  std::string take_value(Flag& flag, std::string_view value_name) {
    if (flag.value) return *flag.value;
    if (next_ < arguments_.size() && !arguments_[next_].starts_with("--")) return arguments_[next_++];
    throw Error(ErrorKind::kUsage, fmt::format("{} needs a value", flag.spelling),
                fmt::format("write {0} {1} (or {0}={1} for a value that starts with --)", flag.spelling, value_name));
  }

  void read_positional(const std::string& argument) {
    for (const Field& field : list_.fields()) {
      if (!field.is_positional || (!is_list(field) && positionals_.count(&field) > 0)) continue;
      positionals_.insert(&field);
      assignments.push_back({&field, argument, field.name, true});
      return;
    }
    std::string hint = list_.suggestion(argument.substr(0, argument.find('=')), /*flags=*/true);
    throw Error(ErrorKind::kUsage, fmt::format("unexpected argument \"{}\"", argument),
                hint.empty() ? fmt::format("every value follows its flag; {}", help_hint()) : hint);
  }

  const FieldList& list_;
  std::string_view command_;
  std::span<const std::string> arguments_;
  size_t next_ = 0;
  std::set<const Field*> positionals_;
};

bool asks_for_help(std::span<const std::string> arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--help" || argument == "-h") return true;
  }
  return false;
}

void apply_assignments(const std::vector<Assignment>& assignments, ParseResult& result) {
  std::map<const Field*, std::vector<std::string>> items;
  std::set<const Field*> seen;
  for (const auto& [field, text, where, is_positional] : assignments) {
    const bool repeated = !seen.insert(field).second;
    if (is_list(*field)) {
      const bool whole = is_positional;
      const auto more = whole ? std::vector<std::string>{text} : split_items(*field, text, where);
      items[field].insert(items[field].end(), more.begin(), more.end());
      assign_items(*field, items[field], where);
    } else {
      assign(*field, text, where);
      if (repeated) result.notes.push_back(fmt::format("{} is given again: {} counts", where, text));
    }
    result.provenance.record(field->name, Source::kFlag, where);
  }
}

// A list, a mapping or a scalar of a config file into a field.
void assign_json(const Field& field, const Json& value, const std::string& where) {
  if (value.is_null() && (is_optional(field) || is_list(field))) return clear(field);
  if (value.is_null()) throw value_error(field, where, "has no value");
  if (value.is_primitive()) return assign(field, value.is_string() ? value.get<std::string>() : value.dump(), where);
  if (field.is_structured) return assign(field, value.dump(), where);
  const char* what = value.is_array() ? "a list" : "a mapping";
  if (!is_list(field) || !value.is_array()) {
    throw value_error(field, where, fmt::format("{} stands where {} is expected", what, expectation(field)));
  }
  std::vector<std::string> items;
  for (const Json& item : value) {
    if (!item.is_primitive() || item.is_null()) throw value_error(field, where, "an item of the list is not text");
    items.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  assign_items(field, std::move(items), where);
}

// The field that a key of a config file sets and the value it gets; null where the key has no effect.
const Field* old_field(const FieldList& list, const ConfigEntry& entry, const std::string& where, Json& value,
                       ParseResult& result) {
  const auto old = list.find_old(entry.key);
  if (!old) {
    std::string hint = list.suggestion(entry.key, /*flags=*/false);
    throw Error(ErrorKind::kUsage, fmt::format("{}: unknown option \"{}\"", where, entry.key), hint);
  }
  if (!old->ignored.empty()) {
    result.notes.push_back(fmt::format("{}: {} has no effect: {}", where, entry.key, old->ignored));
    return nullptr;
  }
  if (old->value.empty()) {
    result.notes.push_back(fmt::format("{}: {} is now {}", where, entry.key, old->current));
    return list.find(old->current);
  }
  result.notes.push_back(fmt::format("{}: {} is now {}: {}", where, entry.key, old->current, old->value));
  if (value != Json(true)) return nullptr;
  value = std::string(old->value);
  return list.find(old->current);
}

void check_required(const FieldList& list, const Provenance& provenance, std::string_view command) {
  std::vector<std::string> missing;
  for (const Field& field : list.fields()) {
    if (!field.is_required || provenance.is_set(field.name)) continue;
    const std::string name = field.aliases.empty() ? field.name : field.aliases.front();
    missing.push_back(field.is_positional ? value_name_of(field)
                                          : fmt::format("{} {}", flag_of(name), value_name_of(field)));
  }
  if (missing.empty()) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} needs {}", command, fmt::join(missing, " and ")),
              fmt::format("{} --help lists all options", command));
}

}  // namespace

void apply_config(const FieldList& list, const std::filesystem::path& path, ParseResult& result) {
  std::map<const Field*, std::string> seen;
  for (const ConfigEntry& entry : read_config(path)) {
    const std::string place = fmt::format("{}:{}", path.string(), entry.line);
    Json value = entry.value;
    const Field* field = list.find(entry.key);
    if (field == nullptr) field = old_field(list, entry, place, value, result);
    if (field == nullptr) continue;
    const auto [earlier, is_new] = seen.emplace(field, entry.key);
    if (!is_new) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("{}: \"{}\" and \"{}\" are the same option", place, earlier->second, entry.key),
                  "remove one of the two");
    }
    const std::string where = fmt::format("{}: {}", place, entry.key);
    assign_json(*field, value, where);
    result.provenance.record(field->name, Source::kFile, where);
  }
}

ParseResult parse_into(const FieldList& list, std::string_view command, std::span<const std::string> arguments) {
  ParseResult result;
  if (asks_for_help(arguments)) {
    result.wants_help = true;
    return result;
  }
  ArgumentReader reader(list, command, arguments);
  reader.read();
  if (reader.config) apply_config(list, *reader.config, result);
  result.notes.insert(result.notes.end(), reader.notes.begin(), reader.notes.end());
  apply_assignments(reader.assignments, result);
  check_required(list, result.provenance, command);
  return result;
}

}  // namespace hone::options
