#include "task/class_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "eval/metrics_fixture.h"
#include "task/class_losses_fixture.h"

using namespace hone;

TEST_CASE("loss and gradient are those of torch's CrossEntropyLoss with weights and smoothing, and of focal loss") {
  for (const Json& item : class_losses_fixture()["classes"]) {
    CAPTURE(item["smoothing"].get<double>());
    CAPTURE(item["gamma"].get<double>());
    at::Tensor logits = float_matrix(item["logits"]).requires_grad_();
    const auto labels = item["labels"].get<std::vector<int64_t>>();
    const task::ClassLoss loss{.label_smoothing = item["smoothing"].get<double>(),
                               .focal_gamma = item["gamma"].get<double>(),
                               .weights = item["weights"].get<std::vector<double>>()};
    const at::Tensor mean = loss.sum(logits, labels) / loss.total_weight(labels);
    CHECK(mean.dim() == 0);
    CHECK(mean.item<double>() == doctest::Approx(item["mean_loss"].get<double>()).epsilon(1e-6));
    mean.backward();
    CHECK(at::allclose(logits.grad(), float_matrix(item["gradient_of_mean"]), 1e-5, 1e-6));
  }
}

TEST_CASE("a row that is right beyond doubt has a finite gradient") {
  at::Tensor logits = at::tensor({200.0f, -200.0f}).view({1, 2}).requires_grad_();
  const std::vector<int64_t> labels = {0};
  for (const double gamma : {0.5, 1.0, 2.0}) {
    const at::Tensor loss = task::ClassLoss{.focal_gamma = gamma}.sum(logits, labels);
    CHECK(loss.item<double>() == 0);
    loss.backward();
    CHECK(logits.grad().isfinite().all().item<bool>());
  }
}

TEST_CASE("without weights each row counts once") {
  const std::vector<int64_t> labels = {0, 2, 2};
  CHECK(task::ClassLoss{}.total_weight(labels) == 3);
  CHECK(task::ClassLoss{.weights = {1, 5, 0.25}}.total_weight(labels) == 1.5);
  CHECK_FALSE(task::weight_tensor({}, at::kCPU).defined());
}
