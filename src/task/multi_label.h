// Multi-label classification: any number of labels of K for a text or a pair of texts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "task/tasks.h"
#include "task/text_examples.h"

namespace hone::task {

std::unique_ptr<Task> make_multi_label(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

// What the examples of multi-label classification are made of.
struct TaggedTexts {
  TextRows texts;
  std::vector<uint8_t> truth;          // [rows, K]: 1 if the row has the label
  std::vector<std::string> names;      // of the labels, by id
  std::vector<double> weights = {};    // of the labels where a row has them (torch's pos_weight); empty: all are 1
  std::vector<float> thresholds = {};  // [K]: a label is predicted if its score is above; empty: all are 0.5
};

std::unique_ptr<Examples> make_examples(TaggedTexts rows);

}  // namespace hone::task
