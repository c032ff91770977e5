// BLEU of a corpus with one reference for each text, and its tokenizers: the numbers and the signature of sacrebleu.
// Papineni et al., "BLEU", ACL 2002; Post, "A call for clarity in reporting BLEU scores", arXiv 1804.08771.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hone::metric {

// "13a" is that of mteval-v13a.pl; "zh" makes a word of each Chinese character; "none" splits at spaces; "char" makes a
// word of each character.
inline constexpr std::array<std::string_view, 4> kBleuTokenizerNames = {"13a", "zh", "none", "char"};

// Returns the words of a text with a space between them. Throws kUsage for an unknown tokenizer.
std::string bleu_words(std::string_view text, std::string_view tokenizer);

// Sums over the texts of a corpus.
struct BleuCounts {
  static constexpr size_t kMaxOrder = 4;

  uint64_t length = 0, reference_length = 0;            // words
  std::array<uint64_t, kMaxOrder> matches{}, totals{};  // n-grams of the texts, by n - 1

  void add(std::string_view text, std::string_view reference, std::string_view tokenizer);
  void add(const BleuCounts& other, uint64_t times = 1);

  // Returns BLEU between 0 and 100. An order without matches is smoothed as mteval-v13a.pl does ("exp").
  double score() const;
  double brevity_penalty() const;
};

// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"
std::string bleu_signature(std::string_view tokenizer);

}  // namespace hone::metric
