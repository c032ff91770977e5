#include "task/shots.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/mm.h>
#include <c10/core/InferenceMode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "model/load.h"
#include "model/pooling.h"
#include "table/columns.h"
#include "table/labels.h"
#include "table/permutation.h"
#include "table/read.h"
#include "table/selection.h"
#include "task/features.h"
#include "task/text_examples.h"

namespace hone::task {

namespace {

constexpr size_t kEmbeddedTokens = 4096;  // computed at once
constexpr size_t kComparedTexts = 64;     // texts whose similarities are in memory

// The split "train", or the only one.
table::Rows shot_rows(const std::filesystem::path& path) {
  table::Splits splits = table::read_dataset(path);
  const auto train = splits.rows.find("train");
  if (train != splits.rows.end()) return train->second;
  if (splits.rows.size() == 1) return splits.rows.begin()->second;
  std::vector<std::string> names;
  for (const auto& [name, rows] : splits.rows) names.push_back(name);
  throw Error(ErrorKind::kUsage, fmt::format("{} has no split \"train\" for the shots", path.string()),
              fmt::format("give a file with --shots-from; it has: {}", fmt::join(names, ", ")));
}

Error too_few(size_t wanted, size_t found, const std::string& what) {
  return {ErrorKind::kInput, fmt::format("{} of {}, but there are {}", counted(wanted, "shot"), what, found),
          "lower --shots; give more rows with --shots-from"};
}

}  // namespace

void check_shots(const PromptOptions& options) {
  if (options.shots > 0 && options.shots_from.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("shots is {}, and there are no rows to take them from", options.shots),
                "give --shots-from FILE, such as the training rows");
  }
  if (options.shots == 0 && !options.shots_from.empty()) {
    throw Error(ErrorKind::kUsage, "shots_from is given, and shots is 0", "give --shots 4");
  }
  if (!options.embedding_model.empty() && (options.shots == 0 || options.shots_choice != "nearest")) {
    throw Error(ErrorKind::kUsage, "embedding_model is given, and no text is compared with others",
                "give --shots-choice nearest");
  }
}

TextEmbedder TextEmbedder::load(const std::filesystem::path& model_dir) {
  model::ModelRequest request;
  request.model_dir = model_dir;
  request.head = "pooling";
  return {model::load_model(request).model, text::Tokenizer::load(model_dir)};
}

at::Tensor TextEmbedder::embed(std::span<const std::string_view> texts, const std::string& what) const {
  const c10::InferenceMode no_gradients;
  const text::EncodeOptions reading{.max_length =
                                        std::min<size_t>(kMaxTokens, static_cast<size_t>(model_->max_length()))};
  const model::Pooling& mean = model::find_pooling("mean");
  std::vector<at::Tensor> parts;
  Progress progress(what, "text", texts.size());
  for (size_t next = 0; next < texts.size();) {
    Features features;
    while (next < texts.size() && (features.size() == 0 || features.num_tokens() < kEmbeddedTokens)) {
      features.add(tokenizer_.encode(texts[next++], reading));
    }
    std::vector<uint64_t> rows(features.size());
    std::iota(rows.begin(), rows.end(), uint64_t{0});
    const at::Tensor means = mean.apply(model_->hidden(make_batch(features, rows), {})).to(at::kCPU);
    parts.push_back(at::div(means, at::clamp_min(at::linalg_vector_norm(means, 2, {1}, true), 1e-12)));
    progress.advance(rows.size());
  }
  return at::cat(parts);
}

Shots::Shots(const PromptOptions& options, const RowOptions& columns)
    : is_nearest_(options.shots > 0 && options.shots_choice == "nearest"), count_(static_cast<size_t>(options.shots)) {
  check_shots(options);
  if (count_ == 0) return;
  source_ = options.shots_from.string();
  table::Rows rows = shot_rows(options.shots_from);
  const table::TextColumns texts = table::choose_text_columns(rows, columns.text_column, columns.text_pair_column);
  const std::string label_column = table::choose_label_column(rows, columns.label_column);
  table::LabelledSplit split{"shots", rows};
  skip_rows_without_text(std::span(&split, 1), texts, columns.strict);
  const table::LabelMap labels = table::LabelMap::decide(split.rows, label_column, {.names = options.labels});
  rows = kept_rows(table::rows_with_label(split.rows, label_column, labels, columns.strict));
  const std::vector<int64_t> ids = labels.ids(rows, label_column);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    Shot shot{std::string(rows.text(row, texts.text).value_or("")), std::nullopt,
              options.labels[static_cast<size_t>(ids[row])]};
    if (texts.text_pair) shot.text_pair = std::string(rows.text(row, *texts.text_pair).value_or(""));
    all_.push_back(std::move(shot));
  }
  if (all_.size() < count_) throw too_few(count_, all_.size(), source_);
  if (options.shots_choice == "balanced") choose_balanced(options, ids);
  if (options.shots_choice == "random") choose_random(options);
  if (options.shots_choice == "first") fixed_.assign(all_.begin(), all_.begin() + static_cast<ptrdiff_t>(count_));
}

void Shots::choose_random(const PromptOptions& options) {
  for (const uint64_t row : table::permutation(options.shots_seed, all_.size())) {
    if (fixed_.size() < count_) fixed_.push_back(all_[row]);
  }
}

// The first labels have one more if the shots cannot be divided.
void Shots::choose_balanced(const PromptOptions& options, std::span<const int64_t> ids) {
  const size_t num_labels = options.labels.size();
  std::vector<size_t> wanted(num_labels, count_ / num_labels);
  for (size_t label = 0; label < count_ % num_labels; ++label) ++wanted[label];
  std::vector<size_t> missing = wanted;
  for (const uint64_t row : table::permutation(options.shots_seed, all_.size())) {
    size_t& of_label = missing[static_cast<size_t>(ids[row])];
    if (of_label == 0) continue;
    --of_label;
    fixed_.push_back(all_[row]);
  }
  for (size_t label = 0; label < num_labels; ++label) {
    if (missing[label] == 0) continue;
    throw too_few(wanted[label], wanted[label] - missing[label],
                  fmt::format("the label {} in {}", options.labels[label], source_));
  }
}

std::vector<std::vector<Shot>> Shots::nearest(std::span<const std::string_view> texts, const TextEmbedder& embedder,
                                              const std::string& what) {
  const c10::InferenceMode no_gradients;
  if (!embeddings_.defined()) {
    std::vector<std::string_view> candidates;
    for (const Shot& shot : all_) candidates.emplace_back(shot.text);
    embeddings_ = embedder.embed(candidates, "embedding " + source_);
  }
  const at::Tensor own = embedder.embed(texts, "embedding " + what);
  std::vector<std::vector<Shot>> chosen(texts.size());
  std::vector<size_t> order(all_.size());
  for (size_t begin = 0; begin < texts.size(); begin += kComparedTexts) {
    const size_t size = std::min(kComparedTexts, texts.size() - begin);
    const at::Tensor similarities =
        at::mm(own.narrow(0, static_cast<int64_t>(begin), static_cast<int64_t>(size)), embeddings_.t()).contiguous();
    for (size_t i = 0; i < size; ++i) {
      const float* const values = similarities.const_data_ptr<float>() + i * all_.size();
      std::iota(order.begin(), order.end(), size_t{0});
      // The text itself may be among the rows several times.
      const auto end =
          std::remove_if(order.begin(), order.end(), [&](size_t row) { return all_[row].text == texts[begin + i]; });
      const size_t num_others = static_cast<size_t>(end - order.begin());
      if (num_others < count_) throw too_few(count_, num_others, source_ + " besides the text itself");
      std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(count_), end,
                        [&](size_t a, size_t b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
      for (size_t shot = count_; shot > 0; --shot) chosen[begin + i].push_back(all_[order[shot - 1]]);
      order.resize(all_.size());
    }
  }
  return chosen;
}

}  // namespace hone::task
