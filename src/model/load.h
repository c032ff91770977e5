// From a Hugging Face model folder to a model ready to train or to answer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/config.h"
#include "model/sequence_classifier.h"

namespace hone::model {

struct ClassifierRequest {
  std::filesystem::path model_dir;
  std::optional<int64_t> num_labels;
  std::vector<std::string> id2label;     // empty: those of config.json
  std::string problem_type;              // empty: that of config.json
  uint64_t seed = 42;                    // of the weights that the folder lacks
  bool ignore_mismatched_sizes = false;  // a head for another number of labels is drawn anew
  std::vector<std::pair<std::string, std::string>> config_overrides;
};

struct LoadReport {
  std::vector<std::string> newly_initialized;  // sorted
  std::vector<std::string> unused;             // of the files, sorted
  bool from_config_only = false;
  std::string class_name;  // "BertForSequenceClassification"
  std::string model_dir;

  // What was drawn anew, in the words of transformers 4, and one sentence that explains it. Empty where nothing was.
  std::string new_weights_line() const;
  // What of the files was not used. Empty where all was.
  std::string unused_weights_line() const;
};

struct LoadedClassifier {
  std::shared_ptr<SequenceClassifier> model;
  ModelConfig config;
  LoadReport report;
};

// Weights are float32 in memory of their own. Errors: kIo, kInput, kUnsupported, kUsage naming file, tensor and both
// shapes; a missing weight is an error unless it belongs to the head (then it is drawn), or the folder has none at all.
LoadedClassifier load_classifier(const ClassifierRequest& request);

}  // namespace hone::model
