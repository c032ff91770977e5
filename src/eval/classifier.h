// A trained classifier ready to answer: model, tokenizer and what its training settled, read from its folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/load.h"
#include "text/tokenizer.h"

namespace hone::eval {

// What the training of a model settled, from its training_args.json; unset where the folder has none.
struct TrainingFacts {
  std::optional<int64_t> max_seq_length;
  std::optional<uint64_t> seed;
};
TrainingFacts training_facts(const std::filesystem::path& model_dir);

struct Classifier {
  std::shared_ptr<model::SequenceClassifier> model;
  text::Tokenizer tokenizer;
  std::vector<std::string> labels;  // by id
  size_t max_length = 0;            // tokens of a row
  TrainingFacts training;
};

// `max_seq_length` over that of the training, over what the model holds. Errors: kInput for a folder whose head was
// never trained (a pretrained body), or whose tokenizer has more tokens than the model.
Classifier load_trained_classifier(const std::filesystem::path& model_dir, std::optional<int64_t> max_seq_length);

}  // namespace hone::eval
