// Loading for answers: whatever would make them random or wrong is an error here.
#include "eval/classifier.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace hone::eval {

namespace {

template <typename T>
std::optional<T> number_of(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_number_integer()) return std::nullopt;
  return json[key].get<T>();
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
  return {number_of<int64_t>(json, "max_seq_length"), number_of<uint64_t>(json, "seed")};
}

Classifier load_trained_classifier(const std::filesystem::path& model_dir, std::optional<int64_t> max_seq_length) {
  model::ClassifierRequest request;
  request.model_dir = model_dir;
  model::LoadedClassifier loaded = model::load_classifier(request);
  if (loaded.report.from_config_only || !loaded.report.newly_initialized.empty()) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("{} holds no trained classifier: {} would be random", model_dir.string(),
                    loaded.report.from_config_only
                        ? "all its weights"
                        : fmt::format("{}", fmt::join(loaded.report.newly_initialized, ", "))),
        fmt::format("train one first: hone train --model {} --dataset ... --output-dir ...", model_dir.string()));
  }
  text::Tokenizer tokenizer = text::Tokenizer::load(model_dir);
  if (tokenizer.vocab_size() > loaded.model->vocab_size()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the tokenizer has {} tokens, the model's embedding only {}", model_dir.string(),
                            tokenizer.vocab_size(), loaded.model->vocab_size()),
                "the tokenizer belongs to another model: put the model's own tokenizer files into the folder");
  }
  const TrainingFacts training = training_facts(model_dir);
  const size_t max_length = longest_row(model_dir, max_seq_length, training, tokenizer, loaded.model->max_length());
  return {loaded.model, std::move(tokenizer), loaded.config.labels(), max_length, training};
}

}  // namespace hone::eval
