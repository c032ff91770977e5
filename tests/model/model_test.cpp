#include "model/model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include "expect_error.h"
#include "parity/parity_fixture.h"

namespace model_test {

using namespace hone;

model::Inputs batch_of(std::vector<int64_t> lengths) {
  model::Inputs batch;
  batch.text.packing = tensor::Packing::from_lengths(lengths);
  batch.text.ids = at::ones({batch.text.packing.num_tokens()}, at::kLong);
  return batch;
}

TEST_CASE("a classifier tells its sizes") {
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  CHECK(model->num_outputs() == 3);
  CHECK(model->vocab_size() == 106);
  CHECK(model->max_length() == 40);
}

TEST_CASE("a sequence longer than max_length is an error") {
  for (const std::string& name : tiny_models()) {
    const auto model = model::load_model({fixture_models() / name}).model;
    CHECK_NOTHROW(model->forward(batch_of({3, 40}), {}));
    const Error error = expect_error([&] { model->forward(batch_of({3, 41}), {}); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "a text has 41 tokens, the model takes at most 40"));
    CHECK(contains(error.hint(), "truncate the texts to at most 40 tokens"));
  }
}

TEST_CASE("a token outside the vocabulary is an error") {
  for (const std::string& name : tiny_models()) {
    const auto model = model::load_model({fixture_models() / name}).model;
    model::Inputs batch = batch_of({2});
    batch.text.ids = at::tensor({5, 106}, at::kLong);
    const Error error = expect_error([&] { model->forward(batch, {}); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "token id 106 is outside the model's table of 106"));
    CHECK(contains(error.hint(), "tokenizer"));
  }
}

TEST_CASE("an unknown token type is an error, if it reads them") {
  model::Inputs batch = batch_of({2});
  batch.text.type_ids = at::tensor({0, 9}, at::kLong);
  const auto bert = model::load_model({fixture_models() / "tiny-bert"}).model;
  const Error error = expect_error([&] { bert->forward(batch, {}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "token type id 9 is outside the model's table of 2"));
  const auto distilbert = model::load_model({fixture_models() / "tiny-distilbert"}).model;
  CHECK_NOTHROW(distilbert->forward(batch, {}));
}

TEST_CASE("an invalid batch is an internal error") {
  const auto model = model::load_model({fixture_models() / "tiny-bert"}).model;
  CHECK(expect_error([&] { model->forward({}, {}); }).kind() == ErrorKind::kInternal);
  model::Inputs batch = batch_of({2});
  batch.text.type_ids = at::zeros({3}, at::kLong);
  CHECK(expect_error([&] { model->forward(batch, {}); }).kind() == ErrorKind::kInternal);
}

// Returns the gradients of a sum of the outputs with weights, and clears them.
std::vector<at::Tensor> gradients_of(const model::Model& model, const at::Tensor& logits) {
  at::Tensor sum = at::zeros({});
  for (int64_t k = 0; k < logits.size(1); ++k) sum = sum + logits.select(1, k).sum() * static_cast<double>(k % 5 - 2);
  sum.backward();
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : model.module().parameters()) {
    gradients.push_back(parameter.grad().defined() ? parameter.grad().to_dense() : at::zeros_like(parameter));
    parameter.mutable_grad() = at::Tensor();
  }
  return gradients;
}

TEST_CASE("a head that reads first tokens gets the same outputs and gradients if the last layer computes only these") {
  int num_heads = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fixture_models())) {
    if (!entry.is_directory() || !std::filesystem::exists(entry.path() / "parity.safetensors")) continue;
    CAPTURE(entry.path());
    const auto model = model::load_model({entry.path()}).model;
    model::Inputs batch = batch_of({3, 1, 9, 5});
    for (int64_t i = 0; i < batch.text.ids.numel(); ++i) batch.text.ids[i] = 5 + i * 7 % 90;
    const model::Hidden all = model->hidden(batch, {}), first = model->hidden(batch, {}, {.first_tokens_only = true});
    CHECK(first.packing.offsets == std::vector<int64_t>{0, 1, 2, 3, 4});
    CHECK(relative_difference(first.tokens, tensor::first_rows(all.tokens, all.packing)) < 1e-5);
    if (!model->reads_first_tokens()) continue;
    ++num_heads;
    const at::Tensor wanted = model->logits(all, {}, {}), found = model->forward(batch, {});
    CHECK(relative_difference(found, wanted) < 1e-5);
    const std::vector<at::Tensor> wanted_gradients = gradients_of(*model, wanted);
    const std::vector<at::Tensor> found_gradients = gradients_of(*model, found);
    double largest = 0;
    for (const at::Tensor& gradient : wanted_gradients)
      largest = std::max(largest, gradient.abs().max().item<double>());
    CHECK(largest > 0);
    for (size_t i = 0; i < wanted_gradients.size(); ++i) {
      CAPTURE(i);
      CHECK((found_gradients[i] - wanted_gradients[i]).abs().max().item<double>() < 1e-5 * largest);
    }
  }
  CHECK(num_heads >= 10);
}

TEST_CASE("an early exit equals a model with fewer layers, and a kept prefix changes no bit") {
  const std::pair<const char*, const char*> families[] = {
      {"tiny-bert", "num_hidden_layers"}, {"tiny-distilbert", "n_layers"}, {"tiny-nomic_bert", "num_hidden_layers"}};
  for (const auto& [name, layers] : families) {
    CAPTURE(name);
    const model::LoadedModel whole = model::load_model({fixture_models() / name});
    const model::LoadedModel shorter =
        model::load_model({.model_dir = fixture_models() / name, .config_overrides = {{layers, "1"}}});
    const model::Inputs batch = batch_of({3, 7});
    const at::NoGradGuard no_gradients;
    std::vector<at::Tensor> outputs;
    const model::Hidden early = whole.model->hidden(batch, {}, {.num_layers = 1, .outputs = &outputs});
    CHECK(outputs.size() == 2);
    CHECK(at::equal(early.tokens, shorter.model->hidden(batch, {}).tokens));
    const model::Stream prefix = whole.model->prefix(batch, {}, 1);
    CHECK(relative_difference(prefix.x, outputs[1]) < 1e-6);
    whole.model->set_frozen({{true, true, false, false}});
    CHECK(at::equal(whole.model->hidden(batch, {}, {.num_prefix = 1, .prefix = prefix}).tokens,
                    whole.model->hidden(batch, {}).tokens));
  }
}

TEST_CASE("outputs of a head without a bias can be scaled and reordered, but not shifted") {
  const at::NoGradGuard no_grad;
  const auto model = model::load_model({fixture_models() / "tiny-llama"}).model;
  const auto batch = packed_batch(read_tensors(fixture_models() / "tiny-llama" / "parity.safetensors"));
  const at::Tensor before = model->forward(batch, {});
  const Error error = expect_error([&] { model->rescale_outputs({{1, 1, 1}, {0, 2, 0}}); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "the head of LlamaForSequenceClassification has no bias"));
  CHECK(contains(error.hint(), "without --standardize"));
  model->rescale_outputs({{2, 1, 4}, {0, 0, 0}});
  CHECK(at::allclose(model->forward(batch, {}), before * at::tensor({2.0F, 1.0F, 4.0F}), 1e-5, 1e-6));
  const std::vector<int64_t> sources{1, 2, 0};
  model->reorder_outputs(sources);
  CHECK(at::allclose(model->forward(batch, {}).select(1, 2), before.select(1, 0) * 2, 1e-5, 1e-6));
}

}  // namespace model_test
