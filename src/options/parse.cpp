// Sets fields to the values of the config file, then to those of the command line.
#include "options/parse.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "options/arguments.h"
#include "options/config_file.h"
#include "options/value.h"

namespace hone::options {

namespace {

// Sets wants_help and help_topic if --help appears anywhere before "--".
void look_for_help(std::span<const std::string> arguments, ParseResult& result) {
  constexpr std::string_view kWithTopic = "--help=";
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const bool is_plain = arguments[i] == "--help" || arguments[i] == "-h";
    if (!is_plain && !arguments[i].starts_with(kWithTopic)) continue;
    result.wants_help = true;
    if (!is_plain) result.help_topic = arguments[i].substr(kWithTopic.size());
    if (is_plain && i + 1 < arguments.size() && !arguments[i + 1].starts_with('-')) {
      result.help_topic = arguments[i + 1];
    }
    return;
  }
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
      if (repeated) result.notes.push_back(fmt::format("{} is given twice: {} is used", where, text));
    }
    result.provenance.record(field->name, Source::kFlag, where);
  }
}

// Throws for 010, which YAML 1.1 reads as 8 and YAML 1.2 as 10: the user must write the intended number.
void check_not_octal(const std::string& text, const std::string& where) {
  const bool is_octal =
      text.size() > 1 && text.size() < 20 && text[0] == '0' && text.find_first_not_of("01234567") == std::string::npos;
  if (!is_octal) return;
  const std::string decimal = text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: {} begins with a zero, so YAML 1.1 reads it as an octal number", where, text),
              fmt::format("write {} (or {}, if you mean the octal number)", decimal, std::stoull(text, nullptr, 8)));
}

// Returns the field that an old key sets, and changes `value` to the new value of that field. Returns null if the key
// has no effect.
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
  if (!value.is_boolean()) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}: {} is neither true nor false", where, entry.key, value.dump()));
  }
  if (!value.get<bool>()) return nullptr;
  result.notes.push_back(
      fmt::format("{}: {} is now {}: {}{}", where, entry.key, old->current, old->value, old->remark()));
  value = std::string(old->value);
  return list.find(old->current);
}

// Makes the value of the field that names the config file the value of --config.
void take_config(Arguments& matched) {
  for (const Assignment& assignment : matched.assignments) {
    if (!assignment.field->is_config) continue;
    if (matched.config) {
      throw Error(ErrorKind::kUsage, fmt::format("two config files: {} and {}", *matched.config, assignment.text),
                  "give one of them");
    }
    matched.config = assignment.text;
  }
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

void assign_json(const Field& field, const Json& value, const std::string& where) {
  if (value.is_null() && (is_optional(field) || is_list(field))) return clear(field);
  if (value.is_null()) throw value_error(field, where, "has no value");
  if (value.is_string() && is_number(field)) check_not_octal(value.get<std::string>(), where);
  if (value.is_primitive()) return assign(field, value.is_string() ? value.get<std::string>() : value.dump(), where);
  if (field.is_structured) return assign(field, value.dump(), where);
  const char* what = value.is_array() ? "a list" : "a mapping";
  if (!is_list(field) || !value.is_array()) {
    throw value_error(field, where, fmt::format("expected {}, found {}", expectation(field), what));
  }
  std::vector<std::string> items;
  for (const Json& item : value) {
    if (!item.is_primitive() || item.is_null()) throw value_error(field, where, "an item of the list is not text");
    items.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  assign_items(field, std::move(items), where);
}

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
  look_for_help(arguments, result);
  if (result.wants_help) return result;
  Arguments matched = match_arguments(list, command, arguments);
  take_config(matched);
  if (matched.config) apply_config(list, *matched.config, result);
  result.notes.insert(result.notes.end(), matched.notes.begin(), matched.notes.end());
  apply_assignments(matched.assignments, result);
  check_required(list, result.provenance, command);
  return result;
}

}  // namespace hone::options
