// What people read about options: --help on a terminal, and the tables of docs/options.md.
#pragma once

#include <string>
#include <string_view>

#include "options/field_list.h"

namespace hone::options {

// The usage line and every option by group, with defaults, wrapped to `width` columns. `command`: "hone train".
std::string help_text(const FieldList& list, std::string_view command, std::string_view doc, size_t width);

// A Markdown section with one table a group.
std::string markdown_section(const FieldList& list, std::string_view command, std::string_view doc);

}  // namespace hone::options
