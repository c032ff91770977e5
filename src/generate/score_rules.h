// Rules that change the scores of the next token, in the order and with the meaning of transformers' logits processors.
// V words of the vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "generate/sampling_settings.h"

namespace hone::generate {

// The tokens of a sequence so far: the prompt, then what was generated.
struct TokenHistory {
  std::span<const int32_t> ids;
  size_t num_prompt = 0;
  int64_t max_tokens = 0;  // of prompt and answer together

  std::span<const int32_t> generated() const { return ids.subspan(num_prompt); }
};

class ScoreRules {
 public:
  // `stop_ids` end a sequence. Throws kUsage for a setting out of its range, or a token outside the vocabulary.
  ScoreRules(const SamplingSettings& settings, std::span<const int32_t> stop_ids, int64_t vocab_size);

  // Changes scores [V]; a token that must not follow gets -infinity.
  void apply(const TokenHistory& history, std::span<float> scores) const;
  // Returns whether apply() changes nothing, whatever the history is.
  bool are_none() const { return active_.empty(); }

 private:
  SamplingSettings settings_;
  std::vector<int32_t> stop_ids_;
  std::vector<const struct ScoreRule*> active_;
};

// The names of the rules in the order in which they are applied.
std::vector<std::string_view> score_rule_names();

// Throws kUsage unless each number is finite and in its range.
void check_settings(const SamplingSettings& settings);

}  // namespace hone::generate
