#include "serve/scores.h"

#include <nlohmann/json.hpp>

#include "eval/prediction.h"
#include "http/response.h"

namespace hone::serve {

std::vector<float> checked_scores(std::string_view function, std::vector<float> logits, size_t num_labels,
                                  size_t rows_per_input) {
  if (const auto row = task::first_nonfinite_row(logits, num_labels)) {
    const std::string input = fmt::format("inputs[{}]", *row / rows_per_input);
    const Error error = task::nonfinite_error(input);
    throw http::RequestError({.status = 500, .message = error.what(), .field = input, .hint = error.hint()});
  }
  task::apply_score_function(task::find_score_function(function), logits, num_labels);
  return logits;
}

Json scores_json(const std::vector<float>& scores, const std::vector<std::string>& labels,
                 std::optional<int64_t> top_k) {
  const auto most = top_k ? std::optional(static_cast<size_t>(*top_k)) : std::nullopt;
  Json rows = Json::array();
  for (size_t begin = 0; begin < scores.size(); begin += labels.size()) {
    const std::span<const float> of_row = std::span(scores).subspan(begin, labels.size());
    Json row = Json::array();
    for (const size_t id : eval::ranked_labels(of_row, most)) {
      row.push_back({{"label", labels[id]}, {"score", eval::shortest_double(of_row[id])}});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace hone::serve
