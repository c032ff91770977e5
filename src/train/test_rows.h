// The one look at the test rows, when a training has ended: measured with the model that was saved.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "metric/report.h"
#include "model/model.h"
#include "task/task.h"

namespace hone::train {

// In the folder of the trained model.
inline constexpr const char* kTestResultsFile = "test_results.json";

// Returns the report with 95 % bootstrap intervals, or nullopt if an interrupt ended the evaluation.
std::optional<metric::Report> evaluate_test_rows(const model::Model& model, const task::Examples& rows,
                                                 int64_t batch_size, uint64_t seed);

// Returns the content of test_results.json: {"test_loss", "test_NAME" for each metric, "test_samples", "confidence",
// "intervals": {"test_NAME": [low, high]}}, with the keys of HF's example scripts.
Json test_results_json(const metric::Report& report);

// Returns "Test Accuracy: 87.75% (95% interval 84.50% to 90.75%)" and such a line for the loss and each metric of the
// log.
std::vector<std::string> described_test(const metric::Report& report, std::span<const metric::Metric> metrics);

// Returns the rows of the model card's table: "| accuracy | 87.75% | 84.50% to 90.75% |".
std::string test_table(const metric::Report& report, std::span<const metric::Metric> metrics);

}  // namespace hone::train
