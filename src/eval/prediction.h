// Labels and scores of texts, as transformers' text-classification pipeline gives them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "eval/classifier.h"
#include "task/features.h"

namespace hone::eval {

struct Prediction {
  int64_t label = 0;          // id of the highest score
  std::vector<float> scores;  // for each label, by id: probabilities, unless another function was asked for
};

// In row order. `progress(rows)` is called after each batch.
std::vector<Prediction> predict(const Classifier& classifier, const task::Features& features,
                                const std::function<void(uint64_t)>& progress, std::string_view function = "softmax");

// A float with its own shortest digits when printed ("0.9987"), not those of the double that it becomes.
double shortest_double(float value);

// {"label": "POSITIVE", "score": 0.99, "scores": {"NEGATIVE": 0.01, "POSITIVE": 0.99}}
Json prediction_json(const Prediction& prediction, const std::vector<std::string>& labels);

}  // namespace hone::eval
