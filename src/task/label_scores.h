// How likely each label is to follow a prompt. B prompts, K labels.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "task/prompt.h"
#include "tensor/kv_cache.h"

namespace hone::task {

// Computes the log-likelihoods of labels. Keeps keys and values in a cache: what all prompts of a call begin with is
// computed once, also for later calls, and the labels of a prompt continue it.
class LabelScorer {
 public:
  // Errors (kUnsupported): a model on another device than the CPU.
  explicit LabelScorer(std::shared_ptr<const model::Model> model);

  // Returns for each prompt and label the sum of the log-probabilities of the label's tokens [B, K], in nats.
  std::vector<std::vector<double>> log_likelihoods(std::span<const PromptTokens* const> prompts);

 private:
  struct Continuation;
  struct Computed {
    model::Hidden hidden;
    std::vector<int64_t> offsets;  // the row of `hidden` at which each sequence begins, and the end
  };

  void reserve(int64_t num_tokens);
  void keep_prefix(std::span<const int32_t> tokens);
  Computed compute(std::vector<uint64_t> ids);
  void add_group(std::span<const PromptTokens* const> prompts, std::vector<std::vector<double>>& sums);
  void add_continuations(std::span<const Continuation> continuations);

  std::shared_ptr<const model::Model> model_;
  std::optional<tensor::KvCache> cache_;
  int64_t capacity_ = 0;         // of the cache, in tokens
  std::vector<int32_t> prefix_;  // with which all prompts of the last call began, in whole pages
};

// The scores [K] of labels, of which softmax makes probabilities: log-likelihoods, or their means over the label's
// tokens.
std::vector<double> label_scores(std::string_view kind, const std::vector<double>& log_likelihoods,
                                 const PromptTokens& prompt);

}  // namespace hone::task
