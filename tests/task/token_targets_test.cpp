#include "task/token_targets.h"

#include <doctest/doctest.h>

#include <filesystem>

namespace token_targets_test {

using namespace hone;
using namespace hone::task;

using Ids = std::vector<int32_t>;
using Numbers = std::vector<uint32_t>;

const metric::TagSet kBio({"O", "B-x", "I-x", "B-y", "I-y"});

// torch prints vectors itself, without knowing how to print an offset, so the tests compare them here.
bool same_places(const std::vector<text::Offset>& found, const std::vector<text::Offset>& expected) {
  return found == expected;
}

text::Tokenizer tokenizer() {
  return text::Tokenizer::load(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/tokenizer/uncased");
}

// A row of one window with these word ids, or a window of a row.
std::vector<text::Encoding> row(Ids word_ids, size_t window_begin = 0) {
  text::Encoding window;
  window.word_ids = std::move(word_ids);
  window.window_begin = window_begin;
  return {window};
}

std::vector<std::string> names_of_spans(const std::string& text, const std::vector<table::TaggedSpan>& spans,
                                        const metric::TagSet& tags = kBio) {
  text::EncodeOptions options;
  options.with_offsets = true;
  std::vector<std::string> names;
  for (const int32_t id : tags_of_spans(words_of(text, tokenizer().encode(text, options)), spans, tags)) {
    names.push_back(id == kNoTag ? "" : tags.names()[static_cast<size_t>(id)]);
  }
  return names;
}

using Texts = std::vector<std::string>;

// As transformers' run_ner.py aligns labels with the tokens of words.
TEST_CASE("the first token of each word has its tag; special and later tokens have none") {
  TokenTargets targets;
  add_targets(row({-1, 0, 1, 1, 2, -1}), Ids{1, 2, 0}, kBio, false, targets);
  CHECK(targets.positions == Numbers{1, 2, 4});
  CHECK(targets.words == Numbers{0, 1, 2});
  CHECK(targets.tags == Ids{1, 2, 0});
  CHECK(targets.num_lost_words == 0);
}

TEST_CASE("with all tokens, the later tokens of a word continue its entity") {
  TokenTargets targets;
  add_targets(row({-1, 0, 0, 1, 1, 2, 2, -1}), Ids{1, 0, 4}, kBio, true, targets);
  CHECK(targets.positions == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(targets.tags == Ids{1, 2, 0, 0, 4, 4});
  CHECK(targets.words == Numbers{0, 0, 1, 1, 2, 2});
}

TEST_CASE("words without a tag have no target; words without a token are counted") {
  TokenTargets targets;
  add_targets(row({-1, 0, 2, -1}), Ids{1, 0, kNoTag, 2, 0}, kBio, false, targets);
  CHECK(targets.tags == Ids{1});
  CHECK(targets.num_lost_words == 3);
}

TEST_CASE("the targets of rows lie one after another; a row may have none") {
  TokenTargets targets;
  add_targets(row({-1, 0, -1}), Ids{1}, kBio, false, targets);
  add_targets(row({-1, -1}), Ids{}, kBio, false, targets);
  add_targets(row({-1, 0, 1, -1}), Ids{2, 0}, kBio, false, targets);
  CHECK(targets.offsets == std::vector<uint64_t>{0, 1, 1, 3});
  CHECK(targets.num_of_row(1) == 0);
  CHECK(targets.of_row(2)[1] == 0);
  CHECK(targets.words_of_row(2)[1] == 1);
}

TEST_CASE("a token that several windows hold is one target with several positions") {
  // The text [CLS] 0 1 1 2 3 [SEP] in windows of three tokens that share one: 0 1 1, 1 2 3.
  std::vector<text::Encoding> windows = row({-1, 0, 1, 1, -1});
  windows.push_back(row({-1, 1, 2, 3, -1}, 2).front());
  TokenTargets first;
  add_targets(windows, Ids{0, 1, 0, 3}, kBio, false, first);
  CHECK(first.tags == Ids{0, 1, 0, 3});
  CHECK(first.words == Numbers{0, 1, 2, 3});
  CHECK(first.positions == Numbers{1, 2, 7, 8});
  CHECK(first.places == std::vector<uint64_t>{0, 1, 2, 3, 4});
  TokenTargets all;
  add_targets(row({-1, 0, -1}), Ids{0}, kBio, true, all);
  add_targets(windows, Ids{0, 1, 0, 3}, kBio, true, all);
  CHECK(all.of_row(1).size() == 5);
  CHECK(all.tags == Ids{0, 0, 1, 2, 0, 3});
  CHECK(all.places == std::vector<uint64_t>{0, 1, 2, 3, 5, 6, 7});
  CHECK(all.positions == Numbers{1, 1, 2, 3, 6, 7, 8});  // the second token of word 1 is 3 and 6
  CHECK(all.positions_of_row(1).size() == 6);
  CHECK(all.positions_of_row(0).size() == 1);
}

TEST_CASE("the words of a text are the pre-tokenizer's, in code points") {
  text::EncodeOptions options;
  options.with_offsets = true;
  const std::string text = "caf\xC3\xA9 tokenization, \xE4\xB8\xAD\xE6\x96\x87";
  const std::vector<text::Offset> words = words_of(text, tokenizer().encode(text, options));
  CHECK(same_places(words, {{0, 4}, {5, 17}, {17, 18}, {19, 20}, {20, 21}}));
}

TEST_CASE("the words of a span begin and continue an entity; a word that it cuts belongs to it") {
  CHECK(names_of_spans("a good movie", {{2, 12, "x"}}) == Texts{"O", "B-x", "I-x"});
  CHECK(names_of_spans("a good movie", {{3, 8, "x"}}) == Texts{"O", "B-x", "I-x"});
  CHECK(names_of_spans("a good movie", {{1, 2, "x"}}) == Texts{"O", "O", "O"});
  CHECK(names_of_spans("good good good", {{0, 4, "x"}, {5, 9, "x"}, {10, 14, "y"}}) == Texts{"B-x", "B-x", "B-y"});
}

TEST_CASE("a word under two spans belongs to the first") {
  CHECK(names_of_spans("a good movie", {{2, 4, "x"}, {4, 12, "y"}}) == Texts{"O", "B-x", "B-y"});
}

TEST_CASE("spans are written in the scheme of the tags") {
  const std::vector<table::TaggedSpan> spans = {{0, 1, "x"}, {2, 13, "x"}};
  const std::string text = "a a good not was";
  CHECK(names_of_spans(text, spans, metric::TagSet({"O", "B-x", "I-x", "E-x", "S-x"})) ==
        Texts{"S-x", "B-x", "I-x", "E-x", "O"});
  CHECK(names_of_spans(text, spans, metric::TagSet({"O", "I-x"})) == Texts{"I-x", "I-x", "I-x", "I-x", "O"});
  CHECK(names_of_spans(text, spans, metric::TagSet({"O", "x"})) == Texts{"x", "x", "x", "x", "O"});
  CHECK(names_of_spans("a good movie", {{2, 12, "x"}}, metric::TagSet({"E-x", "B-x"})) == Texts{"", "B-x", "E-x"});
}

}  // namespace token_targets_test
