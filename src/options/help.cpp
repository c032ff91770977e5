// Help and Markdown from a list of fields.
#include "options/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "options/value.h"

namespace hone::options {

namespace {

constexpr size_t kDocColumn = 34;

// "--model-name-or-path DIR, --model DIR" or "--[no-]group-by-length".
std::string flags_text(const Field& field) {
  const std::string value = value_name_of(field);
  if (field.is_positional) return value_name_of(field);
  if (is_boolean(field)) return "--[no-]" + flag_of(field.name).substr(2);
  std::string text = flag_of(field.name) + " " + value;
  for (const std::string& alias : field.aliases) text += ", " + flag_of(alias) + " " + value;
  return text;
}

// "(default: 5e-05)" and what else the doc line does not say.
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

// The words of `text` in lines up to `width` columns; every line but the first is indented.
std::string wrapped(std::string_view text, size_t indent, size_t width) {
  std::string result;
  size_t column = indent;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (column > indent && column + 1 + word.size() > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    begin = end + 1;
  }
  return result;
}

std::string entry(const std::string& left, const std::string& right, size_t width) {
  std::string text = "  " + left;
  if (text.size() + 2 > kDocColumn) {
    text += "\n" + std::string(kDocColumn, ' ');
  } else {
    text.resize(kDocColumn, ' ');
  }
  return text + wrapped(right, kDocColumn, width) + "\n";
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
  return "usage: " + wrapped(line, 7, width) + "\n";
}

// A cell of a Markdown table: a bar would end it.
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

}  // namespace

std::string help_text(const FieldList& list, std::string_view command, std::string_view doc, size_t width) {
  std::string text = fmt::format("{}: {}\n\n", command, doc) + usage_line(list, command, width);
  std::string group;
  for (const Field& field : list.fields()) {
    if (&field == &list.fields().front() || field.group != group) {
      text += fmt::format("\n{}\n", field.group.empty() ? "Options" : field.group);
    }
    group = field.group;
    text += entry(flags_text(field), field.doc + notes_text(field), width);
  }
  text += "\nGeneral\n" + entry("--config FILE", "take options from a YAML or JSON file; flags win", width);
  return text + entry("--help", "show this text", width);
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
