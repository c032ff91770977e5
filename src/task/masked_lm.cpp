#include "task/masked_lm.h"

#include <fmt/format.h>

#include <utility>

#include "base/counted.h"
#include "corpus/masking.h"
#include "metric/language_model.h"
#include "task/objective.h"

namespace hone::task {

namespace {

class HiddenTokenObjective final : public Objective {
 public:
  HiddenTokenObjective(const corpus::MaskingOptions& options, const ExampleOptions& examples)
      : probability_(options.mlm_probability),
        unit_(options.masking),
        masking_(options, examples.tokenizer, examples.vocab_size) {}

  void mark(const corpus::Block& block, uint64_t row, const nn::ForwardContext& context,
            MarkedBatch& batch) const override {
    const size_t begin = batch.ids.size();
    batch.ids.insert(batch.ids.end(), block.ids.begin(), block.ids.end());
    for (size_t s = 0; s + 1 < block.offsets.size(); ++s)
      batch.lengths.push_back(block.offsets[s + 1] - block.offsets[s]);
    std::vector<uint32_t> hidden;
    masking_.hide(std::span(batch.ids).subspan(begin), block.offsets, {context.seed, row, context.step}, hidden);
    for (const uint32_t place : hidden) {
      batch.places.push_back(static_cast<int64_t>(begin + place));
      batch.targets.push_back(block.ids[place]);
    }
  }
  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  bool counts_right() const override { return true; }
  std::string described(uint64_t num_tokens) const override {
    const char* const units = unit_ == corpus::kMaskTokens  ? ""
                              : unit_ == corpus::kMaskWords ? ", whole words"
                                                            : ", in spans";
    return fmt::format("{} of {} are hidden, drawn anew in each epoch{}", probability_, counted(num_tokens, "token"),
                       units);
  }

 private:
  double probability_;
  std::string unit_;
  corpus::Masking masking_;
};

class MaskedLm final : public TextTask {
 public:
  explicit MaskedLm(corpus::MaskingOptions options) : options_(std::move(options)) {}

  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  std::unique_ptr<Examples> text_examples(TextBlocks blocks, const ExampleOptions& options) const override {
    return make_block_examples(std::move(blocks), std::make_unique<HiddenTokenObjective>(options_, options),
                               options.tokenizer);
  }
  std::string card_phrase() const override { return "for hidden tokens"; }

 private:
  corpus::MaskingOptions options_;
};

}  // namespace

std::unique_ptr<Task> make_masked_lm(const TaskOptions& options, const model::ModelConfig&, Purpose) {
  return std::make_unique<MaskedLm>(options.masking);
}

}  // namespace hone::task
