// The head of language models that predict the next token: one linear to the vocabulary, without a bias.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string_view>

#include "model/config.h"
#include "model/heads.h"
#include "model/inputs.h"
#include "model/model.h"
#include "tensor/kv_cache.h"

namespace hone::model {

// `name`(token). `is_tied`: its weight is the table of words. `soft_cap`: a logit x becomes cap tanh(x / cap); 0: no
// cap.
std::unique_ptr<Head> causal_lm_head(const HeadParts& parts, bool is_tied, double soft_cap = 0,
                                     std::string_view name = "lm_head");

// The same for families whose tie_word_embeddings is true, or false, if config.json does not say it.
std::unique_ptr<Head> make_tied_causal_lm_head(const HeadParts& parts, const ModelConfig& config);
std::unique_ptr<Head> make_untied_causal_lm_head(const HeadParts& parts, const ModelConfig& config);

// Returns what a language model must predict for each token: the next one of its sequence; -100 for the last. [T]
// int64.
at::Tensor next_tokens(const Tokens& tokens);

// The shape of a cache for sequences that the model continues.
tensor::KvShape kv_shape(const Model& model);

}  // namespace hone::model
