// The options of the training of a tokenizer. Options of HF's trainers have the same names and defaults. This header
// needs no other of the floor, because the program parses the options before it loads its library.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace hone::text {

// The compiler compares these names with the tables of trainer_parts.cpp and tokenizer_trainer.cpp.
inline constexpr std::array<std::string_view, 4> kTrainerKindNames = {"wordpiece", "bpe", "byte-bpe", "unigram"};
inline constexpr std::array<std::string_view, 4> kPreTokenizerNames = {"bert", "whitespace", "whitespace-split",
                                                                       "metaspace"};
inline constexpr std::array<std::string_view, 5> kNormalizationNames = {"none", "nfc", "nfd", "nfkc", "nfkd"};

struct TrainerOptions {
  std::string kind;
  std::optional<int64_t> vocab_size;
  std::vector<std::string> special_tokens;
  std::optional<std::string> unk_token;
  std::optional<bool> lower_case, strip_accents;
  std::optional<std::string> normalization, pre_tokenizer, split_pattern;
  bool add_prefix_space = false;
  int64_t max_words = 50'000'000;
  int64_t min_frequency = 0;
  std::optional<int64_t> limit_alphabet, max_token_length;
  std::string initial_alphabet;
  std::optional<std::string> continuing_subword_prefix, end_of_word_suffix;
  double shrinking_factor = 0.75;
  int64_t n_sub_iterations = 2, max_piece_length = 16, seed_size = 1'000'000;
  int64_t num_threads = 0;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Tokenizer");
    visit("kind", self.kind, "the model: WordPiece as BERT, BPE of characters or of bytes, or Unigram")
        .required()
        .choices(choices_of(kTrainerKindNames));
    visit("vocab_size", self.vocab_size, "tokens at most, special tokens included")
        .in_range(1, 1 << 24)
        .default_text("30000; unigram: 8000");
    visit("special_tokens", self.special_tokens,
          "the first tokens; names such as [CLS] and </s> decide what a text gets around it")
        .value_name("TOKEN,...")
        .default_text("[PAD],[UNK],[CLS],[SEP],[MASK]; else <s>,<pad>,</s>,<unk>,<mask>");
    visit("unk_token", self.unk_token, "the token for unknown characters or words; byte-bpe has none")
        .value_name("TOKEN")
        .default_text("[UNK] or <unk>");
    word_fields(self, visit);
    training_fields(self, visit);
  }

 private:
  template <typename Self, typename Visitor>
  static void word_fields(Self& self, Visitor& visit) {
    visit.group("Words");
    visit("lower_case", self.lower_case, "put the text in lower case")
        .alias("do_lower_case")
        .default_text("true for wordpiece");
    visit("strip_accents", self.strip_accents, "remove accents").default_text("wordpiece: as lower_case; else false");
    visit("normalization", self.normalization, "Unicode normalization of the text")
        .choices(choices_of(kNormalizationNames))
        .default_text("nfkc for unigram, else none");
    visit("pre_tokenizer", self.pre_tokenizer,
          "what a word is: BERT's words, runs of letters and of other characters, text between white space, or text "
          "with the space before it")
        .choices(choices_of(kPreTokenizerNames))
        .default_text("bert for wordpiece, metaspace for bpe and unigram");
    visit("split_pattern", self.split_pattern, "byte-bpe: the words of this model, such as GPT-2 or \"Qwen 2\"")
        .value_name("NAME")
        .default_text("GPT-2");
    visit("add_prefix_space", self.add_prefix_space, "byte-bpe: a text begins with a space");
    visit("max_words", self.max_words, "more distinct words are an error, because they are held in memory").at_least(1);
  }

  template <typename Self, typename Visitor>
  static void training_fields(Self& self, Visitor& visit) {
    visit.group("Training");
    visit("initial_alphabet", self.initial_alphabet, "characters that get a token even if no word has them")
        .value_name("TEXT");
    visit("min_frequency", self.min_frequency, "a pair of tokens that is rarer does not merge").at_least(0);
    visit("limit_alphabet", self.limit_alphabet, "characters at most; rarer ones become unknown")
        .at_least(1)
        .default_text("no limit");
    visit("max_token_length", self.max_token_length, "bpe and byte-bpe: merged tokens have fewer characters than this")
        .at_least(1)
        .default_text("no limit");
    visit("continuing_subword_prefix", self.continuing_subword_prefix, "wordpiece and bpe: marks a token inside a word")
        .value_name("TEXT")
        .default_text("## for wordpiece");
    visit("end_of_word_suffix", self.end_of_word_suffix, "bpe: marks the last token of a word")
        .value_name("TEXT")
        .default_text("none");
    visit("shrinking_factor", self.shrinking_factor, "unigram: share of the tokens that a round of pruning keeps")
        .in_range(0.01, 0.99);
    visit("n_sub_iterations", self.n_sub_iterations, "unigram: steps of EM before a round of pruning").in_range(1, 100);
    visit("max_piece_length", self.max_piece_length, "unigram: characters of a token at most").in_range(1, 1000);
    visit("seed_size", self.seed_size, "unigram: tokens that the training starts with").in_range(1, 1 << 24);
    visit("num_threads", self.num_threads, "threads; the result is the same at any number")
        .at_least(0)
        .default_text("one for each core of this process");
  }
};

}  // namespace hone::text
