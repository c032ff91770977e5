// A model that gives each sequence a row of logits. Its parameters carry HF's checkpoint names, in the order that
// torch's named_parameters() gives for the HF class.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

#include "model/text_batch.h"
#include "nn/forward_context.h"
#include "tensor/compute.h"

namespace hone::model {

class SequenceClassifier : public torch::nn::Module {
 public:
  // Logits [B, num_labels] in float, of a batch on the CPU. Errors (kInput): a token id or token type outside its
  // table, a sequence longer than max_length().
  at::Tensor forward(const TextBatch& batch, const nn::ForwardContext& context) const;

  // Moves the parameters to the device, and computes in this number format from now on (float on the CPU before).
  void set_compute(const tensor::Compute& compute);

  int64_t num_labels() const { return sizes_.num_labels; }
  int64_t vocab_size() const { return sizes_.vocab_size; }
  int64_t max_length() const { return sizes_.max_length; }  // the most tokens of one sequence

 protected:
  struct Sizes {
    int64_t num_labels = 0, vocab_size = 0, max_length = 0;
    int64_t num_token_types = 0;  // 0: not read
  };
  explicit SequenceClassifier(const Sizes& sizes) : sizes_(sizes) {}

  // What forward gives, of a checked batch on the device; activations are of context.dtype.
  virtual at::Tensor logits(const TextBatch& batch, const nn::ForwardContext& context) const = 0;

 private:
  // Throws kInput for what the tables do not hold, kInternal for a batch that is not one.
  void check_batch(const TextBatch& batch) const;

  Sizes sizes_;
  tensor::Compute compute_;
};

}  // namespace hone::model
