#include "text/word_marks.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace word_marks_test {

using namespace hone;
using namespace hone::text;

// Returns the words of a text: its tokens, joined where no word begins.
std::vector<std::string> words_of(const Tokenizer& tokenizer, const std::string& text) {
  const WordMarks marks(tokenizer);
  std::vector<std::string> words;
  const std::vector<int32_t> ids = tokenizer.encode(text, {.add_special_tokens = false}).ids;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i == 0 || marks.begins_word(ids[i - 1], ids[i])) words.emplace_back();
    words.back() += marks.text(ids[i]);
  }
  return words;
}

Tokenizer made_tokenizer(const std::string& model, const std::string& pre_tokenizer, const std::string& decoder,
                         const TemporaryFolder& folder, const std::string& normalizer = "null") {
  folder.write("tokenizer.json", R"({"version": "1.0", "added_tokens": [], "normalizer": )" + normalizer +
                                     R"(, "pre_tokenizer": )" + pre_tokenizer +
                                     R"(, "post_processor": null, "decoder": )" + decoder + R"(, "model": )" + model +
                                     "}");
  return Tokenizer::load(folder.path());
}

TEST_CASE("WordPiece marks tokens inside a word") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = made_tokenizer(
      R"({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
          "vocab": {"[UNK]": 0, "read": 1, "##ing": 2, ",": 3, "\u5317": 4, "\u4eac": 5, "##s": 6}})",
      R"({"type": "BertPreTokenizer"})", "null", folder,
      R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
          "lowercase": true})");
  CHECK(words_of(tokenizer, "reading, reads") == std::vector<std::string>{"reading", ",", "reads"});
  // Each Chinese character is a word.
  CHECK(words_of(tokenizer, "\xE5\x8C\x97\xE4\xBA\xAC") == std::vector<std::string>{"\xE5\x8C\x97", "\xE4\xBA\xAC"});
}

TEST_CASE("byte-level tokens begin a word behind a space, and where letters, digits and others meet") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = made_tokenizer(
      R"({"type": "BPE", "merges": [["c", "a"], ["ca", "n"], ["\u0120", "t"]],
          "vocab": {"c": 0, "a": 1, "n": 2, "t": 3, "'": 4, "\u0120": 5, "ca": 6, "can": 7, "\u0120t": 8, "1": 9,
                    "2": 10, ".": 11}})",
      R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true, "trim_offsets": true})",
      R"({"type": "ByteLevel", "add_prefix_space": true, "use_regex": true, "trim_offsets": true})", folder);
  CHECK(words_of(tokenizer, "can't tan 12.") ==
        std::vector<std::string>{"can", "'", "t", "tan", "", "12", "."});  // " " and "1" are tokens of their own here
}

TEST_CASE("SentencePiece's visible space begins a word") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = made_tokenizer(
      R"({"type": "Unigram", "unk_id": 0, "byte_fallback": false,
          "vocab": [["<unk>", 0], ["\u2581read", -1], ["ing", -1], ["\u2581", -3], ["!", -2]]})",
      R"({"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true})",
      R"({"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true})", folder);
  CHECK(words_of(tokenizer, "reading read!") == std::vector<std::string>{"reading", "read", "!"});
}

TEST_CASE("a tokenizer without marks is refused") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer = made_tokenizer(R"({"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 1}})",
                                             R"({"type": "Whitespace"})", "null", folder);
  const Error error = expect_error([&] { WordMarks{tokenizer}; });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()).find("where a word begins") != std::string::npos);
}

}  // namespace word_marks_test
