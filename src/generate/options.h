// The options of generation. Their names are those of transformers' GenerationConfig, so that they also are the keys of
// generation_config.json; its values are defaults that flags and config files override.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace hone::generate {

inline constexpr std::array<std::string_view, 3> kEarlyStoppingNames = {"false", "true", "never"};

struct GenerationOptions {
  int64_t max_new_tokens = 512, min_new_tokens = 0;
  bool do_sample = false;
  double temperature = 1;
  int64_t top_k = 50;
  double top_p = 1;
  std::optional<double> min_p;
  double typical_p = 1, epsilon_cutoff = 0, eta_cutoff = 0;
  double repetition_penalty = 1, presence_penalty = 0, frequency_penalty = 0;
  int64_t no_repeat_ngram_size = 0;
  std::vector<std::string> bad_words, stop_strings;
  bool include_stop_string = false;
  int64_t num_beams = 1, num_return_sequences = 1;
  double length_penalty = 1;
  std::string early_stopping = "false";
  uint64_t seed = 42;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Generation");
    visit("max_new_tokens", self.max_new_tokens, "most tokens of an answer").at_least(1);
    visit("min_new_tokens", self.min_new_tokens, "fewest tokens of an answer before it may stop").at_least(0);
    visit("do_sample", self.do_sample, "draw the next token; without it the most likely one is taken");
    visit("temperature", self.temperature, "divides the scores: below 1 likely tokens become more likely").above(0);
    visit("top_k", self.top_k, "draw from the K most likely tokens; 0: from all").at_least(0);
    visit("top_p", self.top_p, "draw from the most likely tokens whose probabilities together reach this")
        .above(0)
        .at_most(1);
    visit("min_p", self.min_p, "draw from tokens of at least this share of the highest probability")
        .in_range(0, 1)
        .default_text("off");
    visit("typical_p", self.typical_p, "draw from the most typical tokens that together reach this")
        .above(0)
        .at_most(1);
    visit("epsilon_cutoff", self.epsilon_cutoff, "draw from tokens of at least this probability; 0: off")
        .in_range(0, 1);
    visit("eta_cutoff", self.eta_cutoff, "the same, lowered where the model is unsure; 0: off").in_range(0, 1);
    visit("repetition_penalty", self.repetition_penalty,
          "lowers the scores of tokens that prompt or answer contain; 1: off")
        .above(0);
    visit("presence_penalty", self.presence_penalty, "subtracted from the scores of tokens that the answer contains");
    visit("frequency_penalty", self.frequency_penalty, "the same, once for each time that it contains them");
    visit("no_repeat_ngram_size", self.no_repeat_ngram_size, "no N tokens in a row occur twice; 0: off").at_least(0);
    visit("bad_words", self.bad_words, "texts that an answer must not contain").value_name("TEXT,...");
    visit("stop_strings", self.stop_strings, "texts that end an answer").alias("stop").value_name("TEXT,...");
    visit("include_stop_string", self.include_stop_string, "an answer ends after its stop string, not before it");
    visit("num_beams", self.num_beams, "sequences that a beam search follows; 1: no search").at_least(1);
    visit("num_return_sequences", self.num_return_sequences, "answers for each prompt").at_least(1);
    visit("length_penalty", self.length_penalty, "beams: above 0 favours long answers, below 0 short ones");
    visit("early_stopping", self.early_stopping,
          "beams: when a search ends. true: with num_beams answers; false: if none is likely to become better; never: "
          "if none can become better")
        .choices(choices_of(kEarlyStoppingNames));
    visit("seed", self.seed, "seed of the draws");
  }
};

}  // namespace hone::generate
