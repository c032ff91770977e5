// The lines of a text as str.splitlines() finds them: it knows more line ends than \n.
#pragma once

#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace hone::text::jinja {

// Returns the lines, with or without their ends. There is no line after the last line end.
std::vector<Offset> lines_of(std::string_view text, bool with_ends);

}  // namespace hone::text::jinja
