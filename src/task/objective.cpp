#include "task/objective.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/error.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "metric/language_model.h"

namespace hone::task {

namespace {

constexpr int64_t kMaxLogits = int64_t{1} << 24;  // of a product in an evaluation that counts right ones: 64 MiB
constexpr size_t kShownTokens = 60, kShownBytes = 100;

at::Tensor as_tensor(std::span<const int64_t> values) {
  at::Tensor tensor = at::empty({static_cast<int64_t>(values.size())}, at::kLong);
  std::ranges::copy(values, tensor.mutable_data_ptr<int64_t>());
  return tensor;
}

class BlockReader {
 public:
  BlockReader(const TextBlocks& blocks, const Objective& objective) : blocks_(blocks), objective_(objective) {}

  MarkedBatch marked(std::span<const uint64_t> rows, const nn::ForwardContext& context) const {
    MarkedBatch batch;
    corpus::Block block;
    for (const uint64_t row : rows) {
      blocks_.read(row, block);
      objective_.mark(block, row, context, batch);
      batch.row_ends.push_back(batch.places.size());
    }
    return batch;
  }

 private:
  const TextBlocks& blocks_;
  const Objective& objective_;
};

model::Tokens tokens_of(const std::vector<int32_t>& ids, const std::vector<int64_t>& lengths) {
  std::vector<std::span<const int32_t>> sequences;
  for (size_t begin = 0; const int64_t length : lengths) {
    sequences.push_back(std::span(ids).subspan(begin, static_cast<size_t>(length)));
    begin += static_cast<size_t>(length);
  }
  return model::packed_tokens(sequences);
}

model::Hidden hidden_of(const model::Model& model, const MarkedBatch& batch, const nn::ForwardContext& context) {
  model::Inputs inputs;
  inputs.text = tokens_of(batch.ids, batch.lengths);
  if (!batch.decoder_lengths.empty()) inputs.decoder = tokens_of(batch.decoder_ids, batch.decoder_lengths);
  return model.hidden(inputs, context);
}

class BlockEvaluation final : public Evaluation {
 public:
  BlockEvaluation(const TextBlocks& blocks, const Objective& objective)
      : blocks_(blocks), objective_(objective), reader_(blocks, objective) {}

  // The scores of one row after another are computed, so that they need little memory.
  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    const MarkedBatch batch = reader_.marked(rows, {});
    const model::Hidden hidden = hidden_of(model, batch, {});
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint64_t begin = i == 0 ? 0 : batch.row_ends[i - 1], count = batch.row_ends[i] - begin;
      metric::WindowSums sums{.num_tokens = count,
                              .num_bytes = static_cast<uint64_t>(std::llround(blocks_.num_bytes(rows[i])))};
      if (count > 0) {
        add_targets(model, hidden, as_tensor(std::span(batch.places).subspan(begin, count)),
                    as_tensor(std::span(batch.targets).subspan(begin, count)), sums);
      }
      if (!std::isfinite(sums.loss)) nonfinite_.add(rows[i]);
      sums_.push_back(sums);
    }
  }

  metric::Report report() const override {
    metric::Report report = metric::language_model_report(sums_, objective_.metrics());
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    return report;
  }

  metric::Resampler resampler() const override { return metric::language_model_resampler(sums_, objective_.metrics()); }

 private:
  void add_targets(const model::Model& model, const model::Hidden& hidden, const at::Tensor& places,
                   const at::Tensor& targets, metric::WindowSums& sums) const {
    if (!objective_.counts_right()) {
      sums.loss = model.cross_entropy(hidden, places, targets, {}, {}).item<double>();
      return;
    }
    const int64_t chunk = std::max<int64_t>(1, kMaxLogits / model.num_outputs());
    for (int64_t begin = 0; begin < places.size(0); begin += chunk) {
      const int64_t count = std::min(chunk, places.size(0) - begin);
      const at::Tensor logits = model.logits(hidden, places.narrow(0, begin, count), {});
      const at::Tensor wanted = targets.narrow(0, begin, count).to(logits.device());
      sums.loss += tensor::cross_entropy(logits, wanted).item<double>();
      sums.num_right += static_cast<uint64_t>(at::argmax(logits, 1).eq(wanted).sum().item<int64_t>());
    }
  }

  const TextBlocks& blocks_;
  const Objective& objective_;
  BlockReader reader_;
  std::vector<metric::WindowSums> sums_;
  metric::NonfiniteRows nonfinite_;
};

class BlockExamples final : public Examples {
 public:
  BlockExamples(TextBlocks blocks, std::unique_ptr<const Objective> objective, text::Tokenizer tokenizer)
      : blocks_(std::move(blocks)),
        objective_(std::move(objective)),
        tokenizer_(std::move(tokenizer)),
        reader_(blocks_, *objective_) {}

  uint64_t size() const override { return blocks_.size(); }
  uint64_t length(uint64_t row) const override { return blocks_.length(row); }
  uint64_t num_tokens() const override { return blocks_.num_tokens(); }
  const OwnOrder* own_order() const override { return &blocks_; }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext& context) const override {
    return reader_.marked(rows, context).targets.size();
  }

  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    const MarkedBatch batch = reader_.marked(rows, context);
    const model::Hidden hidden = hidden_of(model, batch, context);
    const at::Tensor loss = model.cross_entropy(hidden, as_tensor(batch.places), as_tensor(batch.targets), {}, context);
    if (!hidden.balance_loss.defined()) return loss;
    // A mean over the batch, as the loss is one after the division by all targets.
    return at::add(loss, at::mul(hidden.balance_loss, static_cast<double>(batch.targets.size())));
  }

  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions&) const override {
    return std::make_unique<BlockEvaluation>(blocks_, *objective_);
  }
  bool bounds_outputs() const override { return true; }

  std::string location(uint64_t row) const override { return blocks_.location(row); }
  Json describe(uint64_t row) const override { return {{"location", location(row)}, {"text", text_of(row)}}; }
  std::string preview(uint64_t row) const override {
    return fmt::format("\"{}\" ({})", text_of(row), counted(length(row), "token"));
  }
  std::string target_counts() const override { return objective_->described(num_tokens()); }
  std::vector<std::string> findings() const override;
  std::vector<std::string> input_notes() const override { return {}; }
  std::vector<Sample> samples() const override { return {}; }

 private:
  // The beginning of a row, in a line.
  std::string text_of(uint64_t row) const {
    corpus::Block block;
    blocks_.read(row, block);
    block.ids.resize(std::min(block.ids.size(), kShownTokens));
    std::string text = printable(tokenizer_.decode(block.ids, /*skip_special_tokens=*/false));
    std::ranges::replace(text, '\n', ' ');
    return shortened(text, kShownBytes);
  }

  TextBlocks blocks_;
  std::unique_ptr<const Objective> objective_;
  text::Tokenizer tokenizer_;
  BlockReader reader_;
};

std::vector<std::string> BlockExamples::findings() const {
  std::vector<std::string> findings;
  for (const BlockRange& range : blocks_.ranges()) {
    const corpus::BlockCounts& counts = range.blocks->counts();
    const std::string folder = range.blocks->corpus().folder().string();
    if (counts.dropped_tokens * 10 > counts.tokens + counts.dropped_tokens) {
      findings.push_back(fmt::format(
          "{}: {} of {} are in no block ({})", folder, counts.dropped_tokens,
          counted(counts.tokens + counts.dropped_tokens, "token"),
          range.blocks->is_packing() ? "--group-documents 0 joins all documents" : "--packing splits long documents"));
    }
  }
  return findings;
}

[[noreturn]] void refuse_rows() {
  throw Error(ErrorKind::kUnsupported, "a task on running text has no rows with labels",
              "hone train reads text for it: --train-file, --dataset or --mix");
}

}  // namespace

std::unique_ptr<Examples> make_block_examples(TextBlocks blocks, std::unique_ptr<const Objective> objective,
                                              const text::Tokenizer& tokenizer) {
  return std::make_unique<BlockExamples>(std::move(blocks), std::move(objective), tokenizer);
}

void TextTask::adopt(std::span<table::LabelledSplit>) { refuse_rows(); }
std::vector<int64_t> TextTask::strata(const table::Rows&) const { refuse_rows(); }
std::unique_ptr<Examples> TextTask::examples(const table::Rows&, const std::string&, const ExampleOptions&) const {
  refuse_rows();
}
std::unique_ptr<Answer> TextTask::answer(const Question&, const Outputs&, const AnswerOptions&) const {
  throw Error(ErrorKind::kUnsupported, "a model of running text gives no labels",
              "hone generate continues a text; hone predict --task fill-mask guesses hidden words");
}

}  // namespace hone::task
