#include "model/seq2seq_lm.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <string>

#include "model/masked_lm.h"

namespace hone::model {

namespace {

constexpr const char* kFinalLogitsBias = "final_logits_bias";

class Seq2SeqLmHead final : public Head {
 public:
  Seq2SeqLmHead(const HeadParts& parts, const Seq2SeqLmShape& shape)
      : shape_(shape),
        words_(parts.words),
        words_name_(fmt::format("{}.weight", parts.words_module)),
        decoder_(parts, /*is_tied=*/true, {"lm_head"}, /*has_bias=*/false) {
    if (shape.has_bias) bias_ = parts.model.register_buffer(kFinalLogitsBias, at::empty({1, parts.words.size(0)}));
  }

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext&) const override {
    const at::Tensor tokens = rows.defined() ? hidden.tokens.index_select(0, rows) : hidden.tokens;
    return shape_.scale == 1 ? tokens : tokens * shape_.scale;  // [N, C]
  }
  const nn::Linear& output() const override {
    // The buffer's memory may have moved.
    if (bias_.defined()) decoder_.set_bias(bias_.view({-1}));
    return decoder_.linear();
  }
  std::vector<Tie> ties() const override { return decoder_.ties(); }

  void draw(const nn::Drawn::Wanted& wanted, double deviation, at::Generator& generator) override {
    if (bias_.defined() && wanted(kFinalLogitsBias)) bias_.zero_();
    if (!shape_.redraws_words || !wanted(words_name_)) return;
    at::empty_like(words_).normal_(0.0, deviation, generator);  // "lm_head" before it is tied
    at::Tensor(words_).normal_(0.0, deviation, generator);
  }

  void resize_words(int64_t num_rows) override {
    if (!bias_.defined()) return decoder_.resize_words(num_rows);
    decoder_.set_bias({});
    decoder_.resize_words(num_rows);
    const int64_t added = num_rows - bias_.size(1);
    if (added > 0) bias_.set_data(at::cat({bias_, bias_.new_zeros({1, added})}, 1));
  }

 private:
  Seq2SeqLmShape shape_;
  at::Tensor words_;
  std::string words_name_;
  Decoder decoder_;
  mutable at::Tensor bias_;  // a buffer of the model
};

}  // namespace

std::unique_ptr<Head> seq2seq_lm_head(const HeadParts& parts, const Seq2SeqLmShape& shape) {
  return std::make_unique<Seq2SeqLmHead>(parts, shape);
}

}  // namespace hone::model
