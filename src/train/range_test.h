// The curve of a learning-rate range test, and what it suggests (Smith, "Cyclical learning rates for training neural
// networks", arXiv 1506.01186). Smoothing, end and suggestions are those of fastai's lr_find.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hone::train {

struct RatePoint {
  double learning_rate = 0;
  double loss = 0;      // of the step's rows, before the step
  double smoothed = 0;  // exponential mean of the losses so far, without the bias towards its start
};

enum class RangeTestEnd {
  kAllSteps,
  kDiverged,   // the smoothed loss grew to four times its lowest
  kNonfinite,  // the loss or the gradient is NaN or infinite
};

class RangeCurve {
 public:
  // Adds the loss of the next step. Returns false if the smoothed loss is more than four times its lowest.
  bool add(double learning_rate, double loss);
  const std::vector<RatePoint>& points() const { return points_; }

 private:
  std::vector<RatePoint> points_;
  double mean_ = 0, weight_ = 0, lowest_ = 0;
};

struct RangeTest {
  std::string model;  // folder of the model that was tested
  int64_t planned_steps = 0;
  std::vector<RatePoint> points;
  RangeTestEnd end = RangeTestEnd::kAllSteps;
};

struct RateSuggestion {
  size_t steepest = 0, lowest = 0;  // points: where the smoothed loss falls most steeply, and where it is lowest
  // The lower one of the rate at `steepest` and a tenth of the rate at `lowest`, with two digits.
  double learning_rate = 0;
};

// Returns nullopt if the loss does not fall, or if too few steps were taken. Ignores the first tenth of the planned
// steps and the last five taken, like fastai.
std::optional<RateSuggestion> suggest_rate(const RangeTest& test);

// {"model", "planned_steps", "end", "points", "steepest", "lowest", "suggestion"}; the last three are null without a
// suggestion.
Json range_test_json(const RangeTest& test);

// Returns lines for a terminal: the curve, the suggestion and its reason.
std::string range_test_text(const RangeTest& test);

// Returns a page that holds its data and requests nothing.
std::string range_test_page(const RangeTest& test);

// Returns a JSON object per line for each step: "step", "learning_rate", "loss", "smoothed_loss".
std::string range_test_lines(const RangeTest& test);

}  // namespace hone::train
