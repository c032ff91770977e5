#include "task/token_examples.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/segment_reduce.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/counted.h"
#include "base/error.h"
#include "base/utf8.h"
#include "metric/entities.h"
#include "metric/worst_rows.h"
#include "task/score_functions.h"
#include "tensor/compute.h"
#include "tensor/cross_entropy.h"

namespace hone::task {

namespace {

constexpr int64_t kIgnoreIndex = -100;

// The targets of the rows of a batch.
struct BatchTargets {
  at::Tensor tokens;      // [P] int64, of the batch's tokens [T]; P > N if windows overlap
  at::Tensor tags;        // [N] int64
  at::Tensor num_places;  // [N] int64, how many of `tokens` each target has; undefined if each has one
};

// The logits [N, K] of the targets: the mean over the places of each. Rows of the same token, which several windows
// hold, lie one after another in the logits [P, K] of the places.
at::Tensor logits_of_targets(const model::Model& model, const model::Hidden& hidden, const BatchTargets& targets,
                             const nn::ForwardContext& context) {
  at::Tensor logits = model.logits(hidden, targets.tokens, context);
  if (!targets.num_places.defined()) return logits;
  return at::segment_reduce(logits, "mean", tensor::on_device(targets.num_places, logits.device()));
}

at::Tensor tensor_of(const std::vector<int64_t>& values) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::ranges::copy(values, tensor.mutable_data_ptr<int64_t>());
  return tensor;
}

// The targets that the examples and their evaluations share.
struct TagTargets {
  TokenTargets of_rows;
  metric::TagSet tags;
  double label_smoothing = 0;

  uint64_t count(std::span<const uint64_t> rows) const {
    uint64_t sum = 0;
    for (const uint64_t row : rows) sum += of_rows.num_of_row(row);
    return sum;
  }

  // At least one token: without any target, the first one is ignored by the loss, which is then 0.
  BatchTargets batch(const Features& features, std::span<const uint64_t> rows) const {
    std::vector<int64_t> tokens, tags_of_batch, num_places;
    int64_t begin = 0;
    for (const uint64_t row : rows) {
      for (const uint32_t position : of_rows.positions_of_row(row)) tokens.push_back(begin + position);
      for (uint64_t i = of_rows.offsets[row]; i < of_rows.offsets[row + 1]; ++i) {
        tags_of_batch.push_back(of_rows.tags[i]);
        num_places.push_back(static_cast<int64_t>(of_rows.places[i + 1] - of_rows.places[i]));
      }
      begin += static_cast<int64_t>(features.length(row));
    }
    if (tokens.empty()) {
      tokens.push_back(0);
      tags_of_batch.push_back(kIgnoreIndex);
    }
    BatchTargets result{tensor_of(tokens), tensor_of(tags_of_batch), {}};
    if (tokens.size() > tags_of_batch.size()) result.num_places = tensor_of(num_places);
    return result;
  }

  at::Tensor loss_sum(const at::Tensor& logits, const at::Tensor& tags_of_batch) const {
    return tensor::cross_entropy(logits, tensor::on_device(tags_of_batch, logits.device()),
                                 {.ignore_index = kIgnoreIndex, .label_smoothing = label_smoothing});
  }
};

// The row as a person reads it.
class RowTexts {
 public:
  RowTexts(const TextRows& texts, const TokenTexts& rows, const metric::TagSet& tags) : texts_(texts) {
    if (texts.rows.empty()) return;
    reader_.emplace(texts.rows, rows.columns, tags, rows.names_of_ids);
    tokenizer_ = rows.tokenizer;
  }

  std::optional<TaggedText> read(uint64_t row) const {
    if (!reader_) return std::nullopt;
    return reader_->read(row, tokenizer_.value());
  }

  std::string location(uint64_t row) const { return texts_.location(row); }

 private:
  const TextRows& texts_;
  std::optional<TaggedTextReader> reader_;
  std::optional<text::Tokenizer> tokenizer_;
};

// {"location", "text"}; long texts are shortened.
Json described(const RowTexts& texts, uint64_t row, const std::optional<TaggedText>& text) {
  constexpr size_t kMaxBytes = 4000;
  Json json = {{"location", texts.location(row)}};
  if (text) json["text"] = shortened(text->text, kMaxBytes);
  return json;
}

// A row with wrong tags.
struct WrongTags {
  uint64_t row = 0;
  double loss = 0;  // mean over its targets
  std::vector<int32_t> predicted;
};

class TokenEvaluation final : public Evaluation {
 public:
  TokenEvaluation(const TextRows& texts, const RowTexts& row_texts, const TagTargets& targets, size_t num_worst)
      : texts_(texts), row_texts_(row_texts), targets_(targets), tally_(targets.tags), worst_(num_worst) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    const BatchTargets batch = targets_.batch(texts_.features, rows);
    const model::Hidden hidden = model.hidden(make_batch(texts_.features, rows), {});
    const at::Tensor logits = logits_of_targets(model, hidden, batch, {});
    const at::Tensor on_cpu = logits.to(at::kCPU, at::kFloat).contiguous();
    const size_t width = targets_.tags.size();
    const float* next = on_cpu.const_data_ptr<float>();
    for (const uint64_t row : rows) {
      const size_t count = targets_.of_rows.num_of_row(row) * width;
      add_row(row, {next, count});
      next += count;
    }
    loss_sum_ += targets_.loss_sum(logits, batch.tags).item<double>();
    num_rows_ += rows.size();
    num_targets_ += targets_.count(rows);
  }

  metric::Report report() const override {
    metric::Report report = metric::entity_report(tally_);
    report.num_rows = num_rows_;
    report.num_targets = num_targets_;
    report.loss = num_targets_ == 0 ? 0 : loss_sum_ / static_cast<double>(num_targets_);
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    if (worst_.keeps_any()) report.panels.push_back({"rows", "worst", "Worst mistakes", worst_json()});
    return report;
  }

  metric::Resampler resampler() const override { return metric::entity_resampler(tally_); }

 private:
  void add_row(uint64_t row, std::span<const float> logits) {
    const std::span<const int32_t> truth = targets_.of_rows.of_row(row);
    const size_t width = targets_.tags.size();
    if (first_nonfinite_row(logits, width)) return nonfinite_.add(row);
    std::vector<int32_t> predicted;
    for (size_t i = 0; i < truth.size(); ++i) {
      const std::span<const float> own = logits.subspan(i * width, width);
      predicted.push_back(static_cast<int32_t>(std::ranges::max_element(own) - own.begin()));
    }
    tally_.add(truth, predicted);
    if (!worst_.keeps_any() || std::ranges::equal(truth, predicted)) return;
    worst_.add({row, mean_loss(truth, logits), std::move(predicted)});
  }

  // The mean of the cross-entropies of a row's targets.
  double mean_loss(std::span<const int32_t> truth, std::span<const float> logits) const {
    const size_t width = targets_.tags.size();
    double loss = 0;
    for (size_t i = 0; i < truth.size(); ++i) {
      const std::span<const float> own = logits.subspan(i * width, width);
      const float highest = *std::ranges::max_element(own);
      double sum = 0;
      for (const float logit : own) sum += std::exp(static_cast<double>(logit - highest));
      loss += std::log(sum) + highest - own[static_cast<size_t>(truth[i])];
    }
    return loss / static_cast<double>(truth.size());
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const WrongTags& wrong : worst_.sorted()) {
      const std::optional<TaggedText> text = row_texts_.read(wrong.row);
      Json item = {{"row", wrong.row}};
      item.update(described(row_texts_, wrong.row, text));
      if (text) {
        const size_t length = count_code_points(item["text"].get<std::string>());
        item["entities"] = entities_json(*text, wrong.row, targets_.of_rows.of_row(wrong.row), length);
        item["predicted_entities"] = entities_json(*text, wrong.row, wrong.predicted, length);
      }
      item["loss"] = metric::finite_or_null(wrong.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  // Those inside the first `length` characters, which are shown.
  Json entities_json(const TaggedText& text, uint64_t row, std::span<const int32_t> tags, size_t length) const {
    Json list = Json::array();
    for (const PlacedEntity& entity :
         placed_entities(targets_.tags, tags, targets_.of_rows.words_of_row(row), text.words)) {
      if (entity.end > length) continue;
      list.push_back({{"start", entity.begin}, {"end", entity.end}, {"label", entity.type}});
    }
    return list;
  }

  const TextRows& texts_;
  const RowTexts& row_texts_;
  const TagTargets& targets_;
  metric::EntityTally tally_;
  metric::WorstRows<WrongTags> worst_;
  metric::NonfiniteRows nonfinite_;
  double loss_sum_ = 0;
  uint64_t num_rows_ = 0, num_targets_ = 0;
};

class TokenExamples final : public TextExamples {
 public:
  explicit TokenExamples(TokenTexts rows)
      : TextExamples(std::move(rows.texts)),
        targets_{std::move(rows.targets), std::move(rows.tags), rows.label_smoothing},
        row_texts_(texts(), rows, targets_.tags) {
    check_internal(targets_.of_rows.offsets.size() == size() + 1, "each row has its targets");
  }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return targets_.count(rows);
  }

  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    const BatchTargets of_batch = targets_.batch(texts().features, rows);
    const model::Hidden hidden = model.hidden(batch(rows), context);
    return targets_.loss_sum(logits_of_targets(model, hidden, of_batch, context), of_batch.tags);
  }

  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const override {
    return std::make_unique<TokenEvaluation>(texts(), row_texts_, targets_, options.num_worst);
  }

  Json describe(uint64_t row) const override { return described(row_texts_, row, row_texts_.read(row)); }

  // [person: Ada Lovelace; location: London] "Ada Lovelace lived in London".
  std::string preview(uint64_t row) const override {
    constexpr size_t kMaxBytes = 60;
    const std::optional<TaggedText> text = row_texts_.read(row);
    if (!text) return fmt::format("row {}", row);
    std::string shown = shortened(text->text, kMaxBytes);
    std::ranges::replace(shown, '\n', ' ');
    std::vector<std::string> entities;
    for (const PlacedEntity& entity : entities_of(*text, row)) {
      entities.push_back(fmt::format("{}: {}", entity.type, characters(text->text, entity.begin, entity.end)));
    }
    return fmt::format("[{}] \"{}\"", fmt::join(entities, "; "), shown);
  }

  // "person (660), location (548)": entities of each type.
  std::string target_counts() const override { return described_counts(targets_.tags.types(), entities_by_type()); }

  std::vector<std::string> findings() const override {
    std::vector<std::string> notes = TextExamples::findings();
    std::string note = missing_labels(targets_.tags.types(), entities_by_type(), "an entity of the type");
    if (!note.empty()) notes.push_back(std::move(note));
    return notes;
  }

  std::vector<std::string> input_notes() const override {
    std::vector<std::string> notes = TextExamples::input_notes();
    const uint64_t num_lost = targets_.of_rows.num_lost_words;
    if (num_lost > 0) {
      notes.push_back(
          fmt::format("{} without a token {} not counted: truncated, or made of characters that the "
                      "tokenizer drops",
                      counted(num_lost, "word"), num_lost == 1 ? "is" : "are"));
    }
    return notes;
  }

  // Short rows with an entity, each type in its turn.
  std::vector<Sample> samples() const override {
    constexpr size_t kMaxBytes = 400;
    constexpr uint64_t kMaxRows = 20000;
    std::vector<Sample> chosen;
    std::set<uint64_t> taken;
    std::vector<bool> is_seen(targets_.tags.types().size());
    for (const bool wants_new_type : {true, false}) {
      for (uint64_t row = 0; row < std::min(size(), kMaxRows) && chosen.size() < kMaxSamples; ++row) {
        const std::vector<metric::Entity> entities = metric::entities_of(tags_of(row));
        const bool has_new = std::ranges::any_of(
            entities, [&](const metric::Entity& entity) { return !is_seen[static_cast<size_t>(entity.type)]; });
        if (entities.empty() || has_new != wants_new_type || taken.contains(row)) continue;
        const std::optional<TaggedText> text = row_texts_.read(row);
        if (!text || text->text.size() > kMaxBytes) continue;
        for (const metric::Entity& entity : entities) is_seen[static_cast<size_t>(entity.type)] = true;
        chosen.push_back({text->text, std::nullopt, type_names(entities)});
        taken.insert(row);
      }
    }
    return chosen;
  }

 private:
  std::vector<metric::Tag> tags_of(uint64_t row) const {
    std::vector<metric::Tag> tags;
    for (const int32_t id : targets_.of_rows.of_row(row)) tags.push_back(targets_.tags.tag(static_cast<size_t>(id)));
    return tags;
  }

  std::vector<PlacedEntity> entities_of(const TaggedText& text, uint64_t row) const {
    return placed_entities(targets_.tags, targets_.of_rows.of_row(row), targets_.of_rows.words_of_row(row), text.words);
  }

  // Each type once.
  std::string type_names(const std::vector<metric::Entity>& entities) const {
    std::set<std::string> names;
    for (const metric::Entity& entity : entities) {
      names.insert(targets_.tags.types()[static_cast<size_t>(entity.type)]);
    }
    return fmt::format("{}", fmt::join(names, ", "));
  }

  static std::string characters(std::string_view text, size_t begin, size_t end) {
    const size_t first = byte_of_code_point(text, begin);
    return std::string(text.substr(first, byte_of_code_point(text, end) - first));
  }

  std::vector<uint64_t> entities_by_type() const {
    std::vector<uint64_t> counts(targets_.tags.types().size());
    for (uint64_t row = 0; row < size(); ++row) {
      for (const metric::Entity& entity : metric::entities_of(tags_of(row))) {
        ++counts[static_cast<size_t>(entity.type)];
      }
    }
    return counts;
  }

  TagTargets targets_;
  RowTexts row_texts_;
};

}  // namespace

std::unique_ptr<Examples> make_examples(TokenTexts rows) { return std::make_unique<TokenExamples>(std::move(rows)); }

}  // namespace hone::task
