#include "model/causal_lm.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "model/parameters.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace causal_lm_test {

using namespace hone;

std::filesystem::path fixture(const char* name) { return fixture_models().parent_path() / "causal_lm" / name; }

TEST_CASE("each token predicts the next one of its sequence, and the last one none") {
  model::Tokens tokens{at::tensor({7, 8, 9, 4, 5}, at::kLong), {}, tensor::Packing::from_lengths({3, 1, 1})};
  CHECK(at::equal(model::next_tokens(tokens), at::tensor({8, 9, -100, -100, -100}, at::kLong)));
  CHECK(tokens.ids[0].item<int64_t>() == 7);
}

TEST_CASE("a tied head has the table of words; an untied one a weight of its own") {
  const auto num_of_head = [](const char* name) {
    const auto model = model::load_model({fixture(name), "causal-lm"}).model;
    const auto parameters = model::named_parameters(*model);
    return std::ranges::count_if(parameters, [&](const auto& one) { return model->is_head(one.name); });
  };
  CHECK(num_of_head("llama") == 1);
  CHECK(num_of_head("llama-tied") == 0);
  CHECK(num_of_head("gpt2") == 0);
  CHECK(num_of_head("gpt_neox") == 1);
}

TEST_CASE("the names of heads that transformers' classes have are read too") {
  const TemporaryFolder folder;
  auto tensors = read_tensors(fixture("gpt_neox") / "model.safetensors");
  tensors["lm_head.weight"] = tensors.at("embed_out.weight");
  tensors.erase("embed_out.weight");
  std::filesystem::copy_file(fixture("gpt_neox") / "config.json", folder.path() / "config.json");
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const auto loaded = model::load_model({folder.path(), "causal-lm"});
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
}

// logits = 3 tanh(x / 3): the cap of the fixture.
TEST_CASE("a soft cap bounds the logits") {
  const at::NoGradGuard no_grad;
  const auto expected = read_tensors(fixture("gemma2") / "parity.safetensors");
  const auto model = model::load_model({fixture("gemma2"), "causal-lm"}).model;
  const at::Tensor logits = model->forward(packed_batch(expected), {});
  CHECK(logits.abs().max().item<double>() < 3);
  CHECK(logits.abs().max().item<double>() > 2);
}

// Expected: SOURCE.txt of the folder, from a forward pass in plain Python.
TEST_CASE("a real Llama continues a story with the ids and the logits of its source") {
  const std::filesystem::path folder =
      std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: ../shared/models is not here");
    return;
  }
  const at::NoGradGuard no_grad;
  const std::vector<int64_t> story{1,    147,  201, 282, 215,  286, 598, 1662, 356, 499,  826, 1363,
                                   1145, 1652, 615, 242, 1482, 951, 628, 499,  826, 872,  921, 318,
                                   385,  628,  499, 826, 617,  242, 198, 1047, 425, 1939, 122};
  const auto length = static_cast<int64_t>(story.size());
  const model::LoadedModel loaded = model::load_model({folder, "causal-lm"});
  CHECK(loaded.report.newly_initialized.empty());
  model::Inputs inputs;
  inputs.text = {at::tensor(story, at::kLong), {}, tensor::Packing::from_lengths({length})};
  const at::Tensor logits = loaded.model->forward(inputs, {});
  CHECK(at::equal(logits.argmax(1).narrow(0, 0, length - 1), inputs.text.ids.narrow(0, 1, length - 1)));
  const std::pair<int64_t, double> largest[] = {
      {147, 14.7817}, {429, 12.9551}, {1166, 10.1302}, {299, 9.9054}, {875, 9.8035}};
  for (const auto& [id, value] : largest) {
    CHECK(logits[0][id].item<double>() == doctest::Approx(value).epsilon(1e-5));
  }
}

}  // namespace causal_lm_test
