// Copies of tiny-bert with another head or damaged weights.
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <filesystem>
#include <limits>
#include <string>

#include "base/json.h"
#include "eval/metrics_fixture.h"
#include "tensor/safetensors.h"

namespace hone {

// Writes tiny-bert into `folder` after `change` has modified its tensors (by name) and its config.
template <typename Change>
inline void write_changed_model(const std::filesystem::path& folder, Change change) {
  const std::filesystem::path source = fixtures() / "models" / "tiny-bert";
  std::map<std::string, at::Tensor> tensors;
  const tensor::SafetensorsFile file(source / "model.safetensors");
  for (const tensor::StoredTensor& stored : file.tensors()) {
    tensors[stored.name] = at::empty(stored.shape);
    tensor::copy_into(stored, tensors[stored.name]);
  }
  Json config = read_json(source / "config.json");
  change(tensors, config);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::copy_file(source / name, folder / name);
  }
  write_json(folder / "config.json", config);
  tensor::write_safetensors(folder / "model.safetensors", {tensors.begin(), tensors.end()});
}

// Writes a classifier of `num_labels` classes "class 0", "class 1" ... with made-up weights.
inline void write_many_class_model(const std::filesystem::path& folder, int64_t num_labels) {
  write_changed_model(folder, [&](auto& tensors, Json& config) {
    tensors["classifier.weight"] = at::arange(num_labels * 32).reshape({num_labels, 32}).sin();
    tensors["classifier.bias"] = at::zeros({num_labels});
    Json names = Json::object();
    auto& members = names.template get_ref<Json::object_t&>();
    for (int64_t id = 0; id < num_labels; ++id) members.emplace_back(std::to_string(id), "class " + std::to_string(id));
    config["id2label"] = std::move(names);
    config.erase("label2id");
  });
}

// Writes a model whose logits are all NaN.
inline void write_nan_model(const std::filesystem::path& folder) {
  write_changed_model(folder, [](auto& tensors, Json&) {
    tensors["classifier.weight"].fill_(std::numeric_limits<float>::quiet_NaN());
  });
}

// Writes a model whose logits are always these two, because the weights of its head are 0.
inline void write_constant_model(const std::filesystem::path& folder, float first, float second,
                                 const std::string& problem_type) {
  write_changed_model(folder, [&](auto& tensors, Json& config) {
    tensors["classifier.weight"] = at::zeros({2, 32});
    tensors["classifier.bias"] = at::tensor({first, second});
    config["id2label"] = {{"0", "A"}, {"1", "B"}};
    config.erase("label2id");
    config["problem_type"] = problem_type;
  });
}

}  // namespace hone
