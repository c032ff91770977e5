// The checks that every family makes on its input.
#include "model/sequence_classifier.h"

#include "base/error.h"

namespace hone::model {

void SequenceClassifier::check_batch(const TextBatch& batch) const {
  check_internal(batch.packing.num_sequences() > 0, "a batch holds a sequence");
  batch.packing.check(batch.input_ids.numel());
  if (batch.token_type_ids.defined()) {
    check_internal(batch.token_type_ids.numel() == batch.input_ids.numel(), "each token has a token type");
  }
  const int64_t longest = batch.packing.max_length();
  if (longest > max_length_) {
    throw Error(ErrorKind::kInput,
                fmt::format("a text has {} tokens, the model holds at most {}", longest, max_length_),
                fmt::format("cut the texts with --max-seq-length {} or less", max_length_));
  }
}

}  // namespace hone::model
