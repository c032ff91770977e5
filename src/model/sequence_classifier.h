// A model that returns a row of logits for each sequence. Its parameters have HF's checkpoint names, in the order of
// torch's named_parameters() for the HF class.
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
  // Returns logits [B, num_labels] in float for a batch on the CPU. Errors (kInput): a token id or token type outside
  // its table, a sequence longer than max_length().
  at::Tensor forward(const TextBatch& batch, const nn::ForwardContext& context) const;

  // Moves the parameters to the device, and sets the number format. The default is float on the CPU.
  void set_compute(const tensor::Compute& compute);

  int64_t num_labels() const { return sizes_.num_labels; }
  int64_t vocab_size() const { return sizes_.vocab_size; }                 // rows of the word embedding
  void set_vocab_size(int64_t num_rows) { sizes_.vocab_size = num_rows; }  // call it after resizing the embedding
  int64_t max_length() const { return sizes_.max_length; }                 // maximum tokens of one sequence

 protected:
  struct Sizes {
    int64_t num_labels = 0, vocab_size = 0, max_length = 0;
    int64_t num_token_types = 0;  // 0: the model ignores them
  };
  explicit SequenceClassifier(const Sizes& sizes) : sizes_(sizes) {}

  // Computes forward for a checked batch on the device; activations have the type context.dtype.
  virtual at::Tensor logits(const TextBatch& batch, const nn::ForwardContext& context) const = 0;

 private:
  // Throws kInput for ids outside their tables and for too long sequences, kInternal for an invalid batch.
  void check_batch(const TextBatch& batch) const;

  Sizes sizes_;
  tensor::Compute compute_;
};

}  // namespace hone::model
