#include "model/heads.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "model/families.h"
#include "parity/parity_fixture.h"

namespace heads_test {

using namespace hone;

// tiny-bert's body with a head of this kind, and the fixture's rows.
struct Headed {
  explicit Headed(const char* kind, const std::string& folder = "tiny-bert") {
    model::ModelRequest request{fixture_models() / folder, kind};
    model = model::load_model(request).model;
    inputs = packed_batch(read_tensors(fixture_models() / folder / "parity.safetensors"));
  }
  std::shared_ptr<model::Model> model;
  model::Inputs inputs;
};

TEST_CASE("a token head gives a row for each token, a sequence head one for each sequence") {
  const at::NoGradGuard no_grad;
  const Headed tokens("token"), sequences("sequence");
  CHECK(tokens.model->forward(tokens.inputs, {}).sizes() == std::vector<int64_t>{tokens.inputs.text.ids.numel(), 3});
  CHECK(sequences.model->forward(sequences.inputs, {}).size(0) == sequences.inputs.text.packing.num_sequences());
}

TEST_CASE("outputs of chosen rows are those rows of all outputs") {
  const at::NoGradGuard no_grad;
  for (const std::string& folder : tiny_models()) {
    for (const char* kind : {"token", "sequence"}) {
      CAPTURE(folder);
      CAPTURE(kind);
      const auto heads = model::family_of(model::ModelConfig::read(fixture_models() / folder)).heads;
      if (std::ranges::find(heads, kind, &model::HeadRow::kind) == heads.end()) continue;
      const Headed with(kind, folder);
      const model::Hidden hidden = with.model->hidden(with.inputs, {});
      const at::Tensor rows = at::tensor({2, 0}, at::kLong);
      CHECK(at::allclose(with.model->logits(hidden, rows, {}), with.model->logits(hidden, {}, {}).index_select(0, rows),
                         1e-6, 1e-6));
    }
  }
}

TEST_CASE("a decoder's head of sequences reads the last token of each") {
  const at::NoGradGuard no_grad;
  const Headed with("sequence", "tiny-llama");
  const model::Hidden hidden = with.model->hidden(with.inputs, {});
  const at::Tensor last = tensor::last_rows(hidden.tokens, hidden.packing);
  const at::Tensor weight = with.model->module().named_parameters()["score.weight"];
  CHECK(at::allclose(with.model->logits(hidden, {}, {}), at::matmul(last, weight.t()), 1e-5, 1e-6));
  CHECK_FALSE(with.model->reads_first_tokens());
}

TEST_CASE("BERT has a pooler only under a head that reads it") {
  const auto has_pooler = [](const Headed& with) {
    return with.model->module().named_parameters().contains("bert.pooler.dense.weight");
  };
  CHECK(has_pooler(Headed("sequence")));
  CHECK_FALSE(has_pooler(Headed("token")));
}

}  // namespace heads_test
