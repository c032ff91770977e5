#include "task/label_scores.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "model/causal_lm.h"

namespace hone::task {

namespace {

// What is computed together, which bounds the memory of the cache.
constexpr size_t kGroupTokens = 2048, kGroupPrompts = 64;  // a longer prompt is computed alone
constexpr size_t kContinuedTokens = 4096;                  // of whole pages
constexpr int64_t kMaxScores = int64_t{1} << 22;           // 16 MiB: of the vocabulary's scores at the same time

// The sequences of the cache.
constexpr uint64_t kPrefixId = 0, kFirstPromptId = 1, kFirstContinuedId = kFirstPromptId + kGroupPrompts;

size_t paged(size_t num_tokens) { return static_cast<size_t>(kernel::whole_pages(static_cast<int64_t>(num_tokens))); }

// A label that continues a prompt may copy the prompt's last page.
size_t continued_tokens(size_t num_tokens) { return paged(num_tokens) + paged(1); }

// The most tokens that the cache needs for such prompts.
int64_t cache_tokens(std::span<const PromptTokens* const> prompts) {
  size_t longest = 0, longest_label = 0;
  for (const PromptTokens* prompt : prompts) {
    longest = std::max(longest, paged(prompt->prompt.ids.size()));
    for (const std::vector<int32_t>& label : prompt->labels) {
      longest_label = std::max(longest_label, continued_tokens(label.size()));
    }
  }
  const size_t prefix = longest, group = std::max(longest, kGroupTokens + 2 * kGroupPrompts * paged(1));
  return static_cast<int64_t>(prefix + group + std::max(longest_label, kContinuedTokens));
}

std::shared_ptr<const model::Model> on_cpu(std::shared_ptr<const model::Model> model) {
  const at::Device device = model->output_weight().device();
  if (device.is_cpu()) return model;
  throw Error(ErrorKind::kUnsupported, fmt::format("classification by a prompt on {}", device.str()),
              "hone computes it on the CPU: add --device cpu");
}

// Tokens whose log-probabilities are added to sums.
class Targets {
 public:
  // `row`: of the body's output, whose scores are those of the token. Rows do not descend.
  void add(int64_t row, int32_t token, double* sum) {
    if (rows_.empty() || rows_.back() != row) rows_.push_back(row);
    targets_.push_back({rows_.size() - 1, token, sum});
  }

  void add_log_probabilities(const model::Model& model, const model::Hidden& hidden) const {
    const auto chunk = static_cast<size_t>(std::max<int64_t>(1, kMaxScores / model.num_outputs()));
    auto next = targets_.begin();
    for (size_t begin = 0; begin < rows_.size(); begin += chunk) {
      const size_t size = std::min(chunk, rows_.size() - begin);
      at::Tensor some = at::empty({static_cast<int64_t>(size)}, at::kLong);
      std::copy_n(rows_.begin() + static_cast<ptrdiff_t>(begin), size, some.mutable_data_ptr<int64_t>());
      const at::Tensor scores = at::log_softmax(model.logits(hidden, some, {}), -1).contiguous();
      const auto* const values = scores.const_data_ptr<float>();
      for (; next != targets_.end() && next->index < begin + size; ++next) {
        *next->sum += values[static_cast<int64_t>(next->index - begin) * scores.size(1) + next->token];
      }
    }
  }

 private:
  struct Target {
    size_t index = 0;  // of rows_
    int32_t token = 0;
    double* sum = nullptr;
  };
  std::vector<int64_t> rows_;
  std::vector<Target> targets_;
};

// The number of tokens with which all prompts begin, in whole pages, and fewer than those of each.
size_t common_pages(std::span<const PromptTokens* const> prompts) {
  const std::vector<int32_t>& first = prompts.front()->prompt.ids;
  size_t size = first.size();
  for (const PromptTokens* prompt : prompts) {
    size = std::min(size, static_cast<size_t>(std::ranges::mismatch(first, prompt->prompt.ids).in1 - first.begin()));
    size = std::min(size, prompt->prompt.ids.size() - 1);
  }
  return size / paged(1) * paged(1);
}

}  // namespace

// A label whose first token has its log-probability, and which has others.
struct LabelScorer::Continuation {
  uint64_t prompt_id = 0;
  std::span<const int32_t> tokens;
  double* sum = nullptr;
};

LabelScorer::LabelScorer(std::shared_ptr<const model::Model> model) : model_(on_cpu(std::move(model))) {}

std::vector<std::vector<double>> LabelScorer::log_likelihoods(std::span<const PromptTokens* const> prompts) {
  const c10::InferenceMode no_gradients;
  std::vector<std::vector<double>> sums;
  if (prompts.empty()) return sums;
  reserve(cache_tokens(prompts));
  if (prompts.size() > 1) keep_prefix(std::span(prompts.front()->prompt.ids).first(common_pages(prompts)));
  const size_t num_kept = prompts.size() > 1 ? prefix_.size() : 0;
  for (size_t begin = 0; begin < prompts.size();) {
    size_t end = begin;
    for (size_t tokens = 0; end < prompts.size() && end - begin < kGroupPrompts; ++end) {
      tokens += prompts[end]->prompt.ids.size() - num_kept;
      if (end > begin && tokens > kGroupTokens) break;
    }
    add_group(prompts.subspan(begin, end - begin), sums);
    begin = end;
  }
  return sums;
}

void LabelScorer::reserve(int64_t num_tokens) {
  if (num_tokens <= capacity_) return;
  cache_.emplace(model::kv_shape(*model_), num_tokens);
  capacity_ = num_tokens;
  prefix_.clear();
}

// As long as the sequence lives, the pages of its tokens are shared.
void LabelScorer::keep_prefix(std::span<const int32_t> tokens) {
  if (std::ranges::equal(tokens, prefix_)) return;
  if (!prefix_.empty()) cache_->end(kPrefixId);
  prefix_.assign(tokens.begin(), tokens.end());
  if (tokens.empty()) return;
  cache_->begin(kPrefixId, tokens);
  compute({kPrefixId});
}

// Computes these sequences, and returns the output of the body and the row at which each begins.
LabelScorer::Computed LabelScorer::compute(std::vector<uint64_t> ids) {
  const tensor::KvBatch batch = cache_->batch(std::move(ids));
  model::Inputs inputs;
  inputs.text.ids = batch.ids();
  inputs.text.packing = batch.packing();
  inputs.cache = &batch;
  Computed computed{model_->hidden(inputs, {}), batch.packing().offsets};
  batch.finish();
  return computed;
}

void LabelScorer::add_group(std::span<const PromptTokens* const> prompts, std::vector<std::vector<double>>& sums) {
  std::vector<uint64_t> ids;
  for (const PromptTokens* prompt : prompts) {
    ids.push_back(kFirstPromptId + ids.size());
    cache_->begin(ids.back(), prompt->prompt.ids);
    sums.emplace_back(prompt->labels.size());
  }
  const std::span<std::vector<double>> own = std::span(sums).last(prompts.size());
  const Computed computed = compute(ids);
  Targets firsts;
  std::vector<Continuation> continued;
  for (size_t i = 0; i < prompts.size(); ++i) {
    for (size_t label = 0; label < prompts[i]->labels.size(); ++label) {
      const std::span<const int32_t> tokens = prompts[i]->labels[label];
      firsts.add(computed.offsets[i + 1] - 1, tokens.front(), &own[i][label]);
      if (tokens.size() > 1) continued.push_back({ids[i], tokens, &own[i][label]});
    }
  }
  firsts.add_log_probabilities(*model_, computed.hidden);
  for (size_t begin = 0; begin < continued.size();) {
    size_t end = begin;
    for (size_t tokens = 0; end < continued.size(); ++end) {
      tokens += continued_tokens(continued[end].tokens.size());
      if (end > begin && tokens > kContinuedTokens) break;
    }
    add_continuations(std::span(continued).subspan(begin, end - begin));
    begin = end;
  }
  for (const uint64_t id : ids) cache_->end(id);
}

void LabelScorer::add_continuations(std::span<const Continuation> continuations) {
  std::vector<uint64_t> ids;
  for (const Continuation& continuation : continuations) {
    ids.push_back(kFirstContinuedId + ids.size());
    cache_->fork(continuation.prompt_id, ids.back());
    cache_->append(ids.back(), continuation.tokens.first(continuation.tokens.size() - 1));
  }
  const Computed computed = compute(ids);
  Targets targets;
  for (size_t i = 0; i < continuations.size(); ++i) {
    const std::span<const int32_t> tokens = continuations[i].tokens;
    for (size_t token = 1; token < tokens.size(); ++token) {
      targets.add(computed.offsets[i] + static_cast<int64_t>(token) - 1, tokens[token], continuations[i].sum);
    }
  }
  targets.add_log_probabilities(*model_, computed.hidden);
  for (const uint64_t id : ids) cache_->end(id);
}

std::vector<double> label_scores(std::string_view kind, const std::vector<double>& log_likelihoods,
                                 const PromptTokens& prompt) {
  std::vector<double> scores = log_likelihoods;
  if (kind != "mean") return scores;
  for (size_t label = 0; label < scores.size(); ++label)
    scores[label] /= static_cast<double>(prompt.labels[label].size());
  return scores;
}

}  // namespace hone::task
