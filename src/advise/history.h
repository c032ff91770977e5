// What the files of a run say about it, read by the floor `watch`. Anything may be missing.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hone::advise {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// A logged value. NaN stands for a value that was logged and is not finite.
struct Sample {
  int64_t step = 0;
  double epoch = 0, value = 0;
};

struct EvaluationPoint {
  int64_t step = 0;
  double epoch = 0, loss = kUnknown, accuracy = kUnknown;
};

// How an evaluation went for the rows of one label.
struct ClassResult {
  std::string label;
  uint64_t rows = 0, correct = 0;
  std::optional<uint64_t> predicted;  // how many rows got this label; unknown for multi-label
};

struct History {
  bool is_running = false;
  bool is_finished = false;  // the run ended by itself
  int64_t step = 0, total_steps = 0;
  std::string task, model_class, precision;
  std::string evaluation_rows;  // "validation", "held-out" or "test"; empty: unknown
  std::optional<uint64_t> num_eval_rows;
  std::vector<Sample> losses, gradient_norms;  // of the training, by step
  std::vector<EvaluationPoint> evaluations;    // by step
  std::vector<ClassResult> classes;            // of the evaluation at classes_step
  int64_t classes_step = 0;
  Json options = Json::object();  // of the run, by name; empty: unknown
  bool is_cut = false;            // the log is longer than what was read
};

}  // namespace hone::advise
