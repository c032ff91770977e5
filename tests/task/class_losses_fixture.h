// The fixture of tests/fixtures/make_class_loss_fixture.py.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <nlohmann/json.hpp>

#include <vector>

#include "eval/metrics_fixture.h"

namespace hone {

inline const Json& class_losses_fixture() {
  static const Json fixture = read_json(fixtures() / "class_losses.json");
  return fixture;
}

inline at::Tensor float_matrix(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  return at::tensor(values).to(at::kFloat).view({static_cast<int64_t>(rows.size()), -1});
}

}  // namespace hone
