// Denoising: how a text is broken, and what a decoder must write of it. A pure function of the tokens and their place
// in the training, as masking is. Needs no torch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/masking.h"
#include "corpus/noise_options.h"
#include "text/tokenizer.h"

namespace hone::corpus {

// Throws kUsage for kinds of noise that cannot be combined, and for shares out of range.
void check_noise(const NoiseOptions& options);

// What the encoder reads of a sequence, and what the decoder writes.
struct NoisedText {
  std::vector<int32_t> source, target;
};

class Noising {
 public:
  // Errors: those of check_noise; kInput for a tokenizer without the tokens that stand in the place of what is missing.
  Noising(const NoiseOptions& options, const text::Tokenizer& tokenizer);

  // The special tokens at both ends of `ids` stay. `sequence`: its number in the row at `place`.
  // "spans" is T5's objective: a sentinel token stands in the place of each span, and the target has each sentinel with
  // the tokens of its span (Raffel et al., arXiv 1910.10683; the draws are those of random_spans_noise_mask in
  // distribution). The other kinds are BART's: the target is the whole text (Lewis et al., arXiv 1910.13461).
  NoisedText noised(std::span<const int32_t> ids, const MaskingPlace& place, uint32_t sequence) const;

  // "spans" or "sentence-permutation, infilling".
  std::string described() const;
  double density() const { return density_; }

 private:
  class Draws;
  using Tokens = std::vector<int32_t>;

  // Puts sentinels into `core` and returns what they stand for.
  Tokens take_spans(Tokens& core, Draws& draws) const;
  Tokens infilled(const Tokens& core, Draws& draws) const;
  Tokens permuted(const Tokens& core, Draws& draws) const;
  Tokens deleted(const Tokens& core, Draws& draws) const;
  Tokens masked(const Tokens& core, Draws& draws) const;
  Tokens rotated(const Tokens& core, Draws& draws) const;

  std::vector<std::string> kinds_;
  double density_, mean_length_;
  int32_t mask_id_ = 0;
  Tokens sentinels_;
  std::vector<bool> is_special_, ends_sentence_;  // by id
};

}  // namespace hone::corpus
