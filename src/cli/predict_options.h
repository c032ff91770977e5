// Options of hone predict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "cli/text_options.h"
#include "cli/trained_model_options.h"
#include "task/language_options.h"
#include "task/names.h"
#include "task/score_functions.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct PredictOptions {
  TrainedModelOptions model;
  std::string task;
  TextOptions texts;
  std::optional<std::string> function_to_apply;
  std::optional<int64_t> top_k;
  std::optional<std::string> aggregation_strategy;
  std::vector<std::string> ignore_labels;
  std::optional<bool> constrained_decoding;
  bool keep_columns = true;
  task::PromptOptions prompt;
  task::FillMaskOptions fill_mask;
  task::Seq2SeqOptions seq2seq;
  tensor::ComputeOptions compute{.precision = "fp32"};  // as transformers computes
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    TrainedModelOptions::fields(self.model, visit);
    visit("task", self.task,
          "ask a language model as it is: prompt-classification labels the texts with a prompt, fill-mask guesses the "
          "words in the place of mask tokens")
        .choices(choices_of(task::kAnsweringTaskNames))
        .default_text("the one that the model was trained for");
    TextOptions::fields(self.texts, visit);
    visit.group("Answers");
    visit("function_to_apply", self.function_to_apply, "how logits become scores")
        .choices({task::kScoreFunctionNames.begin(), task::kScoreFunctionNames.end()})
        .default_text("the one that transformers' pipeline applies to the model");
    visit("top_k", self.top_k, "write only the N labels or tokens with the highest scores")
        .at_least(1)
        .default_text("all labels, 5 tokens");
    visit("aggregation_strategy", self.aggregation_strategy,
          "how tokens become entities: each by itself, adjacent ones of a type, or words with the tag of their first "
          "token, of their mean scores or of their highest score")
        .choices({task::kAggregationNames.begin(), task::kAggregationNames.end()})
        .default_text("first");
    visit("ignore_labels", self.ignore_labels, "entities of these types are left out")
        .value_name("TYPE,...")
        .default_text("O");
    visit("constrained_decoding", self.constrained_decoding,
          "take only sequences of tags that their scheme allows, such as no I- after O")
        .default_text("the best tag of each token");
    visit("keep_columns", self.keep_columns, "write the columns of --file before the predictions");
    visit.group("Translation and summarization");
    task::Seq2SeqOptions::answer_fields(self.seq2seq, visit);
    visit.group("Language models");
    task::PromptOptions::fields(self.prompt, visit);
    task::FillMaskOptions::fields(self.fill_mask, visit);
    visit.group("Machine and output");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("json", self.json, "write a JSON line for each text");
  }
};

}  // namespace hone::cli
