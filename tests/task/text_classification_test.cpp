#include "task/text_classification.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"

using namespace hone;

namespace {

at::Tensor matrix(const Json& rows) {
  std::vector<double> values;
  for (const Json& row : rows) {
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  const auto num_rows = static_cast<int64_t>(rows.size());
  return at::tensor(values).to(at::kFloat).view({num_rows, -1});
}

}  // namespace

TEST_CASE("the loss and its gradient equal torch's, and with smoothing those of transformers' LabelSmoother") {
  for (const Json& item : metrics_fixture()["losses"]) {
    CAPTURE(item["smoothing"].get<double>());
    at::Tensor logits = matrix(item["logits"]).requires_grad_();
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const double num_rows = static_cast<double>(labels.size());
    const at::Tensor sum = task::classification_loss_sum(logits, at::tensor(labels), {item["smoothing"].get<double>()});
    CHECK(sum.dim() == 0);
    CHECK(sum.item<double>() / num_rows == doctest::Approx(item["mean_loss"].get<double>()).epsilon(1e-6));
    sum.backward();
    CHECK(at::allclose(logits.grad() / num_rows, matrix(item["gradient_of_mean"]), 1e-5, 1e-6));
  }
}
