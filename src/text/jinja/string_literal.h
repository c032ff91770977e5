// The escapes of string literals, as Python's codec "unicode-escape" reads them.
#pragma once

#include <string>
#include <string_view>

namespace hone::text::jinja {

// Appends the text of a literal without its quotes. Returns null, or what is wrong with it.
const char* unescape(std::string_view literal, std::string& text);

}  // namespace hone::text::jinja
