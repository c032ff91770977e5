#include "task/denoising.h"

#include <fmt/format.h>

#include <utility>

#include "base/counted.h"
#include "corpus/noising.h"
#include "metric/language_model.h"
#include "task/decoder_input.h"
#include "task/objective.h"

namespace hone::task {

namespace {

class RebuildObjective final : public Objective {
 public:
  RebuildObjective(const corpus::NoiseOptions& options, const ExampleOptions& examples, DecoderInput decoder)
      : noising_(options, examples.tokenizer), decoder_(std::move(decoder)) {}

  void mark(const corpus::Block& block, uint64_t row, const nn::ForwardContext& context,
            MarkedBatch& batch) const override {
    for (size_t s = 0; s + 1 < block.offsets.size(); ++s) {
      const auto begin = static_cast<size_t>(block.offsets[s]), end = static_cast<size_t>(block.offsets[s + 1]);
      const corpus::NoisedText text = noising_.noised(std::span(block.ids).subspan(begin, end - begin),
                                                      {context.seed, row, context.step}, static_cast<uint32_t>(s));
      batch.ids.insert(batch.ids.end(), text.source.begin(), text.source.end());
      batch.lengths.push_back(static_cast<int64_t>(text.source.size()));
      batch.decoder_lengths.push_back(static_cast<int64_t>(text.target.size()));
      for (const int32_t id : decoder_.before(text.target)) {
        batch.places.push_back(static_cast<int64_t>(batch.decoder_ids.size()));
        batch.decoder_ids.push_back(id);
      }
      batch.targets.insert(batch.targets.end(), text.target.begin(), text.target.end());
    }
  }
  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  bool counts_right() const override { return true; }
  std::string described(uint64_t num_tokens) const override {
    return fmt::format("{} of {} are missing ({}), drawn anew in each epoch", noising_.density(),
                       counted(num_tokens, "token"), noising_.described());
  }

 private:
  corpus::Noising noising_;
  DecoderInput decoder_;
};

class Denoising final : public TextTask {
 public:
  Denoising(corpus::NoiseOptions options, const model::ModelConfig& config)
      : options_(std::move(options)), decoder_(DecoderInput::of(config)) {}

  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  std::unique_ptr<Examples> text_examples(TextBlocks blocks, const ExampleOptions& options) const override {
    decoder_.check(options.vocab_size);
    auto objective = std::make_unique<RebuildObjective>(options_, options, decoder_);
    return make_block_examples(std::move(blocks), std::move(objective), options.tokenizer);
  }
  std::string card_phrase() const override { return "to rebuild broken text"; }

 private:
  corpus::NoiseOptions options_;
  DecoderInput decoder_;
};

}  // namespace

std::unique_ptr<Task> make_denoising(const TaskOptions& options, const model::ModelConfig& config, Purpose) {
  return std::make_unique<Denoising>(options.noise, config);
}

}  // namespace hone::task
