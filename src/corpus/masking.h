// Masked language modelling: which tokens are hidden, and what stands in their place. A pure function of the tokens and
// their place in the training, so nothing is stored, and every epoch hides other tokens. Needs no torch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "corpus/noise_options.h"
#include "text/tokenizer.h"
#include "text/word_marks.h"

namespace hone::corpus {

// Throws kUsage for shares that contradict each other, and for a word list without whole words.
void check_masking(const MaskingOptions& options);

// The place of a row in a training, on which its draws depend. They do not depend on the row's batch.
struct MaskingPlace {
  uint64_t seed = 0, row = 0;
  uint32_t step = 0;
};

class Masking {
 public:
  // `vocab_size`: a random token is below it. Errors: those of check_masking; kInput for a tokenizer without mask
  // token; those of WordMarks and of the word list's file.
  Masking(const MaskingOptions& options, const text::Tokenizer& tokenizer, int64_t vocab_size);

  // Hides tokens of `ids` [T], whose sequences begin at `offsets`, and adds their places, in order, to `places`.
  // Special tokens are never hidden. Of the hidden tokens mask_replace_prob become the mask token,
  // random_replace_prob a random token, and the others stay: Devlin et al., "BERT", arXiv 1810.04805.
  void hide(std::span<int32_t> ids, std::span<const int64_t> offsets, const MaskingPlace& place,
            std::vector<uint32_t>& places) const;

  // Returns where the words of a sequence begin, and its end: with a word list the words of the list are joined. A
  // special token is a word.
  std::vector<uint32_t> word_begins(std::span<const int32_t> ids) const;

 private:
  enum class Unit { kToken, kWord, kSpan };
  class Draws;

  bool is_special(int32_t id) const { return is_special_[static_cast<size_t>(id)]; }
  void read_words(const std::string& path);
  size_t listed_word(std::span<const int32_t> ids, size_t begin) const;
  void choose_units(std::span<const int32_t> ids, size_t begin, const Draws& draws, std::vector<bool>& is_hidden) const;
  void choose_spans(std::span<const int32_t> ids, size_t begin, const Draws& draws, std::vector<bool>& is_hidden) const;
  int32_t replacement(int32_t id, uint32_t kind, uint32_t random) const;

  MaskingOptions options_;
  Unit unit_;
  int32_t mask_id_ = 0;
  int64_t vocab_size_;
  std::vector<bool> is_special_;  // by id
  std::optional<text::WordMarks> marks_;
  std::unordered_set<std::string> words_;
  size_t longest_word_ = 0;  // bytes
};

}  // namespace hone::corpus
