#include "task/denoising.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "metric/language_model.h"
#include "task/noising.h"
#include "task/objective.h"

namespace hone::task {

namespace {

class RebuildObjective final : public Objective {
 public:
  RebuildObjective(const NoiseOptions& options, const ExampleOptions& examples, int32_t start)
      : noising_(options, examples.tokenizer), start_(start) {}

  void mark(const corpus::Block& block, uint64_t row, const nn::ForwardContext& context,
            MarkedBatch& batch) const override {
    for (size_t s = 0; s + 1 < block.offsets.size(); ++s) {
      const auto begin = static_cast<size_t>(block.offsets[s]), end = static_cast<size_t>(block.offsets[s + 1]);
      const NoisedText text = noising_.noised(std::span(block.ids).subspan(begin, end - begin),
                                              {context.seed, row, context.step}, static_cast<uint32_t>(s));
      batch.ids.insert(batch.ids.end(), text.source.begin(), text.source.end());
      batch.lengths.push_back(static_cast<int64_t>(text.source.size()));
      // The decoder reads the token before the one that it writes.
      batch.decoder_lengths.push_back(static_cast<int64_t>(text.target.size()));
      for (size_t i = 0; i < text.target.size(); ++i) {
        batch.places.push_back(static_cast<int64_t>(batch.decoder_ids.size()));
        batch.decoder_ids.push_back(i == 0 ? start_ : text.target[i - 1]);
        batch.targets.push_back(text.target[i]);
      }
    }
  }
  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  bool counts_right() const override { return true; }
  std::string described(uint64_t num_tokens) const override {
    return fmt::format("{} of {} are missing ({}), drawn anew in each epoch", noising_.density(),
                       counted(num_tokens, "token"), noising_.described());
  }

 private:
  Noising noising_;
  int32_t start_;
};

class Denoising final : public TextTask {
 public:
  Denoising(NoiseOptions options, const model::ModelConfig& config)
      : options_(std::move(options)), source_(config.source()) {
    const auto found = config.json().find("decoder_start_token_id");
    if (found != config.json().end() && found->is_number_integer()) start_ = found->get<int64_t>();
  }

  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  std::unique_ptr<Examples> text_examples(TextBlocks blocks, const ExampleOptions& options) const override {
    if (start_ < 0 || start_ >= options.vocab_size) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: no \"decoder_start_token_id\" names the decoder's first token", source_),
                  "add it to config.json: of T5 that of the padding token, of BART that of the end token");
    }
    auto objective = std::make_unique<RebuildObjective>(options_, options, static_cast<int32_t>(start_));
    return make_block_examples(std::move(blocks), std::move(objective), options.tokenizer);
  }
  std::string card_phrase() const override { return "to rebuild broken text"; }

 private:
  NoiseOptions options_;
  std::string source_;
  int64_t start_ = -1;
};

}  // namespace

std::unique_ptr<Task> make_denoising(const TaskOptions& options, const model::ModelConfig& config, Purpose) {
  return std::make_unique<Denoising>(options.noise, config);
}

}  // namespace hone::task
