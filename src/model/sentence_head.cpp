#include "model/sentence_head.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/div.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/names.h"
#include "model/model.h"
#include "model/weights.h"
#include "tensor/compute.h"
#include "tensor/safetensors.h"
#include "tensor/stored_tensor.h"

namespace hone::model {

namespace {

constexpr double kSentenceNormEps = 1e-5;
constexpr double kMinLength = 1e-12;

// By the names of torch's classes, with their default arguments.
struct DenseActivation {
  std::string_view name;
  at::Tensor (*apply)(const at::Tensor& x);
};
constexpr std::array kDenseActivations = {
    DenseActivation{"Tanh", [](const at::Tensor& x) { return at::tanh(x); }},
    DenseActivation{"Identity", [](const at::Tensor& x) { return x; }},
    DenseActivation{"ReLU", [](const at::Tensor& x) { return at::relu(x); }},
    DenseActivation{"GELU", [](const at::Tensor& x) { return at::gelu(x); }},
    DenseActivation{"SiLU", [](const at::Tensor& x) { return at::silu(x); }},
    DenseActivation{"Sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }}};

// The tokens of each text without the first `num_prompt_tokens`.
Hidden without_prompt(const Hidden& hidden, int64_t num_prompt_tokens) {
  Hidden rest;
  std::vector<int64_t> lengths;
  std::vector<at::Tensor> parts;
  for (int64_t text = 0; text < hidden.packing.num_sequences(); ++text) {
    const int64_t length = hidden.packing.length(text) - num_prompt_tokens;
    if (length < 1) {
      throw Error(ErrorKind::kInput,
                  fmt::format("the prompt has {} tokens, and {} of a text are read with it: none is left to pool",
                              num_prompt_tokens, hidden.packing.length(text)),
                  "give a shorter prompt, or a larger --max-seq-length");
    }
    lengths.push_back(length);
    parts.push_back(
        hidden.tokens.narrow(0, hidden.packing.offsets[static_cast<size_t>(text)] + num_prompt_tokens, length));
  }
  rest.tokens = at::cat(parts);
  rest.packing = tensor::Packing::from_lengths(lengths);
  rest.packing.first_positions.assign(lengths.size(), num_prompt_tokens);
  return rest;
}

Error misfit(const SentenceModule& module, int64_t width) {
  return {ErrorKind::kInput,
          fmt::format("{}: the module takes vectors of {}, and gets vectors of {}", module.folder.string(),
                      module.in_features, width),
          "its config.json belongs to another model"};
}

}  // namespace

SentenceHead::SentenceHead(SentenceConfig config, int64_t width)
    : config_(std::move(config)), body_width_(width), weights_(config_.modules.size()) {
  for (const std::string& name : config_.poolings) poolings_.push_back(&find_pooling(name));
  width_ = width * static_cast<int64_t>(poolings_.size());
  for (size_t i = 0; i < config_.modules.size(); ++i) {
    const SentenceModule& module = config_.modules[i];
    if (module.kind == SentenceModule::Kind::kNormalize) continue;
    if (module.in_features != width_) throw misfit(module, width_);
    read_weights(module, weights_[i]);
    width_ = module.out_features;
  }
}

void SentenceHead::read_weights(const SentenceModule& module, Weights& weights) const {
  const bool is_dense = module.kind == SentenceModule::Kind::kDense;
  if (is_dense) find_row(kDenseActivations, "activation of a dense layer", module.activation, ErrorKind::kUnsupported);
  const WeightFiles files(module.folder);
  const auto take = [&](const std::string& name, std::vector<int64_t> shape) {
    for (const tensor::StoredTensor& stored : files.tensors()) {
      if (stored.name != name) continue;
      if (stored.shape != shape) {
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: \"{}\" has shape {}, the module needs {}", module.folder.string(), name,
                                tensor::shape_text(stored.shape), tensor::shape_text(shape)));
      }
      at::Tensor tensor = at::empty(shape, at::kFloat);
      tensor::copy_into(stored, tensor);
      return tensor;
    }
    throw Error(ErrorKind::kInput, fmt::format("{}: the weights lack \"{}\"", module.folder.string(), name),
                "the folder may be incomplete");
  };
  const int64_t in = module.in_features, out = module.out_features;
  weights.weight = is_dense ? take("linear.weight", {out, in}) : take("norm.weight", {out});
  if (!is_dense) {
    weights.bias = take("norm.bias", {out});
  } else if (module.has_bias) {
    weights.bias = take("linear.bias", {out});
  }
  if (is_dense && module.has_residual && in != out) weights.residual = take("residual.weight", {out, in});
}

bool SentenceHead::reads_first_tokens() const {
  return config_.pools_prompt && poolings_.size() == 1 && poolings_.front()->reads_first_tokens;
}

at::Tensor SentenceHead::pooled(const Hidden& hidden) const {
  if (poolings_.size() == 1) return poolings_.front()->apply(hidden);
  std::vector<at::Tensor> parts;
  for (const Pooling* pooling : poolings_) parts.push_back(pooling->apply(hidden));
  return at::cat(parts, 1);
}

at::Tensor SentenceHead::vectors(const Hidden& hidden, int64_t num_prompt_tokens) const {
  const bool skips_prompt = !config_.pools_prompt && num_prompt_tokens > 0;
  at::Tensor x = pooled(skips_prompt ? without_prompt(hidden, num_prompt_tokens) : hidden);  // [B, C]
  for (size_t i = 0; i < config_.modules.size(); ++i) {
    const SentenceModule& module = config_.modules[i];
    const Weights& own = weights_[i];
    if (module.kind == SentenceModule::Kind::kNormalize) {
      x = with_length_one(x);
    } else if (module.kind == SentenceModule::Kind::kLayerNorm) {
      x = at::layer_norm(x, {module.in_features}, own.weight, own.bias, kSentenceNormEps);
    } else {
      const auto& activation = find_row(kDenseActivations, "activation", module.activation);
      const at::Tensor y = activation.apply(at::linear(x, own.weight, own.bias));
      x = !module.has_residual ? y : y + (own.residual.defined() ? at::linear(x, own.residual) : x);
    }
  }
  return x;  // [B, W]
}

at::Tensor SentenceHead::vectors_of(const Model& model, const Inputs& inputs, const nn::ForwardContext& context,
                                    int64_t num_prompt_tokens) const {
  LayerSelection selection;
  selection.first_tokens_only = reads_first_tokens();
  return vectors(model.hidden(inputs, context, selection), num_prompt_tokens);
}

void SentenceHead::to(at::Device device) {
  for (Weights& own : weights_) {
    for (at::Tensor* tensor : {&own.weight, &own.bias, &own.residual}) {
      if (tensor->defined()) *tensor = tensor::on_device(*tensor, device);
    }
  }
}

void SentenceHead::save(const std::filesystem::path& folder) const {
  for (size_t i = 0; i < config_.modules.size(); ++i) {
    const Weights& own = weights_[i];
    if (!own.weight.defined()) continue;
    const bool is_dense = config_.modules[i].kind == SentenceModule::Kind::kDense;
    const std::string prefix = is_dense ? "linear." : "norm.";
    tensor::NamedTensors tensors;
    tensors.emplace_back(prefix + "weight", own.weight.cpu());
    if (own.bias.defined()) tensors.emplace_back(prefix + "bias", own.bias.cpu());
    if (own.residual.defined()) tensors.emplace_back("residual.weight", own.residual.cpu());
    const std::filesystem::path path = folder / module_folder_name(config_.modules[i], i + 2);
    make_folders(path);
    tensor::write_safetensors(path / "model.safetensors", std::move(tensors));
  }
  config_.save(folder, body_width_);
}

at::Tensor with_length_one(const at::Tensor& rows) {
  return at::div(rows, at::clamp_min(at::linalg_vector_norm(rows, 2, {1}, true), kMinLength));
}

}  // namespace hone::model
