// Options of what a language model must guess: which tokens are hidden, and how a text is broken.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace hone::corpus {

inline constexpr std::string_view kMaskTokens = "token", kMaskWords = "whole-word", kMaskSpans = "span";
inline constexpr std::array<std::string_view, 3> kMaskingNames = {kMaskTokens, kMaskWords, kMaskSpans};

// Names and defaults of transformers' DataCollatorForLanguageModeling.
struct MaskingOptions {
  std::string masking{kMaskTokens};
  double mlm_probability = 0.15, mask_replace_prob = 0.8, random_replace_prob = 0.1;
  std::string word_list;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Masked language models");
    visit("masking", self.masking, "what is hidden: tokens, all tokens of a word, or spans of up to 10 tokens")
        .choices(choices_of(kMaskingNames));
    visit("mlm_probability", self.mlm_probability, "share of the tokens that the model must guess").in_range(0, 1);
    visit("mask_replace_prob", self.mask_replace_prob, "share of these in whose place the mask token stands")
        .in_range(0, 1);
    visit("random_replace_prob", self.random_replace_prob,
          "share of these in whose place a random token stands; the others stay as they are")
        .in_range(0, 1);
    visit("word_list", self.word_list,
          "file with a word in each line: masking whole-word hides these words of several characters as one, such as "
          "Chinese ones")
        .value_name("FILE")
        .paths();
  }
};

inline constexpr std::string_view kNoiseSpans = "spans", kNoiseInfilling = "infilling",
                                  kNoiseSentences = "sentence-permutation", kNoiseDeletion = "deletion",
                                  kNoiseMasking = "masking", kNoiseRotation = "rotation";
inline constexpr std::array<std::string_view, 6> kNoiseNames = {kNoiseSpans,    kNoiseInfilling, kNoiseSentences,
                                                                kNoiseDeletion, kNoiseMasking,   kNoiseRotation};

// How a text is broken that a decoder rebuilds (corpus/noising.h).
struct NoiseOptions {
  std::vector<std::string> noise;
  std::optional<double> noise_density;
  double mean_noise_span_length = 3;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Denoising");
    visit("noise", self.noise,
          "how a text is broken, one after the other: T5's spans alone, or BART's kinds, of which infilling puts one "
          "mask token in the place of a span")
        .choices(choices_of(kNoiseNames))
        .default_text("spans if the tokenizer has T5's sentinel tokens, else sentence-permutation,infilling");
    visit("noise_density", self.noise_density, "share of the tokens that are missing")
        .in_range(0, 1)
        .default_text("0.15 of spans, 0.3 of the others");
    visit("mean_noise_span_length", self.mean_noise_span_length, "mean tokens of a span").at_least(1);
  }
};

}  // namespace hone::corpus
