// The examples of multi-label classification: texts with a flag for each label, and their evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "task/text_examples.h"

namespace hone::task {

inline constexpr float kDefaultThreshold = 0.5f;

// What the examples of multi-label classification are made of.
struct TaggedTexts {
  TextRows texts;
  std::vector<uint8_t> truth;          // [rows, K]: 1 if the row has the label
  std::vector<std::string> names;      // of the labels, by id
  std::vector<double> weights = {};    // of the labels where a row has them (torch's pos_weight); empty: all are 1
  std::vector<float> thresholds = {};  // [K]: a label is predicted if its score is above; empty: all are 0.5
};

std::unique_ptr<Examples> make_examples(TaggedTexts rows);

// Counts the rows of each label in truth [rows, K].
std::vector<uint64_t> rows_of_labels(std::span<const uint8_t> truth, size_t num_labels);

}  // namespace hone::task
