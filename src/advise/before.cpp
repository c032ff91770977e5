#include "advise/before.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hone::advise {

namespace {

Json rows_json(const RowsFacts& rows) {
  Json classes = Json::array();
  for (const ClassCount& row : rows.classes) classes.push_back({{"name", row.name}, {"rows", row.rows}});
  Json lengths = Json::object();
  for (const int percent : {50, 90, 95, 99, 100}) {
    if (rows.lengths.empty()) break;
    const size_t index = std::max<size_t>(1, (rows.lengths.size() * static_cast<size_t>(percent) + 99) / 100) - 1;
    lengths[std::to_string(percent)] = rows.lengths[index];
  }
  return {{"task", rows.task},
          {"training_rows", rows.num_train},
          {"evaluation_rows", rows.num_evaluation},
          {"test_rows", rows.num_test},
          {"has_evaluation", rows.has_evaluation},
          {"classes", std::move(classes)},
          {"sampled_rows", rows.num_sampled},
          {"language", rows.language},
          {"script", rows.script},
          {"has_spaces", rows.has_spaces},
          {"capital_share", rows.capital_share},
          {"accent_share", rows.accent_share},
          {"length_percentiles", std::move(lengths)}};
}

Json checkpoint_json(const CheckpointFacts& checkpoint) {
  if (!checkpoint.error.empty()) return {{"folder", checkpoint.folder}, {"error", checkpoint.error}};
  return {{"folder", checkpoint.folder},
          {"family", checkpoint.family},
          {"licence", checkpoint.licence.empty() ? Json() : Json(checkpoint.licence)},
          {"trained_task", checkpoint.trained_task.empty() ? Json() : Json(checkpoint.trained_task)},
          {"parameters", checkpoint.num_parameters},
          {"vocab_size", checkpoint.vocab_size},
          {"max_length", checkpoint.max_length},
          {"tokens_per_word", checkpoint.tokens_per_word},
          {"tokens_per_character", checkpoint.tokens_per_character},
          {"unknown_share", checkpoint.unknown_share},
          {"too_long_share", checkpoint.too_long_share},
          {"script_share", checkpoint.script_share},
          {"lowers_case", checkpoint.lowers_case},
          {"strips_accents", checkpoint.strips_accents}};
}

Json measured_json(const Measured& measured) {
  const std::string_view part = part_name(measured.part);
  if (!measured.error.empty()) return {{"part", part}, {"error", measured.error}};
  return {{"part", part},
          {"steps", measured.num_steps},
          {"prepare_seconds", measured.prepare_seconds},
          {"epoch_seconds", measured.epoch_seconds},
          {"evaluation_seconds", measured.evaluation_seconds},
          {"test_seconds", measured.test_seconds},
          {"typical_tokens", measured.typical_tokens},
          {"typical_seconds", measured.typical_seconds},
          {"longest_tokens", measured.longest_tokens},
          {"longest_seconds", measured.longest_seconds},
          {"peak_bytes", measured.peak_bytes},
          {"is_extrapolated", measured.is_extrapolated},
          {"keeps_body", measured.keeps_body}};
}

}  // namespace

std::string_view part_name(TrainedPart part) {
  constexpr std::array<std::string_view, 3> kNames = {"all", "lora", "head"};
  return kNames[static_cast<size_t>(part)];
}

double run_seconds(const Measured& measured, double epochs) {
  const double passes = measured.keeps_body ? std::min(epochs, 1.0) : epochs;
  return measured.prepare_seconds + passes * (measured.epoch_seconds + measured.evaluation_seconds) +
         measured.test_seconds;
}

std::string share_text(double share) {
  if (share == 0) return "0%";
  return fmt::format("{:.{}f}%", 100 * share, share < 0.01 ? 2 : 1);
}

Json to_json(const Before& before) {
  Json checkpoints = Json::array(), measured = Json::array();
  for (const CheckpointFacts& row : before.checkpoints) checkpoints.push_back(checkpoint_json(row));
  for (const Measured& row : before.measured) measured.push_back(measured_json(row));
  return {{"rows", rows_json(before.rows)},
          {"checkpoints", std::move(checkpoints)},
          {"compute", before.compute},
          {"memory_bytes", before.memory_bytes},
          {"measured", std::move(measured)}};
}

}  // namespace hone::advise
