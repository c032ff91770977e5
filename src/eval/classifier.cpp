#include "eval/classifier.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "task/vocabulary.h"

namespace hone::eval {

namespace {

template <typename T>
std::optional<T> number_of(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key)) return std::nullopt;
  const Json& value = json[key];
  if (std::is_integral_v<T> ? !value.is_number_integer() : !value.is_number()) return std::nullopt;
  return value.get<T>();
}

size_t longest_row(const std::filesystem::path& model_dir, std::optional<int64_t> asked, const TrainingFacts& training,
                   const text::Tokenizer& tokenizer, int64_t model_length) {
  if (asked && *asked > model_length) {
    throw Error(ErrorKind::kUsage,
                fmt::format("max_seq_length is {}, but {} holds {} tokens", *asked, model_dir.string(), model_length),
                fmt::format("give {} or less", model_length));
  }
  if (asked) return static_cast<size_t>(*asked);
  const auto longest = static_cast<size_t>(model_length);
  if (training.max_seq_length) return std::min(longest, static_cast<size_t>(*training.max_seq_length));
  return std::min(longest, tokenizer.model_max_length());
}

}  // namespace

TrainingFacts training_facts(const std::filesystem::path& model_dir) {
  const std::filesystem::path path = model_dir / "training_args.json";
  if (!std::filesystem::exists(path)) return {};
  const Json json = read_json(path);
  return {number_of<int64_t>(json, "max_seq_length"), number_of<uint64_t>(json, "seed"),
          number_of<double>(json, "label_smoothing_factor")};
}

Classifier load_trained_classifier(const std::filesystem::path& model_dir, std::optional<int64_t> max_seq_length) {
  model::ClassifierRequest request;
  request.model_dir = model_dir;
  model::LoadedClassifier loaded = model::load_classifier(request);
  if (loaded.report.from_config_only || !loaded.report.newly_initialized.empty()) {
    throw UntrainedModel(
        ErrorKind::kInput,
        fmt::format("{} holds no trained classifier: {} would be random", model_dir.string(),
                    loaded.report.from_config_only
                        ? "all its weights"
                        : fmt::format("{}", fmt::join(loaded.report.newly_initialized, ", "))),
        fmt::format("train one first: hone train --model {} --dataset ... --output-dir ...", model_dir.string()));
  }
  text::Tokenizer tokenizer = text::Tokenizer::load(model_dir);
  task::check_vocabulary(tokenizer, loaded.model->vocab_size(), model_dir);
  const TrainingFacts training = training_facts(model_dir);
  const size_t max_length = longest_row(model_dir, max_seq_length, training, tokenizer, loaded.model->max_length());
  return {.model = loaded.model,
          .tokenizer = std::move(tokenizer),
          .labels = loaded.config.labels(),
          .score_function = default_score_function(loaded.config.problem_type(), loaded.config.num_labels()),
          .max_length = max_length,
          .training = training};
}

void check_embedded(const Classifier& classifier, std::span<const int32_t> ids, std::string_view row) {
  task::check_embedded(classifier.tokenizer, classifier.model->vocab_size(), ids, row);
}

void check_embedded(const Classifier& classifier, const task::Features& features, const RowName& row_name) {
  const auto place_of = [&](uint64_t row) { return name_of(row_name, row); };
  task::check_embedded(classifier.tokenizer, classifier.model->vocab_size(), features, place_of);
}

}  // namespace hone::eval
