// Modules of one type with the names "0", "1", ..., such as the layers of an encoder.
#pragma once

#include <torch/csrc/api/include/torch/nn/module.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hone::nn {

template <typename T>
class ModuleList : public torch::nn::Module {
 public:
  void append(std::shared_ptr<T> module) {
    items_.push_back(register_module(std::to_string(items_.size()), std::move(module)));
  }

  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<std::shared_ptr<T>> items_;
};

}  // namespace hone::nn
