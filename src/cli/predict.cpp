// hone predict: labels and scores of texts or of a file's rows.
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/counted.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/library.h"
#include "cli/predict_options.h"
#include "cli/prediction_writer.h"
#include "cli/text_input.h"
#include "eval/classifier.h"
#include "eval/prediction.h"
#include "task/features.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

constexpr size_t kMaxShown = 10, kMaxTies = 3;
constexpr size_t kMaxScoresOfBlock = size_t{1} << 22;  // 16 MiB

size_t top_k_of(const PredictOptions& options, size_t num_labels) {
  return options.top_k ? std::min(num_labels, static_cast<size_t>(*options.top_k)) : num_labels;
}

std::string_view function_of(const eval::Classifier& classifier, const PredictOptions& options) {
  return options.function_to_apply ? std::string_view(*options.function_to_apply) : classifier.score_function;
}

// Returns "  not sure: NEUTRAL or NEGATIVE", or an empty text.
std::string ties_text(std::span<const float> scores, const std::vector<std::string>& labels,
                      std::string_view function) {
  const std::vector<size_t> near = eval::near_ties(scores, function);
  std::string text;
  for (size_t i = 0; i < std::min(near.size(), kMaxTies); ++i) {
    text += fmt::format("{}{}", i == 0 ? "  not sure: " : " or ", labels[near[i]]);
  }
  return near.size() > kMaxTies ? text + " or another" : text;
}

std::string as_text(std::span<const float> scores, const std::vector<std::string>& labels, std::string_view function,
                    size_t top_k) {
  const std::vector<size_t> ranked = eval::ranked_labels(scores, std::min(top_k, kMaxShown + 1));
  std::string text = fmt::format("{}  {:.4f}", labels[ranked[0]], scores[ranked[0]]);
  for (size_t i = 1; i < ranked.size(); ++i) {
    text += fmt::format("{}{} {:.4f}", i == 1 ? "  (" : ", ", labels[ranked[i]], scores[ranked[i]]);
  }
  if (ranked.size() > 1) text += ranked.size() < top_k ? ", ...)" : ")";
  return text + ties_text(scores, labels, function) + "\n";
}

void predict_text(const eval::Classifier& classifier, const PredictOptions& options, const std::string& text) {
  text::EncodeOptions encode;
  encode.max_length = classifier.max_length;
  const bool has_pair = !options.texts.text_pair.empty();
  const text::Encoding encoding = has_pair ? classifier.tokenizer.encode_pair(text, options.texts.text_pair, encode)
                                           : classifier.tokenizer.encode(text, encode);
  if (encoding.num_cut > 0) {
    log_warning("the text is longer than {} tokens; the last {} were truncated", classifier.max_length,
                encoding.num_cut);
  }
  task::Features features;
  features.add(encoding);
  task::warn_of_unknown_tokens(task::unknown_tokens(classifier.tokenizer, features, has_pair), "the text");
  const std::string_view function = function_of(classifier, options);
  const auto name = [](uint64_t) { return std::string("the text"); };
  const eval::Predictions predictions = eval::predict(classifier, features, function, name);
  const std::span<const float> scores = predictions.row(0);
  const size_t top_k = top_k_of(options, classifier.labels.size());
  print(options.json ? eval::prediction_json(scores, classifier.labels, function,
                                             options.top_k ? std::optional(top_k) : std::nullopt)
                               .dump() +
                           "\n"
                     : as_text(scores, classifier.labels, function, top_k));
}

void predict_file(const eval::Classifier& classifier, const PredictOptions& options) {
  const size_t num_labels = classifier.labels.size();
  PredictionWriter writer(options.texts,
                          {.labels = classifier.labels,
                           .function = std::string(function_of(classifier, options)),
                           .top_k = options.top_k ? std::optional(top_k_of(options, num_labels)) : std::nullopt,
                           .keep_columns = options.keep_columns});
  text::UnknownTokens unknown;
  const auto write = [&](const Block& block) {
    unknown.add(task::unknown_tokens(classifier.tokenizer, block.features, block.has_pairs));
    const auto name = [&](uint64_t row) { return block.location(row); };
    writer.write(block, eval::predict(classifier, block.features, writer.format().function, name));
  };
  const BlockOptions block_options{.max_length = classifier.max_length,
                                   .what = "predicting",
                                   .beside_computing = true,
                                   .max_rows = std::clamp<size_t>(kMaxScoresOfBlock / num_labels, 1, 2048)};
  for_each_block(options.texts, classifier.tokenizer, block_options, write);
  writer.commit();
  task::warn_of_unknown_tokens(unknown, options.texts.file.string());
  log_info("wrote {} to {}", counted(writer.rows(), "row"), output_name(options.texts.output));
}

}  // namespace

int run_predict(const options::Parsed<PredictOptions>& parsed) {
  const PredictOptions& options = parsed.options;
  check_text_input(options.texts, "predict");
  if (!options.texts.file.empty()) Output(options.texts);  // reports an unknown format before the model is loaded
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const eval::Classifier classifier =
      eval::load_trained_classifier(options.model.model_name_or_path, options.model.max_seq_length);
  classifier.model->set_compute(compute);
  if (options.texts.file.empty()) {
    for_each_text(options.texts, [&](const std::string& text) { predict_text(classifier, options, text); });
  } else {
    predict_file(classifier, options);
  }
  return 0;
}

}  // namespace hone::cli
