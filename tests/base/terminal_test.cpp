#include "base/terminal.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>

#include "base/descriptor.h"

namespace terminal_test {

using namespace hone;

// Returns the output of a message on a terminal of this width.
std::string on_terminal(unsigned short columns, std::string_view message) {
  winsize size{};
  size.ws_col = columns;
  int controller = -1, terminal = -1;
  REQUIRE(openpty(&controller, &terminal, nullptr, nullptr, &size) == 0);
  const Descriptor first(controller), second(terminal);
  return message_lines(message, terminal);
}

TEST_CASE("a terminal has a width, a file has none") {
  winsize size{};
  size.ws_col = 57;
  int controller = -1, terminal = -1;
  REQUIRE(openpty(&controller, &terminal, nullptr, nullptr, &size) == 0);
  const Descriptor first(controller), second(terminal);
  CHECK(terminal_columns(terminal) == 57);
  const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(terminal_columns(null.value()).has_value());
  CHECK_FALSE(terminal_columns(-1).has_value());
}

TEST_CASE("a character takes one column, an East Asian one two") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("\xC3\xA9t\xC3\xA9") == 3);              // ete with accents
  CHECK(columns_of("\xE9\x85\x92\xE5\xBA\x97") == 4);       // two Chinese characters
  CHECK(columns_of("a\xEA\xB0\x80\xF0\x9F\x98\x80") == 5);  // a Korean syllable, an emoji
  CHECK(columns_of("a\xFF\x80") == 3);                      // not UTF-8
}

TEST_CASE("a text is truncated at the last whole character that fits into the columns") {
  CHECK(first_columns("abcdef", 4) == "abcd");
  CHECK(first_columns("abc", 10) == "abc");
  const std::string hotel = "\xE9\x85\x92\xE5\xBA\x97";
  CHECK(first_columns(hotel, 3) == hotel.substr(0, 3));
  CHECK(first_columns(hotel, 1).empty());
  CHECK(first_columns(hotel, 4) == hotel);
}

TEST_CASE("words are wrapped at the width, and lines after the first are indented") {
  CHECK(wrapped("one two three", 0, 0, 7) == "one two\nthree");
  CHECK(wrapped("one two three", 2, 2, 9) == "one two\n  three");
  CHECK(wrapped("a-long-word b", 2, 2, 6) == "a-long-word\n  b");
  CHECK(wrapped("rows      8 rows", 0, 2, 80) == "rows      8 rows");
  CHECK(wrapped("one\n  two three", 1, 1, 9) == "one\n   two\n three");
  CHECK(wrapped("", 4, 4, 80).empty());
  CHECK(wrapped("trailing ", 0, 0, 80) == "trailing");
}

TEST_CASE("no wrapped line is wider than the width unless a single word is") {
  const std::string text = "the quick brown fox jumps over \xE9\x85\x92\xE5\xBA\x97 and the lazy dog again and again";
  for (size_t width = 8; width < 90; ++width) {
    std::string joined;
    const std::string lines = wrapped(text, 2, 2, width);
    for (size_t begin = 0; begin <= lines.size();) {
      const size_t end = std::min(lines.find('\n', begin), lines.size());
      const std::string line = lines.substr(begin, end - begin);
      CHECK(columns_of(line) + (begin == 0 ? 2 : 0) <= width);
      joined += (begin == 0 ? line : " " + line.substr(2));
      begin = end + 1;
    }
    CHECK(joined == text);
  }
}

TEST_CASE("a message is wrapped after its label on a terminal, and not in a file") {
  CHECK(on_terminal(24, "warning: 3 rows have no label") == "warning: 3 rows have no\n         label");
  CHECK(on_terminal(24, "rows      8 for training, 2 more") ==
        "rows      8 for\n          training, 2\n          more");
  CHECK(on_terminal(24, "listening on http://a.example") == "listening on\n  http://a.example");
  const std::string longest(60, 'x');
  CHECK(on_terminal(200, "error: " + longest + " " + longest) == "error: " + longest + "\n       " + longest);
  const Descriptor null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  CHECK(message_lines("error: " + longest + " \x1b" + longest, null.value()) ==
        "error: " + longest + " \\x1b" + longest);
}

TEST_CASE("control characters are printed in escaped form") {
  CHECK(printable("plain text\n\tand lines") == "plain text\n\tand lines");
  CHECK(printable("\x1b[2J\x7f\r") == "\\x1b[2J\\x7f\\x0d");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
}

}  // namespace terminal_test
