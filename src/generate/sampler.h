// Chooses the next token from its scores: the highest one, or a draw from those that temperature, top-k, top-p, min-p
// and their like leave, in the order and with the meaning of transformers' warpers. V words of the vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generate/sampling_settings.h"

namespace hone::generate {

// A token that may follow, and its score after the warpers.
struct Candidate {
  int32_t id = 0;
  float score = 0;
};

// Returns the tokens that the warpers leave, with their scores. A score of -infinity is left out. At least
// `min_tokens_to_keep` stay, if so many are finite. Throws kInput if a score is NaN, or if no token may follow.
std::vector<Candidate> warped(const SamplingSettings& settings, std::span<const float> scores,
                              size_t min_tokens_to_keep = 1);

// Returns e^score / sum of each candidate.
std::vector<double> probabilities_of(std::span<const Candidate> candidates);

// A draw is Philox by seed, row and step: equal at any batch and number of threads.
struct DrawPlace {
  uint64_t seed = 0, row = 0;
  uint32_t step = 0;
};

// Returns a number in [0, 1) with 53 random bits.
double uniform_at(const DrawPlace& place);

// Returns the token where the sum of the probabilities exceeds `uniform`, in the order of the candidates.
int32_t draw(std::span<const Candidate> candidates, double uniform);

// Returns the first token with the highest score. Errors: those of warped().
int32_t highest(std::span<const float> scores);

}  // namespace hone::generate
