// Generates several sequences at the same time. New ones join while others run (continuous batching): evaluation,
// roll-outs and the server use this one loop. V words of the vocabulary, B sequences of a step.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "generate/sampling_settings.h"
#include "generate/score_rules.h"
#include "generate/source_texts.h"
#include "grammar/token_masks.h"
#include "tensor/kv_cache.h"

namespace hone::generate {

struct Request {
  std::vector<int32_t> prompt;  // of a model with an encoder: what its decoder begins with
  std::vector<int32_t> source;  // the text that such a model reads; unused by others
  SamplingSettings sampling;
  std::vector<int32_t> stop_ids;
  int64_t max_new_tokens = 128;
  uint64_t row = 0;                     // of the draws: sequences of one seed and row draw the same
  bool wants_stop_probability = false;  // fills Generated::stop_probability and other_probability
  // The form of the answer: it fits the grammar when it finishes, also if max_new_tokens ends it. Requests may share
  // one.
  std::shared_ptr<grammar::TokenMasks> form = {};
};

enum class FinishReason {
  kStop,    // a stop id, or the end of the request's form
  kLength,  // max_new_tokens, or the longest sequence of the model
};
std::string_view finish_reason_name(FinishReason reason);  // "stop", "length"

struct Generated {
  uint64_t id = 0;
  int32_t token = 0;
  bool is_stop = false;          // a stop id
  double stop_probability = 0;   // the model's, of all stop ids together, before any rule
  double other_probability = 0;  // the model's, of the most likely token that is no stop id
  std::optional<FinishReason> finished;
};

// What a generation needs of a model.
struct LanguageModel {
  // Computes the tokens of a batch, and returns the scores [B, V] of what follows the last token of each sequence, in
  // float on the CPU.
  std::function<at::Tensor(const tensor::KvBatch& batch)> scores;
  int64_t vocab_size = 0;
  int64_t max_length = 0;                   // the most tokens of a sequence
  std::shared_ptr<SourceTexts> texts = {};  // of a model with an encoder
};

// Returns the most tokens of prompt and answer together. `max_tokens`: those that the cache holds. Errors: kUsage for
// an empty prompt, an empty text of a model with an encoder, a prompt that leaves no room for a token, max_new_tokens
// below 1, and more tokens than the cache holds.
int64_t longest_sequence(const Request& request, const LanguageModel& model, int64_t max_tokens);

class Generation {
 public:
  // `max_tokens`: those that the cache holds.
  Generation(LanguageModel model, const tensor::KvShape& shape, int64_t max_tokens);

  // Adds a sequence, which waits until the cache has room for all of its tokens. Errors: those of longest_sequence()
  // and of ScoreRules, and kUsage for max_new_tokens that cannot hold the shortest text of the form.
  void add(uint64_t id, Request request);
  // Ends a sequence before its time, for example after a stop string. Does nothing if it has ended.
  void stop(uint64_t id);

  // Generates one token for each running sequence; begins waiting ones.
  std::vector<Generated> step();
  bool is_idle() const { return running_.empty() && waiting_.empty(); }

  // The tokens that all steps have computed.
  int64_t num_computed() const { return num_computed_; }
  // Returns whether the last step began a sequence.
  bool has_begun_some() const { return has_begun_some_; }

 private:
  struct Sequence {
    uint64_t id = 0;
    Request request;
    ScoreRules rules;
    std::vector<int32_t> ids;             // prompt and generated
    int64_t max_tokens = 0;               // of prompt and generated
    grammar::TokenMasks::Text text = {};  // generated, if the request has a form

    int64_t num_generated() const { return static_cast<int64_t>(ids.size() - request.prompt.size()); }
  };

  void begin_waiting();
  int32_t chosen(Sequence& sequence, std::span<float> scores) const;
  Generated choose(Sequence& sequence, std::span<float> scores) const;
  void end(uint64_t id);

  LanguageModel model_;
  tensor::KvCache cache_;
  int64_t max_tokens_, num_reserved_ = 0;  // tokens that running sequences may need
  int64_t num_computed_ = 0;
  bool has_begun_some_ = false;
  std::deque<Sequence> waiting_;
  std::vector<Sequence> running_;
};

}  // namespace hone::generate
