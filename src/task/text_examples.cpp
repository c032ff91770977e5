#include "task/text_examples.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/log.h"
#include "base/utf8.h"
#include "task/score_functions.h"
#include "task/vocabulary.h"

namespace hone::task {

std::string TextRows::location(uint64_t row) const {
  return rows.empty() ? fmt::format("row {}", row) : rows.location(row);
}

Json TextRows::described(uint64_t row) const {
  constexpr size_t kMaxBytes = 4000;
  Json json = {{"location", location(row)}};
  if (rows.empty()) return json;
  const auto text_of = [&](const std::string& column) {
    return shortened(rows.text(row, column).value_or(""), kMaxBytes);
  };
  json["text"] = text_of(columns.text);
  if (columns.text_pair) json["text_pair"] = text_of(*columns.text_pair);
  return json;
}

std::string TextRows::shown(uint64_t row) const {
  constexpr size_t kMaxBytes = 50;
  std::string text = rows.empty() ? "" : shortened(rows.text(row, columns.text).value_or(""), kMaxBytes);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("\"{}\"", text);
}

TextRows read_text_rows(const table::Rows& rows, const table::TextColumns& columns, const std::string& what,
                        const ExampleOptions& options) {
  const bool has_pairs = columns.text_pair.has_value();
  Reading reading{.long_text = options.long_text};
  reading.encode.max_length = options.max_length;
  check_windows(options.tokenizer, reading);
  const std::string title = "tokenizing " + what;
  TextRows texts{.features = options.known == nullptr
                                 ? tokenize_rows(options.tokenizer, rows, columns, reading, title)
                                 : options.known->tokenized(options.tokenizer, options.tokenizer_dir, rows, columns,
                                                            reading, title),
                 .rows = rows,
                 .columns = columns,
                 .max_length = options.max_length,
                 .num_special_tokens = options.tokenizer.num_special_tokens(has_pairs)};
  check_embedded(options.tokenizer, options.vocab_size, texts.features,
                 [&rows](uint64_t row) { return rows.location(row); });
  warn_of_unknown_tokens(unknown_tokens(options.tokenizer, texts.features, has_pairs), what);
  return texts;
}

table::Rows kept_rows(const table::Complete& complete) {
  if (complete.skipped > 0) log_info("{}", complete.note());
  return complete.rows;
}

void skip_rows_without_text(std::span<table::LabelledSplit> splits, const table::TextColumns& columns, bool strict) {
  std::vector<std::string> names = {columns.text};
  if (columns.text_pair) names.push_back(*columns.text_pair);
  for (table::LabelledSplit& split : splits) {
    split.rows = kept_rows(table::rows_with_text(split.rows, names, strict));
  }
}

std::string described_counts(const std::vector<std::string>& names, std::span<const uint64_t> counts) {
  constexpr size_t kMaxLabels = 10;
  std::string text;
  for (size_t id = 0; id < std::min(names.size(), kMaxLabels); ++id) {
    text += fmt::format("{}{} ({})", id == 0 ? "" : ", ", names[id], counts[id]);
  }
  return names.size() > kMaxLabels ? fmt::format("{} and {} more", text, names.size() - kMaxLabels) : text;
}

std::string missing_labels(const std::vector<std::string>& names, std::span<const uint64_t> counts,
                           std::string_view what) {
  std::vector<std::string> missing;
  for (size_t id = 0; id < names.size(); ++id) {
    if (counts[id] == 0) missing.push_back(names[id]);
  }
  if (missing.empty()) return "";
  const bool several = missing.size() > 1;
  return fmt::format("no training row has {}{} {}, so the model cannot learn {}", what, several ? "s" : "",
                     fmt::join(missing, ", "), several ? "them" : "it");
}

void TextEvaluation::add(const model::Model& model, std::span<const uint64_t> rows) {
  const at::Tensor outputs =
      texts_.outputs ? texts_.outputs(model, rows) : row_outputs(model, texts_.features, rows, {});
  const at::Tensor on_cpu = outputs.to(at::kCPU, at::kFloat).contiguous();
  const auto width = static_cast<size_t>(outputs.size(-1));
  const std::span<const float> values(on_cpu.const_data_ptr<float>(), rows.size() * width);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> of_row = values.subspan(i * width, width);
    first_nonfinite_row(of_row, width) ? nonfinite_.add(rows[i]) : add_prediction(rows[i], of_row);
  }
  loss_sum_ += loss_sum(outputs, rows).item<double>();
  weight_sum_ += total_weight(rows);
  num_rows_ += rows.size();
}

metric::Report TextEvaluation::report() const {
  metric::Report report = measured();
  report.num_rows = num_rows_;
  report.num_targets = num_rows_ * targets_per_row();
  report.loss = num_rows_ == 0 ? 0 : loss_sum_ / weight_sum_;
  report.nonfinite = nonfinite_;
  report.spoil_if_nonfinite();
  if (std::optional<metric::Panel> panel = worst_panel()) report.panels.push_back(std::move(*panel));
  return report;
}

model::PrefixCache* TextExamples::keep_prefix(std::shared_ptr<const model::Model> model,
                                              const model::PrefixStorage& storage) {
  Features& features = texts_.features;
  features.prefix = std::make_shared<model::PrefixCache>(std::move(model), prefix_rows(features), storage);
  return features.prefix.get();
}

std::vector<std::string> TextExamples::findings() const {
  return text_findings(texts_.features, texts_.max_length, texts_.num_special_tokens);
}

std::vector<std::string> TextExamples::input_notes() const {
  const Features& features = texts_.features;
  std::string note = truncation_note(features.num_cut_rows, features.size(), texts_.max_length);
  return note.empty() ? std::vector<std::string>() : std::vector{std::move(note)};
}

}  // namespace hone::task
