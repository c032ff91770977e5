// Prepares texts for a terminal: measures columns, wraps lines at words, and escapes control characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hone {

// hone wraps lines at this width even on wider terminals.
inline constexpr size_t kMaxLineColumns = 80;

// Returns the width of the terminal behind `descriptor`, or nullopt if it is not a terminal or does not know its width.
std::optional<size_t> terminal_columns(int descriptor);

// Returns the columns that a text takes on a terminal: two for each character of East Asian width, one for any other.
size_t columns_of(std::string_view text);

// Returns the longest prefix that takes at most `max_columns`.
std::string_view first_columns(std::string_view text, size_t max_columns);

// Returns the words of `text` in lines of at most `width` columns. The first line begins at column `first_column`,
// after text that is already written; the other lines begin with `indent` spaces. Keeps the line breaks of `text`.
// Gives a word that is longer than a line its own line.
std::string wrapped(std::string_view text, size_t first_column, size_t indent, size_t width);

// Returns a printable message, wrapped if `descriptor` is a terminal. Indents the lines after the first by the width of
// the label ("warning: ") that begins the message.
std::string message_lines(std::string_view message, int descriptor);

// Returns the text with control characters as escapes such as \x1b, so that file content in a message cannot control
// the terminal. Keeps line breaks and tabs.
std::string printable(std::string_view text);

}  // namespace hone
