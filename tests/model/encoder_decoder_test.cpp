// Compares models with an encoder and a decoder with transformers' classes, from folders that transformers saved.
#include "model/encoder_decoder.h"

#include <ATen/Version.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "captured_log.h"
#include "expect_error.h"
#include "kernel/each_level.h"
#include "model/causal_lm.h"
#include "model/families.h"
#include "model/masked_lm.h"
#include "model/parameters.h"
#include "model/save.h"
#include "model/stages.h"
#include "parity/seq2seq_fixture.h"
#include "temporary_folder.h"
#include "tensor/kv_cache.h"
#include "tensor/source_cache.h"

namespace encoder_decoder_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

using Tensors = std::map<std::string, at::Tensor>;

Tensors parity_of(const std::string& name) { return read_tensors(seq2seq_fixtures() / name / "parity.safetensors"); }

at::Tensor loss_of(const model::Model& model, const Tensors& expected, const nn::ForwardContext& context) {
  const model::Hidden hidden = model.hidden(seq2seq_batch(expected), context);
  const at::Tensor targets = seq2seq_targets(expected);
  return model::masked_lm_loss(model, hidden, targets, targets.ne(-100).sum().item<int64_t>(), context);
}

void check_gradients(const model::Model& model, const Tensors& expected, const std::string& prefix) {
  double largest = 0;
  for (const auto& [name, value] : expected) {
    if (name.starts_with(prefix)) largest = std::max(largest, value.abs().max().item<double>());
  }
  REQUIRE(largest > 0);
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    const std::string name = prefix + std::string(model.saved_name(parameter.name));
    INFO(name);
    REQUIRE(expected.contains(name));
    REQUIRE(parameter.tensor.grad().defined());
    // A key's bias shifts all scores of a query equally, so its gradient is rounding errors.
    const bool may_cancel = name.ends_with("k_proj.bias");
    CHECK(relative_difference(parameter.tensor.grad(), expected.at(name), may_cancel ? largest : largest / 100) <
          kTolerance);
  }
}

void check_parity(const std::string& name, nn::ForwardContext context) {
  INFO(name);
  const Tensors expected = parity_of(name);
  const model::LoadedModel loaded = load_seq2seq(seq2seq_fixtures() / name, name);
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  const at::Tensor loss = loss_of(*loaded.model, expected, context);
  loss.backward();
  CHECK(relative_difference(loss.detach().reshape({1}), expected.at("loss")) < kTolerance);
  check_gradients(*loaded.model, expected, "gradient.");
  const at::NoGradGuard no_grad;
  CHECK(relative_difference(loaded.model->forward(seq2seq_batch(expected), context), expected.at("logits")) <
        kTolerance);
}

TEST_CASE("every family has the logits, loss and gradients of transformers, at every level of this processor") {
  kernel::for_each_level([] {
    for (const std::string& name : seq2seq_names()) {
      check_parity(name, {});
      check_parity(name, {.training = true});
    }
  });
}

TEST_CASE("layers that are computed again in backward have the same gradients") {
  for (const std::string& name : seq2seq_names()) check_parity(name, {.training = true, .recomputes_layers = true});
}

TEST_CASE("in bf16 the logits and the loss equal those of transformers within the format's precision") {
  if (!kernel::has_native_bf16()) {
    MESSAGE("skipped: this processor has no bf16 instructions");
    return;
  }
  const at::NoGradGuard no_grad;
  for (const std::string& name : seq2seq_names()) {
    INFO(name);
    const Tensors expected = parity_of(name);
    const auto model = load_seq2seq(seq2seq_fixtures() / name, name).model;
    model->set_compute({.dtype = at::kBFloat16});
    const at::Tensor logits = model->forward(seq2seq_batch(expected), {});
    CHECK(relative_difference(logits, expected.at("logits")) < 3e-2);
    CHECK(relative_difference(loss_of(*model, expected, {}).reshape({1}), expected.at("loss")) < 3e-2);
  }
}

TEST_CASE("T5's encoder alone has the output and gradients of transformers' class") {
  for (const std::string& name : seq2seq_names()) {
    if (!is_t5(name)) continue;
    INFO(name);
    const Tensors expected = parity_of(name);
    const model::LoadedModel loaded = load_seq2seq(seq2seq_fixtures() / name, name, "pooling");
    CHECK(loaded.report.newly_initialized.empty());
    CHECK_FALSE(loaded.model->reads_decoder_tokens());
    const at::Tensor tokens = loaded.model->hidden(packed_batch(expected), {}).tokens;
    (tokens * at::sin(at::arange(tokens.numel())).view_as(tokens)).sum().backward();
    CHECK(relative_difference(tokens.detach(), expected.at("encoder.tokens")) < kTolerance);
    check_gradients(*loaded.model, expected, "encoder_gradient.");
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(model::load_model({folder.path(), "pooling"}).report.unused.empty());
    CHECK(read_json(folder.path() / "config.json")["architectures"][0] ==
          (name == "mt5" ? "MT5EncoderModel" : "T5EncoderModel"));
  }
}

TEST_CASE("a model that transformers saved is saved again byte for byte") {
  for (const std::string& name : seq2seq_names()) {
    INFO(name);
    const std::filesystem::path source = seq2seq_fixtures() / name;
    const auto loaded = model::load_model({source, "seq2seq-lm"});
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    CHECK(read_file(folder.path() / "config.json") == read_file(source / "config.json"));
    CHECK(read_file(folder.path() / "model.safetensors") == read_file(source / "model.safetensors"));
    CHECK(model::saved_head(loaded.config) == "seq2seq-lm");
  }
}

TEST_CASE("checkpoints may hold the table of words under every name, versions, and no bias of the outputs") {
  const at::NoGradGuard no_grad;
  const Tensors expected = parity_of("bart");
  const model::LoadedModel loaded = load_seq2seq(seq2seq_fixtures() / "variants" / "bart_names", "bart");
  CHECK(loaded.report.unused.empty());
  CHECK(loaded.report.newly_initialized == std::vector<std::string>{"final_logits_bias"});
  const at::Tensor bias =
      read_tensors(seq2seq_fixtures() / "bart" / "model.safetensors").at("final_logits_bias").view({-1});
  const at::Tensor logits = loaded.model->forward(seq2seq_batch(expected), {});
  CHECK(relative_difference(logits + bias, expected.at("logits")) < kTolerance);
}

TEST_CASE("tables of encoder and decoder that differ are an error, one of the outputs is not") {
  const TemporaryFolder folder;
  Tensors tensors = read_tensors(seq2seq_fixtures() / "bart" / "model.safetensors");
  std::filesystem::copy_file(seq2seq_fixtures() / "bart" / "config.json", folder.path() / "config.json");
  tensors["model.encoder.embed_tokens.weight"] = tensors.at("model.shared.weight") + 1;
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const Error error = expect_error([&] { load_seq2seq(folder.path(), "bart"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "have different values"));
  CHECK(contains(error.hint(), "share one table of words"));
  tensors["model.encoder.embed_tokens.weight"] = tensors.at("model.shared.weight").clone();
  tensors["lm_head.weight"] = tensors.at("model.shared.weight") + 1;
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const model::LoadedModel loaded = load_seq2seq(folder.path(), "bart");
  CHECK(at::equal(loaded.model->output_weight(), tensors.at("lm_head.weight")));
  CHECK(loaded.config.json()["tie_word_embeddings"] == true);
  CHECK(loaded.report.newly_initialized.empty());
}

void check_draw(const model::Model& model, const Json& draw, const std::string& capability) {
  std::map<std::string, at::Tensor> parameters;
  std::string bytes;
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    const std::string name(model.saved_name(parameter.name));
    INFO(name);
    REQUIRE(draw["first"].contains(name));
    const at::Tensor value = parameter.tensor.detach().contiguous();
    const auto first = at::tensor(draw["first"][name].get<std::vector<float>>());
    CHECK(at::allclose(value.flatten().slice(0, 0, first.numel()), first, 1e-5, 1e-7));
    bytes.append(static_cast<const char*>(value.const_data_ptr()), value.nbytes());
    parameters[name] = value;
  }
  CHECK(parameters.size() == draw["first"].size());
  if (at::get_cpu_capability() == capability) CHECK(sha256(bytes) == draw["sha256"].get<std::string>());
}

TEST_CASE("new weights are those that HF's classes draw after set_seed") {
  for (const std::string& name : seq2seq_names()) {
    INFO(name);
    const Json fixture = read_json(seq2seq_fixtures() / name / "parity.json");
    const std::string capability = fixture["versions"]["cpu_capability"];
    const TemporaryFolder folder;
    std::filesystem::copy_file(seq2seq_fixtures() / name / "config.json", folder.path() / "config.json");
    const auto drawn = model::load_model({folder.path(), "seq2seq-lm"});
    CHECK(drawn.report.from_config_only);
    check_draw(*drawn.model, fixture["draws"]["from_config"], capability);
    if (!is_t5(name)) continue;
    check_draw(*model::load_model({folder.path(), "pooling"}).model, fixture["draws"]["encoder"], capability);
  }
}

TEST_CASE("decoding step by step over kept texts equals the full pass") {
  const at::NoGradGuard no_grad;
  for (const std::string& name : seq2seq_names()) {
    INFO(name);
    const Tensors expected = parity_of(name);
    const auto model = load_seq2seq(seq2seq_fixtures() / name, name).model;
    const model::Inputs all = seq2seq_batch(expected);
    const auto sources = model->source_keys(all.text);
    const auto rows = all.decoder.ids.split_with_sizes(all.decoder.packing.lengths());
    const auto wanted = expected.at("logits").split_with_sizes(all.decoder.packing.lengths());
    tensor::KvCache cache(model::kv_shape(*model), 1024);
    for (size_t row = 0; row < rows.size(); ++row) {
      std::vector<at::Tensor> logits;
      for (int64_t place = 0; place < rows[row].size(0); ++place) {
        const auto token = static_cast<int32_t>(rows[row][place].item<int64_t>());
        place == 0 ? static_cast<void>(cache.begin(row, {&token, 1})) : cache.append(row, {&token, 1});
        const tensor::KvBatch batch = cache.batch({row});
        const tensor::SourceBatch texts({sources[row]});
        model::Inputs inputs;
        inputs.decoder.ids = batch.ids();
        inputs.decoder.packing = batch.packing();
        inputs.cache = &batch;
        inputs.sources = &texts;
        logits.push_back(model->logits(model->hidden(inputs, {}), {}, {}));
        batch.finish();
      }
      CHECK(relative_difference(at::cat(logits), wanted[row]) < kTolerance);
    }
  }
}

TEST_CASE("stages: a decoder's layer does not read its encoder's parameters, except the last norm") {
  for (const std::string name : {"bart", "t5"}) {
    INFO(name);
    const auto model = load_seq2seq(seq2seq_fixtures() / name, name).model;
    CHECK(model->num_layers() == 5);
    CHECK(model->num_cached_layers() == 2);
    const auto parameters = model::named_parameters(*model);
    const model::Stages& stages = model->stages();
    REQUIRE(stages.num_layers() == 5);
    for (size_t layer = 0; layer < 5; ++layer) {
      for (const size_t index : stages.parameters[layer + 1]) {
        const std::string parameter(model->saved_name(parameters[index].name));
        if (parameter.find("final_layer_norm") != std::string::npos) continue;
        if (parameter.find("relative_attention_bias") != std::string::npos || parameter.ends_with("shared.weight"))
          continue;
        INFO(layer, ": ", parameter);
        const bool is_encoder = parameter.find("encoder.") != std::string::npos;
        CHECK(is_encoder == (layer < 3));
      }
    }
  }
}

TEST_CASE("a batch needs a sequence of the decoder for each text, with ids of the table") {
  const Tensors expected = parity_of("bart");
  const auto model = load_seq2seq(seq2seq_fixtures() / "bart", "bart").model;
  model::Inputs inputs = seq2seq_batch(expected);
  inputs.decoder = {};
  inputs.decoder.ids = at::tensor({2}, at::kLong);
  inputs.decoder.packing = tensor::Packing::from_lengths({1});
  CHECK(contains(expect_error([&] { model->hidden(inputs, {}); }).what(), "a sequence for each text"));
  inputs = seq2seq_batch(expected);
  inputs.decoder.ids[3] = 70;
  CHECK(contains(expect_error([&] { model->hidden(inputs, {}); }).what(), "token id 70 is outside the model's table"));
  inputs = seq2seq_batch(expected);
  inputs.decoder.ids = at::arange(6, 47, at::kLong);
  inputs.decoder.packing = tensor::Packing::from_lengths({41});
  inputs.text.ids = at::tensor({3}, at::kLong);
  inputs.text.packing = tensor::Packing::from_lengths({1});
  CHECK(contains(expect_error([&] { model->hidden(inputs, {}); }).what(), "has 41 tokens, the model takes at most 40"));
}

TEST_CASE("new words have rows in the table, and outputs with bias 0") {
  const at::NoGradGuard no_grad;
  for (const std::string name : {"bart", "t5"}) {
    const Tensors expected = parity_of(name);
    model::ModelRequest request{seq2seq_fixtures() / name, "seq2seq-lm"};
    request.num_tokens = 75;
    const auto loaded = model::load_model(request);
    CHECK(loaded.model->num_outputs() == 75);
    const at::Tensor logits = loaded.model->forward(seq2seq_batch(expected), {});
    CHECK(relative_difference(logits.narrow(1, 0, 70), expected.at("logits")) < kTolerance);
    const TemporaryFolder folder;
    model::save_model(*loaded.model, loaded.config, folder.path());
    const auto again = model::load_model({folder.path(), "seq2seq-lm"});
    CHECK(at::equal(again.model->forward(seq2seq_batch(expected), {}), logits));
  }
}

}  // namespace encoder_decoder_test
