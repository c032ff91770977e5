// How the next token is chosen. Names, defaults and meanings are those of transformers' GenerationConfig, except the
// two penalties of OpenAI's interface, which it lacks.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hone::generate {

struct SamplingSettings {
  bool do_sample = false;  // false: the token with the highest score
  double temperature = 1;
  int64_t top_k = 50;  // 0: all
  double top_p = 1;
  std::optional<double> min_p;
  double typical_p = 1;
  double epsilon_cutoff = 0, eta_cutoff = 0;
  double repetition_penalty = 1;
  double presence_penalty = 0, frequency_penalty = 0;
  int64_t no_repeat_ngram_size = 0;  // 0: off
  std::vector<std::vector<int32_t>> bad_words_ids;
  std::vector<std::pair<std::vector<int32_t>, double>> sequence_bias;
  std::vector<int32_t> suppress_tokens;
  int64_t min_length = 0, min_new_tokens = 0;
  std::optional<int32_t> forced_bos_token_id;  // follows a prompt of one token
  std::vector<int32_t> forced_eos_token_ids;   // one of them ends an answer of the most tokens
  uint64_t seed = 42;
};

}  // namespace hone::generate
