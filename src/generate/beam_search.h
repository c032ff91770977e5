// Beam search as transformers' generate() does it: the same sequences and scores, except for the order of equal scores.
// V words of the vocabulary, N beams.
#pragma once

#include <cstdint>
#include <vector>

#include "generate/generation.h"

namespace hone::generate {

// When the search ends before max_new_tokens.
enum class EarlyStopping {
  kHeuristic,  // HF's False: if the best running beam, at its present length, is worse than all finished ones
  kFull,       // True: if there are N finished beams
  kNever,      // "never": if no running beam can become better than all finished ones
};

struct BeamSettings {
  int64_t num_beams = 2;
  int64_t num_return_sequences = 1;  // at most num_beams
  double length_penalty = 1;         // scores are divided by length ^ length_penalty
  EarlyStopping early_stopping = EarlyStopping::kHeuristic;
};

struct BeamResult {
  std::vector<int32_t> ids;  // generated, with the stop id
  double score = 0;          // the sum of log-probabilities, divided as length_penalty says
  FinishReason finished = FinishReason::kStop;
};

// Returns the best sequences, the best one first. With request.sampling.do_sample the continuations of a step are drawn
// without replacement. Errors: those of Generation::add(), and kUsage for beams that are no positive numbers.
std::vector<BeamResult> beam_search(const LanguageModel& model, const tensor::KvShape& shape, int64_t max_tokens,
                                    const Request& request, const BeamSettings& settings);

}  // namespace hone::generate
