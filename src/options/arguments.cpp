// Reads flags in all their spellings: negations, old names, values after "=" or as the next argument.
#include "options/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace hone::options {

namespace {

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

bool begins_number(char c) { return (c >= '0' && c <= '9') || c == '.'; }

bool is_boolean_text(std::string_view text) {
  return text == "true" || text == "false" || text == "True" || text == "False" || text == "TRUE" || text == "FALSE";
}

// Matches the arguments of one command line to fields.
class ArgumentReader {
 public:
  ArgumentReader(const FieldList& list, std::string_view command, std::span<const std::string> arguments)
      : list_(list), command_(command), arguments_(arguments) {}

  Arguments read() {
    for (bool flags_ended = false; next_ < arguments_.size();) {
      const std::string& argument = arguments_[next_++];
      if (!flags_ended && argument == "--") {
        flags_ended = true;
      } else if (!flags_ended && argument.starts_with("--")) {
        read_flag(split_flag(argument));
      } else if (!flags_ended && argument.size() > 1 && argument[0] == '-' && !begins_number(argument[1])) {
        throw unknown_option(argument, argument.substr(1));
      } else {
        read_positional(argument);
      }
    }
    return std::move(result_);
  }

 private:
  std::string help_hint() const { return fmt::format("{} --help lists all options", command_); }

  Error unknown_option(const std::string& typed, std::string_view name) const {
    std::string hint = list_.suggestion(name, /*flags=*/true);
    if (!hint.empty()) hint += ' ';
    if (takes_positional()) hint += "write -- before a text that begins with a hyphen; ";
    return Error(ErrorKind::kUsage, fmt::format("unknown option \"{}\"", typed), hint + help_hint());
  }

  bool takes_positional() const {
    const auto& fields = list_.fields();
    return std::any_of(fields.begin(), fields.end(), [](const Field& field) { return field.is_positional; });
  }

  void read_flag(Flag flag) {
    if (flag.key == "config" && list_.find("config") == nullptr) {
      if (result_.config) throw Error(ErrorKind::kUsage, "--config is given twice", "put all options into one file");
      result_.config = take_value(flag, "FILE");
    } else if (const Field* field = list_.find(flag.key)) {
      add(*field, flag, is_boolean(*field));
    } else if (const Field* negated = negated_field(flag.key)) {
      if (flag.value) throw Error(ErrorKind::kUsage, fmt::format("{} takes no value", flag.spelling));
      result_.assignments.push_back({negated, "false", flag.spelling});
    } else if (const auto old = list_.find_old(flag.key)) {
      add_old(*old, flag);
    } else {
      throw unknown_option(flag.spelling, flag.key);
    }
  }

  const Field* negated_field(const std::string& key) const {
    if (!key.starts_with("no_")) return nullptr;
    const Field* field = list_.find(key.substr(3));
    return field != nullptr && has_negation(*field) ? field : nullptr;
  }

  void add(const Field& field, Flag& flag, bool is_switch) {
    const std::string text = is_switch ? take_switch(flag) : take_value(flag, value_name_of(field));
    result_.assignments.push_back({&field, text, flag.spelling});
  }

  void add_old(const OldOption& old, Flag& flag) {
    const Field& field = *list_.find(old.current);
    if (!old.ignored.empty()) {
      old.is_switch ? take_switch(flag) : take_value(flag, "VALUE");
      result_.notes.push_back(fmt::format("{} has no effect: {}", flag.spelling, old.ignored));
    } else if (old.value.empty()) {
      result_.notes.push_back(fmt::format("{} is now {}", flag.spelling, flag_of(field.name)));
      add(field, flag, old.is_switch);
    } else {
      const std::string text = take_switch(flag);
      if (!is_boolean_text(text)) {
        throw Error(ErrorKind::kUsage, fmt::format("{}: \"{}\" is neither true nor false", flag.spelling, text));
      }
      if (text[0] == 'f' || text[0] == 'F') return;
      result_.notes.push_back(
          fmt::format("{} is now {} {}{}", flag.spelling, flag_of(field.name), old.value, old.remark()));
      result_.assignments.push_back({&field, std::string(old.value), flag.spelling});
    }
  }

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
      result_.assignments.push_back({&field, argument, field.name, true});
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
  Arguments result_;
  std::set<const Field*> positionals_;
};

}  // namespace

Arguments match_arguments(const FieldList& list, std::string_view command, std::span<const std::string> arguments) {
  return ArgumentReader(list, command, arguments).read();
}

}  // namespace hone::options
