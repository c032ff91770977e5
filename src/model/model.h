// A model: a body with a head. Its parameters have HF's checkpoint names, in the order of torch's named_parameters() for
// the HF class.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "model/body.h"
#include "model/config.h"
#include "model/families.h"
#include "model/inputs.h"
#include "nn/dropout.h"
#include "nn/forward_context.h"
#include "tensor/compute.h"

namespace hone::model {

class Model : public torch::nn::Module {
 public:
  // Weights are unset: they are loaded or drawn. Errors: those of the family.
  Model(const ModelConfig& config, const Family& family, const HeadRow& head);

  // The body's output for a batch on the CPU. Errors (kInput): a token id or token type outside its table, a sequence
  // longer than max_length().
  Hidden hidden(const Inputs& inputs, const nn::ForwardContext& context) const;
  // The head's outputs [N, num_outputs] in float for the given rows [N] int64 (tokens or sequences, as the head reads
  // them); undefined `rows` means all.
  at::Tensor logits(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const;
  // Both, for all rows.
  at::Tensor forward(const Inputs& inputs, const nn::ForwardContext& context) const;

  // Moves the parameters to the device, and sets the number format (before: float on the CPU).
  void set_compute(const tensor::Compute& compute);

  std::string_view class_name() const { return head_row_.class_name; }  // HF's
  // Whether a parameter belongs to the head.
  bool is_head(std::string_view parameter) const;
  int64_t num_outputs() const { return num_outputs_; }
  int64_t vocab_size() const { return body_->traits().vocab_size; }
  void set_vocab_size(int64_t num_rows) { body_->set_vocab_size(num_rows); }
  int64_t max_length() const { return body_->traits().max_length; }

 private:
  // Throws kInput for ids outside their tables and for too long sequences, kInternal for an invalid batch.
  void check(const Tokens& tokens) const;
  nn::ForwardContext in_format(nn::ForwardContext context) const;

  const Family& family_;
  const HeadRow& head_row_;
  int64_t num_outputs_ = 0;
  nn::DropoutSites sites_;  // numbers the body's sites first, then the head's
  std::shared_ptr<Body> body_;
  std::unique_ptr<Head> head_;
  tensor::Compute compute_;
};

}  // namespace hone::model
