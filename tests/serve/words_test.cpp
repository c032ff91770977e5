#include "serve/words.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

namespace words_test {

using namespace hone;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const text::Offset& word : serve::find_words(text)) {
    words.emplace_back(text.substr(word.begin, word.end - word.begin));
  }
  return words;
}

using Words = std::vector<std::string>;

TEST_CASE("words are sequences of letters and digits, without punctuation and white space") {
  CHECK(words_of("This movie was not bad, actually (it was) quite good!") ==
        Words{"This", "movie", "was", "not", "bad", "actually", "it", "was", "quite", "good"});
  CHECK(words_of("  two\t\nlines\xC2\xA0here ") == Words{"two", "lines", "here"});
  CHECK(words_of("").empty());
  CHECK(words_of(" ... !?-- ").empty());
  CHECK(words_of("snake_case") == Words{"snake", "case"});
}

TEST_CASE("only an apostrophe between letters and a point between digits belong to a word") {
  CHECK(words_of("don't it\xE2\x80\x99s 'quoted' rock'n'roll dogs'") ==
        Words{"don't", "it\xE2\x80\x99s", "quoted", "rock'n'roll", "dogs"});
  CHECK(words_of("3.5 of 1,000. No.Yes 4.") == Words{"3.5", "of", "1,000", "No", "Yes", "4"});
  CHECK(words_of("a''b") == Words{"a", "b"});
}

TEST_CASE("each Han and each Hiragana character is a word, and Latin letters between them form one word") {
  CHECK(words_of("\xE8\xBF\x99\xE9\x83\xA8\xE7\x94\xB5\xE5\xBD\xB1 very good\xE3\x80\x82\xE5\xA5\xBD") ==
        Words{"\xE8\xBF\x99", "\xE9\x83\xA8", "\xE7\x94\xB5", "\xE5\xBD\xB1", "very", "good", "\xE5\xA5\xBD"});
  CHECK(words_of("A\xE5\xA5\xBD"
                 "B") == Words{"A", "\xE5\xA5\xBD", "B"});
  CHECK(words_of("\xE3\x81\xA8\xE3\x81\xA6 \xE6\x98\xA0\xE7\x94\xBB") ==
        Words{"\xE3\x81\xA8", "\xE3\x81\xA6", "\xE6\x98\xA0", "\xE7\x94\xBB"});
}

TEST_CASE("marks stay with their letters, and the parts of one emoji stay together") {
  CHECK(words_of("cafe\xCC\x81 au") == Words{"cafe\xCC\x81", "au"});
  const std::string thumb = "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD";                                           // a skin tone
  const std::string family = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";  // joined
  const std::string heart = "\xE2\x9D\xA4\xEF\xB8\x8F";                                                   // a variation
  const std::string flag_de = "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", flag_cn = "\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3";
  CHECK(words_of("good" + thumb + thumb + family + heart + flag_de + flag_cn) ==
        Words{"good", thumb, thumb, family, heart, flag_de, flag_cn});
}

TEST_CASE("without() also removes the white space before the word, or after it at the start of the text") {
  CHECK(serve::without("was not bad", {4, 7}) == "was bad");
  CHECK(serve::without("  not  bad", {2, 5}) == "bad");
  CHECK(serve::without("was (not) bad", {5, 8}) == "was () bad");
  CHECK(serve::without("not", {0, 3}).empty());
  CHECK(serve::without("\xE4\xB8\x8D\xE9\x94\x99", {0, 3}) == "\xE9\x94\x99");
  CHECK(serve::without("a\xE3\x80\x80 b c", {5, 6}) == "a c");  // an ideographic space
  CHECK(serve::with_space("was not bad", {4, 7}) == text::Offset{3, 7});
  CHECK(serve::with_space("not bad", {0, 3}) == text::Offset{0, 4});
}

}  // namespace words_test
