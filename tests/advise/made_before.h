// What is known before a training, made up for tests of the advice.
#pragma once

#include "advise/before.h"

namespace hone {

// English reviews with two labels, an uncased base model whose vocabulary fits, and a measurement: the peak is
// 1 GB and 100 kB for each token of a micro-batch.
inline advise::Before made_before() {
  advise::Before before;
  before.rows = {.task = "text-classification",
                 .num_train = 4000,
                 .num_evaluation = 400,
                 .classes = {{"negative", 2100}, {"positive", 1900}},
                 .num_sampled = 4000,
                 .language = "English",
                 .script = "Latin",
                 .capital_share = 0.15};
  for (uint32_t length = 1; length <= 100; ++length) before.rows.lengths.push_back(length);
  before.checkpoints.push_back({.folder = "models/base",
                                .family = "bert",
                                .licence = "apache-2.0",
                                .num_parameters = 110'000'000,
                                .vocab_size = 30522,
                                .max_length = 512,
                                .tokens_per_word = 1.25,
                                .tokens_per_character = 0.25,
                                .unknown_share = 0.0001,
                                .script_share = 0.9,
                                .lowers_case = true,
                                .strips_accents = true});
  before.compute = "cpu, 2 threads, fp32";
  before.memory_bytes = 16'000'000'000;
  before.measured.push_back({.num_steps = 12,
                             .prepare_seconds = 2,
                             .epoch_seconds = 100,
                             .evaluation_seconds = 10,
                             .longest_tokens = 1600,
                             .typical_tokens = 800,
                             .longest_seconds = 1,
                             .typical_seconds = 0.4,
                             .peak_bytes = 1'160'000'000,
                             .fixed_bytes = 1'000'000'000,
                             .bytes_per_token = 100'000,
                             .longest_row = 100});
  return before;
}

// Another checkpoint for made_before().
inline advise::CheckpointFacts made_checkpoint(const char* folder, double tokens_per_word, double unknown_share,
                                               int64_t num_parameters = 110'000'000) {
  advise::CheckpointFacts made = made_before().checkpoints.front();
  made.folder = folder;
  made.tokens_per_word = tokens_per_word;
  made.unknown_share = unknown_share;
  made.num_parameters = num_parameters;
  return made;
}

// Chinese reviews for a model whose vocabulary is English.
inline advise::Before made_chinese() {
  advise::Before before = made_before();
  before.rows.language = "Chinese";
  before.rows.script = "Han";
  before.rows.has_spaces = false;
  before.rows.capital_share = 0;
  before.checkpoints[0].unknown_share = 0.6;
  before.checkpoints[0].script_share = 0.016;
  before.checkpoints[0].tokens_per_character = 0.95;
  return before;
}

// Cases that reach every finding and its remedies.
inline std::vector<advise::Before> made_cases() {
  using namespace advise;
  std::vector<Before> cases = {made_before(), made_chinese()};
  const auto add = [&](const auto& change) {
    cases.push_back(made_before());
    change(cases.back());
  };
  cases.push_back(made_chinese());
  cases.back().checkpoints.push_back(made_checkpoint("models/chinese", 20, 0.001));
  cases.back().checkpoints[1].tokens_per_character = 1;
  add([](Before& before) { before.checkpoints[0].unknown_share = 0.3; });
  add([](Before& before) {
    before.rows.language = "German";
    before.rows.accent_share = 0.08;
    before.checkpoints[0].unknown_share = 0.3;
  });
  add([](Before& before) { before.checkpoints[0].tokens_per_word = 2.4; });
  add([](Before& before) {
    before.checkpoints[0].tokens_per_word = 2.4;
    before.checkpoints.push_back(made_checkpoint("models/other", 1.2, 0));
  });
  add([](Before& before) { before.checkpoints.push_back(made_checkpoint("models/other", 1.1, 0)); });
  add([](Before& before) { before.rows.task = "token-classification"; });
  add([](Before& before) {
    before.rows.capital_share = 0;
    before.checkpoints[0].lowers_case = false;
  });
  add([](Before& before) {
    for (uint32_t length = 1; length <= 100; ++length) before.rows.lengths.push_back(600 + length);
  });
  add([](Before& before) { before.rows.classes = {{"rare", 12}, {"usual", 3988}}; });
  add([](Before& before) { before.rows.is_unevaluated = true; });
  add([](Before& before) {
    before.memory_bytes = 500'000'000;
    before.measured.push_back({.part = TrainedPart::kHead, .epoch_seconds = 20, .peak_bytes = 400'000'000});
    before.measured.push_back({.part = TrainedPart::kAdapters, .epoch_seconds = 70, .peak_bytes = 450'000'000});
  });
  add([](Before& before) {
    before.measured[0].epoch_seconds = 7200;
    before.measured.push_back({.part = TrainedPart::kHead, .epoch_seconds = 20, .keeps_body = true});
  });
  return cases;
}

}  // namespace hone
