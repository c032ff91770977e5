// Expected logits come from transformers (tests/fixtures/make_model_fixtures.py).
#include "generate/causal_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>
#include <doctest/doctest.h>

#include <filesystem>

#include "model/load.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "parity/parity_fixture.h"
#include "tensor/packed_linear.h"

namespace causal_model_test {

using namespace hone;

// The logits [T, V] of a packed batch, token by token from a cache after a beginning of a few tokens.
class StepByStep {
 public:
  StepByStep(const model::Model& model, const model::Inputs& packed)
      : model_(model), packed_(packed), cache_(shape_of(model), 4096) {}

  at::Tensor run() {
    const tensor::Packing& packing = packed_.text.packing;
    for (int64_t b = 0; b < packing.num_sequences(); ++b) {
      const int64_t num_first = std::min(packing.length(b), 1 + b % 4);
      cache_.begin(static_cast<uint64_t>(b), ids_of(b, 0, num_first));
      num_known_.push_back(num_first);
    }
    rows_.resize(static_cast<size_t>(packing.num_tokens()));
    while (step()) {
    }
    return at::stack(rows_);
  }

 private:
  static tensor::KvShape shape_of(const model::Model& model) {
    return {model.num_layers(), model.kv_heads().num_heads, model.kv_heads().width, model.dtype()};
  }

  std::vector<int32_t> ids_of(int64_t b, int64_t begin, int64_t end) const {
    const int64_t* ids =
        packed_.text.ids.const_data_ptr<int64_t>() + packed_.text.packing.offsets[static_cast<size_t>(b)];
    return {ids + begin, ids + end};
  }

  // Computes what is not computed yet, and adds a token to each sequence that has one left.
  bool step() {
    const tensor::Packing& packing = packed_.text.packing;
    std::vector<uint64_t> live;
    for (size_t b = 0; b < num_known_.size(); ++b) {
      if (num_known_[b] > 0) live.push_back(b);
    }
    if (live.empty()) return false;
    const tensor::KvBatch batch = cache_.batch(live);
    model::Inputs inputs;
    inputs.text.ids = batch.ids();
    inputs.text.packing = batch.packing();
    inputs.cache = &batch;
    const at::Tensor logits = model_.logits(model_.hidden(inputs, {}), {}, {});
    batch.finish();
    int64_t row = 0;
    for (size_t i = 0; i < live.size(); ++i) {
      const auto b = static_cast<int64_t>(live[i]);
      int64_t& num_known = num_known_[live[i]];
      const int64_t num_new = batch.packing().length(static_cast<int64_t>(i));
      for (int64_t token = num_known - num_new; token < num_known; ++token) {
        rows_[static_cast<size_t>(packing.offsets[live[i]] + token)] = logits[row++];
      }
      if (num_known == packing.length(b)) {
        num_known = 0;
      } else {
        cache_.append(live[i], ids_of(b, num_known, num_known + 1));
        ++num_known;
      }
    }
    return true;
  }

  const model::Model& model_;
  const model::Inputs& packed_;
  tensor::KvCache cache_;
  std::vector<int64_t> num_known_;  // tokens of each sequence that the cache has; 0: it has ended
  std::vector<at::Tensor> rows_;
};

TEST_CASE("every decoder computes from a cache, step by step, the logits of the whole sequence") {
  const at::NoGradGuard no_gradients;
  size_t num_families = 0;
  for (const auto& folder : std::filesystem::directory_iterator(fixture_models().parent_path() / "causal_lm")) {
    const std::string name = folder.path().filename().string();
    if (name == "phi3") continue;  // its positions turn by the longest sequence of a batch, which grows step by step
    CAPTURE(name);
    const auto expected = read_tensors(folder.path() / "parity.safetensors");
    const auto loaded = model::load_model({folder.path(), "causal-lm"});
    const model::Inputs packed = packed_batch(expected);
    const at::Tensor whole = loaded.model->forward(packed, {});
    for (const bool is_plain : {false, true}) {
      std::optional<tensor::PlainWeights> plain;
      if (is_plain) plain.emplace();
      const double worst = relative_difference(StepByStep(*loaded.model, packed).run(), whole);
      CHECK(worst < 1e-5);
    }
    ++num_families;
  }
  CHECK(num_families >= 13);
}

// Rounds the weights that are kept in bfloat16.
void round_matrices(const model::Model& model) {
  for (const auto& module : model.module().modules()) {
    const auto round = [](const at::Tensor& weight) { at::Tensor(weight).copy_(weight.to(at::kBFloat16)); };
    if (const auto* linear = dynamic_cast<const nn::Linear*>(module.get())) round(linear->weight);
    if (const auto* table = dynamic_cast<const nn::Embedding*>(module.get())) round(table->weight);
  }
}

TEST_CASE("matrices in bfloat16 take half the memory and give the logits of rounded weights") {
  const at::NoGradGuard no_gradients;
  const tensor::PlainWeights plain;
  for (const char* name : {"llama-tied", "gpt2", "phi3", "qwen3_moe", "qwen2"}) {
    CAPTURE(name);
    const auto folder = fixture_models().parent_path() / "causal_lm" / name;
    model::Inputs packed = packed_batch(read_tensors(folder / "parity.safetensors"));
    model::ModelRequest request{folder, "causal-lm"};
    const auto whole = model::load_model(request).model;
    round_matrices(*whole);
    request.matrix_dtype = at::kBFloat16;
    const auto stored = model::load_model(request).model;
    CHECK((stored->output_weight().scalar_type() == at::kBFloat16));
    CHECK(relative_difference(stored->forward(packed, {}), whole->forward(packed, {})) < 1e-5);
    if (std::string(name) == "phi3") continue;
    CHECK(relative_difference(StepByStep(*stored, packed).run(), whole->forward(packed, {})) < 1e-5);
  }
}

// transformers computes the keys of the whole sequence again there (Phi3ForCausalLM.prepare_inputs_for_generation).
TEST_CASE("a model whose positions change with the length continues sequences up to there") {
  const auto folder = fixture_models().parent_path() / "causal_lm";
  const auto phi3 = model::load_model({folder / "phi3", "causal-lm"}).model;
  CHECK(phi3->max_length() == 40);
  CHECK(phi3->max_cached_length() == 16);
  const auto llama = model::load_model({folder / "llama", "causal-lm"}).model;
  CHECK(llama->max_cached_length() == llama->max_length());
}

TEST_CASE("an encoder cannot continue sequences") {
  const auto loaded = model::load_model({fixture_models() / "tiny-bert", "masked-lm"});
  CHECK(loaded.model->kv_heads().num_heads == 0);
}

}  // namespace causal_model_test
