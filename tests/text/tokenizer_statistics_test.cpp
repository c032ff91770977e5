#include "text/tokenizer_statistics.h"

#include "temporary_folder.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_statistics_test {

Tokenizer word_piece(const TemporaryFolder& folder) {
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngood\nmovie\n##s\n.\n\xE4\xB8\xAD\n");
  return Tokenizer::load(folder.path());
}

TEST_CASE("sums over texts, worked by hand") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = word_piece(folder);
  // good | movie ##s . | good | [UNK], then two characters, the second of which is unknown.
  const std::vector<std::string_view> texts = {"Good  movies. good\tbad", "\xE4\xB8\xAD\xE6\x96\x87", ""};
  TokenizerStatistics statistics;
  measure_tokenizer(tokenizer, texts, 1, statistics);
  CHECK(statistics.bytes == 28);
  CHECK(statistics.characters == 4 + 7 + 4 + 3 + 2);
  CHECK(statistics.words == 5);
  CHECK(statistics.whole_words == 3);
  CHECK(statistics.tokens == 8);
  CHECK(statistics.unknown == 2);
  measure_tokenizer(tokenizer, texts, 2, statistics);
  CHECK(statistics.words == 10);
  CHECK(statistics.seconds > 0);
}

TEST_CASE("a space that a byte-level token contains belongs to no word") {
  const Tokenizer tokenizer = Tokenizer::load(byte_level_fixture("gpt2"));
  const std::vector<std::string_view> texts = {"the the  the"};
  TokenizerStatistics statistics;
  measure_tokenizer(tokenizer, texts, 1, statistics);
  CHECK(statistics.words == 3);
  CHECK(statistics.whole_words == 3);
}

}  // namespace hone::text::tokenizer_statistics_test
