// A model that gives each sequence a row of logits. Its parameters carry HF's checkpoint names, in the order that
// torch's named_parameters() gives for the HF class.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>

#include "model/text_batch.h"
#include "nn/forward_context.h"

namespace hone::model {

class SequenceClassifier : public torch::nn::Module {
 public:
  // Logits [B, num_labels]. Errors (kInput): a token id outside the vocabulary, a sequence longer than max_length().
  virtual at::Tensor forward(const TextBatch& batch, const nn::ForwardContext& context) = 0;

  int64_t num_labels() const { return num_labels_; }
  int64_t vocab_size() const { return vocab_size_; }
  int64_t max_length() const { return max_length_; }  // the most tokens of one sequence

 protected:
  SequenceClassifier(int64_t num_labels, int64_t vocab_size, int64_t max_length)
      : num_labels_(num_labels), vocab_size_(vocab_size), max_length_(max_length) {}

  // Throws kInput for a sequence that the position table does not hold, kInternal for a batch that is not one.
  void check_batch(const TextBatch& batch) const;

 private:
  int64_t num_labels_, vocab_size_, max_length_;
};

}  // namespace hone::model
