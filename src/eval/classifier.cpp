#include "eval/classifier.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"

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

// Added tokens without an embedding are bearable as long as no text uses them; anything else is a wrong tokenizer.
void check_vocabulary(const text::Tokenizer& tokenizer, int64_t num_embeddings, const std::filesystem::path& folder) {
  constexpr size_t kMaxNamed = 5;
  const int64_t num_tokens = tokenizer.vocab_size();
  if (num_tokens <= num_embeddings) return;
  std::vector<std::string> named;
  for (int64_t id = num_embeddings; id < num_tokens; ++id) {
    if (!tokenizer.is_added(static_cast<int32_t>(id))) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the tokenizer has {} tokens, the model's embedding only {}", folder.string(),
                              num_tokens, num_embeddings),
                  "the tokenizer belongs to another model: put the model's own tokenizer files into the folder");
    }
    if (named.size() < kMaxNamed) named.push_back(fmt::format("\"{}\"", tokenizer.token(static_cast<int32_t>(id))));
  }
  log_warning(
      "{}: {} added tokens have no embedding in the model ({}{}), probably add_tokens without resize_token_embeddings; "
      "texts that hold them are refused",
      folder.string(), num_tokens - num_embeddings, fmt::join(named, ", "),
      static_cast<int64_t>(named.size()) < num_tokens - num_embeddings ? ", ..." : "");
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
  check_vocabulary(tokenizer, loaded.model->vocab_size(), model_dir);
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
  const int64_t num_embeddings = classifier.model->vocab_size();
  if (classifier.tokenizer.vocab_size() <= num_embeddings) return;
  const auto found = std::find_if(ids.begin(), ids.end(), [&](int32_t id) { return id >= num_embeddings; });
  if (found == ids.end()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} holds the token \"{}\", for which the model has no embedding", row,
                          classifier.tokenizer.token(*found)),
              "the token was added to the tokenizer without resizing the model's embedding; leave it out of the text");
}

void check_embedded(const Classifier& classifier, const task::Features& features, const RowName& row_name) {
  if (classifier.tokenizer.vocab_size() <= classifier.model->vocab_size()) return;
  for (uint64_t row = 0; row < features.size(); ++row) {
    check_embedded(classifier, std::span(features.ids).subspan(features.offsets[row], features.length(row)),
                   name_of(row_name, row));
  }
}

}  // namespace hone::eval
