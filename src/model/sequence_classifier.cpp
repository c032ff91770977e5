#include "model/sequence_classifier.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"

namespace hone::model {

namespace {

// Throws kInput naming the first of `ids` that is not a row of a table; `what` names an id ("token id").
void check_ids(const at::Tensor& ids, int64_t num_rows, const char* what, const char* hint) {
  const at::Tensor row = ids.contiguous();
  const int64_t* begin = row.const_data_ptr<int64_t>();
  const int64_t* end = begin + row.numel();
  const int64_t* outside = std::find_if(begin, end, [&](int64_t id) { return id < 0 || id >= num_rows; });
  if (outside == end) return;
  throw Error(ErrorKind::kInput, fmt::format("{} {} is outside the model's table of {}", what, *outside, num_rows),
              hint);
}

}  // namespace

void SequenceClassifier::check_batch(const TextBatch& batch) const {
  check_internal(batch.packing.num_sequences() > 0, "a batch holds a sequence");
  batch.packing.check(batch.input_ids.numel());
  check_ids(batch.input_ids, sizes_.vocab_size, "token id",
            "the tokenizer belongs to another model: use the tokenizer files of this model");
  if (batch.token_type_ids.defined()) {
    check_internal(batch.token_type_ids.numel() == batch.input_ids.numel(), "each token has a token type");
    if (sizes_.num_token_types > 0) {
      check_ids(batch.token_type_ids, sizes_.num_token_types, "token type id", "the model has fewer token types");
    }
  }
  const int64_t longest = batch.packing.max_length();
  if (longest > sizes_.max_length) {
    throw Error(ErrorKind::kInput,
                fmt::format("a text has {} tokens, the model takes at most {}", longest, sizes_.max_length),
                fmt::format("truncate the texts to at most {} tokens", sizes_.max_length));
  }
}

at::Tensor SequenceClassifier::forward(const TextBatch& batch, const nn::ForwardContext& context) const {
  check_batch(batch);
  TextBatch on_device = batch;
  on_device.input_ids = tensor::on_device(batch.input_ids, compute_.device);
  if (batch.token_type_ids.defined()) {
    on_device.token_type_ids = tensor::on_device(batch.token_type_ids, compute_.device);
  }
  nn::ForwardContext in_format = context;
  in_format.dtype = compute_.dtype;
  return logits(on_device, in_format);
}

void SequenceClassifier::set_compute(const tensor::Compute& compute) {
  compute_ = compute;
  to(compute.device);
}

}  // namespace hone::model
