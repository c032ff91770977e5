// The README.md of a trained model: what it is, how it was trained, its metrics, how to use it.
#pragma once

#include <string>

#include "base/json.h"
#include "train/options.h"
#include "train/plan.h"

namespace hone::train {

struct ModelCardInputs {
  const TrainOptions& options;
  const Plan& plan;
  const Json& log_history;
  std::string class_name;                // "BertForSequenceClassification"
  std::string pipeline_tag;              // "text-classification"
  std::string task_phrase;               // "for the labels: NEGATIVE, POSITIVE"
  std::string evaluation_name;           // of the evaluation rows
  std::string version;                   // of hone
  std::string frozen = {};               // what was not trained; may be empty
  std::string calibration = {};          // what was chosen on the evaluation rows after the training; may be empty
  const metric::Report* test = nullptr;  // of the test rows, if they were looked at
  std::string adapters = {};             // described; empty if the whole model was trained
  std::string base_model = {};           // of the adapters
  size_t num_labels = 0;
};

// Returns Markdown with the metadata block that model hubs read.
std::string model_card(const ModelCardInputs& inputs);

}  // namespace hone::train
