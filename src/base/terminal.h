// What a person reads on a terminal: its width, the columns that a text takes, lines wrapped at words, and control
// characters made harmless.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hone {

// No line that hone wraps is longer than this, on any terminal.
inline constexpr size_t kMaxLineColumns = 80;

// The columns of the terminal behind `descriptor`, or nullopt if it is not a terminal or does not know its width.
std::optional<size_t> terminal_columns(int descriptor);

// The columns that a text takes on a terminal: two for each character of East Asian width, one for any other.
size_t columns_of(std::string_view text);

// The longest prefix that takes at most `max_columns`.
std::string_view first_columns(std::string_view text, size_t max_columns);

// Returns the words of `text` in lines of at most `width` columns. The first line begins at column `first_column`,
// where something else has been written; the other lines begin with `indent` spaces. Line breaks of `text` stay. A word
// longer than a line gets a line of its own.
std::string wrapped(std::string_view text, size_t first_column, size_t indent, size_t width);

// Returns a printable message in the form in which it is written to `descriptor`: wrapped if that is a terminal. Lines
// after the first are indented behind the label ("warning: ") that opens the message.
std::string message_lines(std::string_view message, int descriptor);

// The text with control characters as \x1b, so that a file's content in a message cannot drive the terminal. Line
// breaks and tabs stay.
std::string printable(std::string_view text);

}  // namespace hone
