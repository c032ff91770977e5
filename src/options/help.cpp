// Makes help and Markdown from a list of fields.
#include "options/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/names.h"
#include "base/terminal.h"
#include "options/value.h"

namespace hone::options {

namespace {

constexpr size_t kDocColumn = 34;

// Returns "--model-name-or-path DIR, --model DIR" or "--[no-]group-by-length".
std::string flags_text(const Field& field) {
  const std::string value = value_name_of(field);
  if (field.is_positional) return value_name_of(field);
  if (has_negation(field)) return "--[no-]" + flag_of(field.name).substr(2);
  if (is_boolean(field)) return flag_of(field.name);
  std::string text = flag_of(field.name) + " " + value;
  for (const std::string& alias : field.aliases) text += ", " + flag_of(alias) + " " + value;
  return text;
}

// Returns "default: 5e-05", "required", or nothing.
std::string default_note(const Field& field) {
  if (field.is_required) return "required";
  if (!field.default_text.empty()) return "default: " + field.default_text;
  const auto text = value_text(field);
  return text && !text->empty() ? "default: " + *text : "";
}

std::string limits_note(const Field& field) {
  const bool limited = !field.choices.empty() || field.minimum || field.maximum;
  return limited ? expectation(field) : "";
}

std::string notes_text(const Field& field) {
  std::string notes = limits_note(field);
  const std::string default_text = default_note(field);
  if (!notes.empty() && !default_text.empty()) notes += "; ";
  notes += default_text;
  return notes.empty() ? "" : fmt::format(" ({})", notes);
}

std::string entry(const std::string& left, const std::string& right, size_t width) {
  std::string text = "  " + left;
  if (text.size() + 2 > kDocColumn) {
    text += "\n" + std::string(kDocColumn, ' ');
  } else {
    text.resize(kDocColumn, ' ');
  }
  return text + wrapped(right, kDocColumn, kDocColumn, width) + "\n";
}

std::string usage_line(const FieldList& list, std::string_view command, size_t width) {
  std::string line(command);
  for (const Field& field : list.fields()) {
    if (field.is_positional || !field.is_required) continue;
    line += fmt::format(" {} {}", flag_of(field.aliases.empty() ? field.name : field.aliases[0]), value_name_of(field));
  }
  line += " [options]";
  for (const Field& field : list.fields()) {
    if (!field.is_positional) continue;
    const std::string name = value_name_of(field) + (is_list(field) ? "..." : "");
    line += field.is_required ? " " + name : fmt::format(" [{}]", name);
  }
  return "usage: " + wrapped(line, 7, 7, width) + "\n";
}

// Returns the text as a cell of a Markdown table. Escapes bars, which would end the cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string markdown_row(const Field& field) {
  std::string names = field.is_positional ? value_name_of(field) : flag_of(field.name);
  std::string text = fmt::format("| `{}`", names);
  for (const std::string& alias : field.aliases) text += fmt::format(", `{}`", flag_of(alias));
  std::string default_text = field.is_required ? "required" : field.default_text;
  if (default_text.empty()) {
    const auto value = value_text(field);
    default_text = value && !value->empty() ? fmt::format("`{}`", *value) : "";
  }
  return text + fmt::format(" | {} | {} | {} |\n", cell(expectation(field)), cell(default_text), cell(field.doc));
}

std::string_view heading_of(const Field& field) {
  return field.group.empty() ? "Options" : std::string_view(field.group);
}

// Returns the headings of the groups, in the order of the options.
std::vector<std::string_view> headings(const FieldList& list) {
  std::vector<std::string_view> result;
  for (const Field& field : list.fields()) {
    if (std::find(result.begin(), result.end(), heading_of(field)) == result.end()) result.push_back(heading_of(field));
  }
  return result;
}

std::string group_entries(const FieldList& list, std::string_view heading, size_t width) {
  std::string text = fmt::format("\n{}\n", heading);
  for (const Field& field : list.fields()) {
    if (heading_of(field) == heading) text += entry(flags_text(field), field.doc + notes_text(field), width);
  }
  return text;
}

std::string config_entry(size_t width) {
  return entry("--config FILE", "take options from a YAML or JSON file; flags win", width);
}

std::string all_groups_text(const FieldList& list, size_t width) {
  std::string text;
  for (const std::string_view heading : headings(list)) text += group_entries(list, heading, width);
  text += "\nGeneral\n" + config_entry(width);
  return text + entry("--help [GROUP]", "show this text, or one group of it", width);
}

std::string group_text(const FieldList& list, const HelpSubject& subject, size_t width) {
  std::vector<std::string> known;
  for (const std::string_view heading : headings(list)) {
    known.push_back(group_key(heading));
    if (known.back() == group_key(subject.topic)) return group_entries(list, heading, width).substr(1);
  }
  known.emplace_back(kAllGroups);
  throw unknown_name(ErrorKind::kUsage, "group of options", subject.topic, known);
}

constexpr size_t kMaxNames = 200;  // characters of a group's names, three lines

// Returns the common options, then the names of the options by group: of a large group the first ones.
std::string common_text(const FieldList& list, const HelpSubject& subject, size_t width) {
  std::string text = "\nWhat most people need\n";
  const auto add = [&](const Field& field) { text += entry(flags_text(field), field.doc + notes_text(field), width); };
  for (const Field& field : list.fields()) {
    if (field.is_required) add(field);
  }
  for (const std::string_view name : subject.common) add(*list.find(name));
  text += config_entry(width);
  text += fmt::format("\nAll options by group ({} --help GROUP, or --help {})\n", subject.command, kAllGroups);
  for (const std::string_view heading : headings(list)) {
    std::string names;
    size_t num_more = 0;
    for (const Field& field : list.fields()) {
      if (heading_of(field) != heading) continue;
      if (names.size() > kMaxNames) {
        ++num_more;
        continue;
      }
      names +=
          (names.empty() ? "" : ", ") + (field.is_positional ? value_name_of(field) : flag_of(field.name).substr(2));
    }
    if (num_more > 0) names += fmt::format(", and {} more", num_more);
    constexpr size_t kNamesColumn = 14;
    std::string left = "  " + group_key(heading);
    left.resize(std::max(left.size() + 1, kNamesColumn), ' ');
    text += left + wrapped(names, left.size(), kNamesColumn, width) + "\n";
  }
  return text;
}

}  // namespace

std::string group_key(std::string_view heading) {
  std::string key(heading.substr(0, heading.find_first_of(" ,")));
  for (char& c : key) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return key;
}

std::string help_text(const FieldList& list, const HelpSubject& subject, size_t width) {
  const std::string opening =
      fmt::format("{}: {}\n\n", subject.command, subject.doc) + usage_line(list, subject.command, width);
  if (!subject.topic.empty() && subject.topic != kAllGroups) return group_text(list, subject, width);
  const bool is_short = subject.topic.empty() && !subject.common.empty();
  return opening + (is_short ? common_text(list, subject, width) : all_groups_text(list, width));
}

std::string markdown_section(const FieldList& list, std::string_view command, std::string_view doc) {
  std::string text = fmt::format("## {}\n\n{}.\n", command, doc);
  char& first = text[text.find("\n\n") + 2];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
  std::string group;
  for (const Field& field : list.fields()) {
    if (&field == &list.fields().front() || field.group != group) {
      text += fmt::format("\n### {}\n\n| option | takes | default | what it does |\n|---|---|---|---|\n",
                          field.group.empty() ? "Options" : field.group);
    }
    group = field.group;
    text += markdown_row(field);
  }
  return text;
}

}  // namespace hone::options
