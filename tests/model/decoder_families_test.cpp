// What the families' own files refuse, and what their files hold in another form. tests/parity/model_test.cpp and
// masked_lm_test.cpp compare each of them with transformers.
#include "model/decoder_families.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <functional>

#include "expect_error.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace decoder_families_test {

using namespace hone;

// The error of a tiny model whose config.json has been changed.
Error error_of(const char* name, const std::function<void(Json&)>& change) {
  const auto read = model::ModelConfig::read(fixture_models() / name);
  Json json = read.json();
  change(json);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return expect_error([&] { const model::Model model(config, family, model::find_head(family, "pooling")); });
}

TEST_CASE("settings that hone does not compute are refused") {
  const Error both_ways = error_of("tiny-gemma3_text", [](Json& json) { json["use_bidirectional_attention"] = true; });
  CHECK(both_ways.kind() == ErrorKind::kUnsupported);
  CHECK(contains(both_ways.what(), "config.json: \"use_bidirectional_attention\" is true"));
  const Error crossed = error_of("tiny-gpt2", [](Json& json) { json["add_cross_attention"] = true; });
  CHECK(crossed.kind() == ErrorKind::kUnsupported);
  CHECK(contains(crossed.what(), "config.json: \"add_cross_attention\" is true"));
}

TEST_CASE("lists and numbers that do not fit are errors") {
  const auto what = [](const char* name, const std::function<void(Json&)>& change) {
    return std::string(error_of(name, change).what());
  };
  CHECK(contains(what("tiny-qwen3_moe", [](Json& json) { json["num_experts_per_tok"] = 5; }),
                 "\"num_experts_per_tok\" is 5, but there are 4 experts"));
  CHECK(contains(what("tiny-qwen3_moe", [](Json& json) { json["mlp_only_layers"] = {"x"}; }),
                 "\"mlp_only_layers\" is not a list of layers"));
  CHECK(contains(what("tiny-qwen3_moe", [](Json& json) { json["mlp_only_layers"] = 1; }),
                 "\"mlp_only_layers\" is not a list of layers"));
  CHECK(contains(what("tiny-smollm3", [](Json& json) { json["no_rope_layers"] = {1, 0}; }),
                 "\"no_rope_layers\" is not a list of 4 numbers"));
  CHECK(contains(what("tiny-llama", [](Json& json) { json["num_key_value_heads"] = 3; }),
                 "4 query heads cannot share 3 key heads"));
  CHECK(contains(what("tiny-llama", [](Json& json) { json["pad_token_id"] = 5000; }),
                 "\"pad_token_id\" is 5000, the vocabulary has 106 rows"));
}

using Tensors = std::map<std::string, at::Tensor>;

// Loads a copy of a fixture whose tensors were changed; returns the logits.
at::Tensor logits_after(const std::string& name, const std::function<void(Tensors&)>& change) {
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  Tensors tensors = read_tensors(fixture_models() / name / "model.safetensors");
  change(tensors);
  std::filesystem::copy_file(fixture_models() / name / "config.json", folder.path() / "config.json");
  tensor::write_safetensors(folder.path() / "model.safetensors", {tensors.begin(), tensors.end()});
  const auto loaded = model::load_model({folder.path()});
  CHECK(loaded.report.newly_initialized.empty());
  CHECK(loaded.report.unused.empty());
  return loaded.model->forward(packed_batch(read_tensors(fixture_models() / name / "parity.safetensors")), {});
}

at::Tensor logits_of(const std::string& name) {
  return logits_after(name, [](Tensors&) {});
}

TEST_CASE("experts are read from one matrix of each layer too, as transformers computes with them") {
  const auto joined = [](Tensors& tensors) {
    for (const int layer : {0, 2}) {
      const std::string prefix = fmt::format("model.layers.{}.mlp.experts.", layer);
      std::vector<at::Tensor> in, out;
      for (int e = 0; e < 4; ++e) {
        const auto take = [&](const char* part) {
          return tensors.extract(fmt::format("{}{}.{}.weight", prefix, e, part)).mapped();
        };
        in.push_back(at::cat({take("gate_proj"), take("up_proj")}));
        out.push_back(take("down_proj"));
      }
      tensors[prefix + "gate_up_proj"] = at::stack(in);
      tensors[prefix + "down_proj"] = at::stack(out);
    }
  };
  CHECK(at::equal(logits_after("tiny-qwen3_moe", joined), logits_of("tiny-qwen3_moe")));
  const auto flat = [&](Tensors& tensors) {
    joined(tensors);
    tensors["model.layers.0.mlp.experts.gate_up_proj"] = at::zeros({4, 24});
  };
  CHECK(contains(expect_error([&] { logits_after("tiny-qwen3_moe", flat); }).what(),
                 "experts.gate_up_proj\" has shape [4, 24], not that of a matrix for each expert"));
}

TEST_CASE("old checkpoints hold tables beside the weights, and bodies without their name") {
  const auto old = [](Tensors& tensors) {
    Tensors renamed;
    for (const auto& [name, value] : tensors) {
      renamed[name.starts_with("transformer.") ? name.substr(std::string("transformer.").size()) : name] = value;
    }
    renamed["h.0.attn.bias"] = at::zeros({1, 1, 4, 4});
    renamed["h.0.attn.masked_bias"] = at::zeros({1});
    tensors = renamed;
  };
  CHECK(at::equal(logits_after("tiny-gpt2", old), logits_of("tiny-gpt2")));
  CHECK(at::equal(
      logits_after("tiny-llama",
                   [](Tensors& tensors) { tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = at::zeros({4}); }),
      logits_of("tiny-llama")));
}

TEST_CASE("GPT-2's files hold matrices transposed; a file that does not is an error") {
  const auto transposed = [](Tensors& tensors) {
    at::Tensor& matrix = tensors.at("transformer.h.0.mlp.c_fc.weight");
    matrix = matrix.t().contiguous();
  };
  CHECK(contains(expect_error([&] { logits_after("tiny-gpt2", transposed); }).what(),
                 "\"transformer.h.0.mlp.c_fc.weight\" has shape [32, 21], the model needs [21, 32]"));
}

}  // namespace decoder_families_test
