// Modules of one type with the names "0", "1", ..., such as the layers of an encoder.
#pragma once

#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
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

  // `index` counts from 0.
  const T& operator[](int64_t index) const { return *items_[static_cast<size_t>(index)]; }
  int64_t count() const { return static_cast<int64_t>(items_.size()); }

 private:
  std::vector<std::shared_ptr<T>> items_;
};

}  // namespace hone::nn
