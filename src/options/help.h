// Help on options: --help on a terminal, and the tables of docs/options.md.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "options/field_list.h"

namespace hone::options {

// The topic that shows the options of every group.
inline constexpr std::string_view kAllGroups = "all";

struct HelpSubject {
  std::string_view command;                  // "hone train"
  std::string_view doc;                      // what the command does
  std::span<const std::string_view> common;  // the options that most people need; empty: show all
  std::string_view topic;                    // a group's key or kAllGroups; empty: the common options
};

// Returns the word that selects a group after --help: "logging" for "Logging, evaluation, checkpoints".
std::string group_key(std::string_view heading);

// Returns the usage line and the options, with limits and defaults, wrapped to `width` columns. Errors (kUsage): an
// unknown topic.
std::string help_text(const FieldList& list, const HelpSubject& subject, size_t width);

// Returns a Markdown section with one table for each group.
std::string markdown_section(const FieldList& list, std::string_view command, std::string_view doc);

}  // namespace hone::options
