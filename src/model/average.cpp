#include "model/average.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/utf8.h"
#include "model/adapter_folder.h"
#include "text/tokenizer.h"
#include "text/tokenizer_spec.h"

namespace hone::model {

namespace fs = std::filesystem;

namespace {

// Keys of config.json that say nothing about what the weights mean.
constexpr std::string_view kFreeKeys[] = {"_name_or_path", "dtype", "torch_dtype", "transformers_version"};

Error mismatch(const fs::path& first, const fs::path& other, const std::string& what) {
  return Error(ErrorKind::kInput, fmt::format("{} and {} cannot be averaged: {}", first.string(), other.string(), what),
               "average models that were fine-tuned from the same model for the same labels");
}

void check_kind(const fs::path& folder) {
  if (!ModelFolder(folder).is_adapter()) return;
  throw Error(
      ErrorKind::kUnsupported,
      fmt::format("{} is an adapter: the average of its two factors is not the average of the models", folder.string()),
      fmt::format("merge each adapter first: hone adapter merge {} --output-dir DIR", folder.string()));
}

std::string shortened(const Json& value) { return hone::shortened(value.dump(), 57); }

// The order of keys means nothing.
nlohmann::json unordered(const Json& value) { return nlohmann::json::parse(value.dump()); }

void check_config(const fs::path& first, const fs::path& other) {
  const Json a = read_saved_config(first).json(), b = read_saved_config(other).json();
  std::set<std::string> keys;
  for (const Json* json : {&a, &b}) {
    for (const auto& item : json->items()) keys.insert(item.key());
  }
  for (const std::string& key : keys) {
    if (std::ranges::find(kFreeKeys, key) != std::end(kFreeKeys)) continue;
    const Json left = a.value(key, Json()), right = b.value(key, Json());
    if (unordered(left) != unordered(right)) {
      throw mismatch(first, other,
                     fmt::format("\"{}\" of config.json is {} and {}", key, shortened(left), shortened(right)));
    }
  }
}

void check_tokens(const fs::path& first, const fs::path& other) {
  if (!text::has_tokenizer(first) || !text::has_tokenizer(other)) return;
  const text::Tokenizer a = text::Tokenizer::load(first), b = text::Tokenizer::load(other);
  if (a.vocab_size() != b.vocab_size()) {
    throw mismatch(first, other, fmt::format("their tokenizers have {} and {} tokens", a.vocab_size(), b.vocab_size()));
  }
  const auto token = [](const text::Tokenizer& tokenizer, int32_t id) {
    return tokenizer.has_token(id) ? std::string(tokenizer.token(id)) : std::string();
  };
  for (int32_t id = 0; id < a.vocab_size(); ++id) {
    if (token(a, id) == token(b, id)) continue;
    throw mismatch(first, other, fmt::format("token {} is \"{}\" and \"{}\"", id, token(a, id), token(b, id)));
  }
}

bool is_finite(const at::Tensor& values) { return at::isfinite(values.to(at::kDouble)).all().item<bool>(); }

}  // namespace

AverageInputs::AverageInputs(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  for (const fs::path& folder : folders_) check_kind(folder);
  for (size_t i = 1; i < folders_.size(); ++i) {
    check_config(folders_.front(), folders_[i]);
    check_tokens(folders_.front(), folders_[i]);
  }
  for (const fs::path& folder : folders_) {
    files_.emplace_back(folder);
    if (!files_.back().found()) {
      throw Error(ErrorKind::kInput, fmt::format("{} has no weights", folder.string()),
                  "give folders with model.safetensors, such as the checkpoints of a run");
    }
  }
  std::map<std::string_view, size_t> places;  // in the first model
  for (const tensor::StoredTensor& stored : files_.front().tensors()) places.emplace(stored.name, places.size());
  for (const WeightFiles& files : files_) {
    std::vector<const tensor::StoredTensor*>& own = tensors_.emplace_back(places.size());
    for (const tensor::StoredTensor& stored : files.tensors()) {
      const auto place = places.find(stored.name);
      if (place == places.end()) {
        throw mismatch(folders_.front(), folders_[tensors_.size() - 1],
                       fmt::format("only the second one has the tensor \"{}\"", stored.name));
      }
      own[place->second] = &stored;
    }
  }
  check_tensors();
}

void AverageInputs::check_tensors() const {
  for (size_t i = 1; i < size(); ++i) {
    for (size_t place = 0; place < tensors_[i].size(); ++place) {
      const tensor::StoredTensor &first = *tensors_.front()[place], *const other = tensors_[i][place];
      if (other == nullptr) {
        throw mismatch(folders_.front(), folders_[i],
                       fmt::format("only the first one has the tensor \"{}\"", first.name));
      }
      if (first.shape != other->shape) {
        throw mismatch(folders_.front(), folders_[i],
                       fmt::format("the tensor \"{}\" is {} and {}", first.name, tensor::shape_text(first.shape),
                                   tensor::shape_text(other->shape)));
      }
    }
  }
}

Error AverageInputs::not_finite(size_t place, std::span<const double> weights) const {
  const std::string& name = tensors_.front()[place]->name;
  for (size_t i = 0; i < size(); ++i) {
    if (weights[i] == 0 || is_finite(tensor::read_tensor(*tensors_[i][place]))) continue;
    return Error(ErrorKind::kInput,
                 fmt::format("the tensor \"{}\" of {} has values that are not finite", name, folders_[i].string()),
                 "leave this model out: its training diverged, or its file is damaged");
  }
  return Error(ErrorKind::kInput,
               fmt::format("the average of the tensor \"{}\" is beyond the number format of {}", name,
                           folders_.front().string()),
               "give smaller weights, or name a model of float32 first");
}

tensor::NamedTensors AverageInputs::average(std::span<const double> weights) const {
  check_internal(weights.size() == size(), "each model has a weight");
  const at::NoGradGuard no_gradients;
  double total = 0;
  for (const double weight : weights) total += weight;
  check_internal(total > 0 && std::isfinite(total), "the weights have a sum");
  tensor::NamedTensors averages;
  for (size_t place = 0; place < tensors_.front().size(); ++place) {
    const tensor::StoredTensor& first = *tensors_.front()[place];
    if (!at::isFloatingType(first.dtype)) {
      const at::Tensor value = tensor::read_tensor(first).contiguous();
      for (size_t i = 1; i < size(); ++i) {
        if (weights[i] == 0) continue;
        if (at::equal(value, tensor::read_tensor(*tensors_[i][place]).to(value.scalar_type()))) continue;
        throw mismatch(folders_.front(), folders_[i],
                       fmt::format("the integers of the tensor \"{}\" differ", first.name));
      }
      averages.emplace_back(first.name, value);
      continue;
    }
    at::Tensor sum = at::zeros(first.shape, at::kDouble);
    for (size_t i = 0; i < size(); ++i) {
      if (weights[i] == 0) continue;
      sum.add_(tensor::read_tensor(*tensors_[i][place]).contiguous().to(at::kDouble).mul_(weights[i]));
    }
    averages.emplace_back(first.name, sum.div_(total).to(first.dtype));
    if (!is_finite(averages.back().second)) throw not_finite(place, weights);
  }
  return averages;
}

}  // namespace hone::model
