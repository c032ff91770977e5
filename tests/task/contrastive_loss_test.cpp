// tests/parity/contrastive_test.cpp compares the losses with sentence-transformers'.
#include "task/contrastive_loss.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"

namespace contrastive_loss_test {

using namespace hone;
using task::ContrastiveBatch;

double sum_of(const char* loss, const ContrastiveBatch& batch) {
  return task::find_contrastive_loss(loss).sum(batch).item<double>();
}

TEST_CASE("texts that are no negatives are left out") {
  const at::Tensor rows = at::eye(2);
  // Orthogonal vectors: each row has the logits 20 and 0.
  const double alone = std::log(1 + std::exp(-20.0));
  CHECK(sum_of("mnr", {{rows, rows}, {{0, 1}, {2, 3}}, {}}) == doctest::Approx(2 * alone));
  // The same second text, the same first text, or a second text that is the other row's first one.
  CHECK(sum_of("mnr", {{rows, rows}, {{0, 1}, {2, 2}}, {}}) == doctest::Approx(0));
  CHECK(sum_of("mnr", {{rows, rows}, {{0, 0}, {2, 3}}, {}}) == doctest::Approx(0));
  CHECK(sum_of("mnr", {{rows, rows}, {{0, 1}, {2, 0}}, {}}) == doctest::Approx(alone));
  // Further texts: the other row's second text is a negative, the own one is not.
  const at::Tensor further = rows.flip(0);
  const double with_two = std::log(1 + 2 * std::exp(-20.0));
  CHECK(sum_of("mnr", {{rows, rows, further}, {{0, 1}, {2, 3}, {3, 2}}, {}}) == doctest::Approx(2 * with_two));
}

TEST_CASE("equal scores have no order, and a batch of one row no loss") {
  const at::Tensor a = at::eye(2), b = at::eye(2).flip(0);
  CHECK(sum_of("cosent", {{a, b}, {}, at::tensor({0.5F, 0.5F})}) == 0);
  CHECK(sum_of("mnr", {{a.narrow(0, 0, 1), b.narrow(0, 0, 1)}, {{0}, {1}}, {}}) == 0);
  CHECK(sum_of("cosine", {{a, a}, {}, at::tensor({1.F, 0.5F})}) == doctest::Approx(0.25));
  CHECK(contains(expect_error([] { task::find_contrastive_loss("cosin"); }).hint(), "cosine"));
}

TEST_CASE("widths take the first values") {
  const at::Tensor a = at::tensor({1.F, 0.F, 0.F, 1.F}).view({2, 2}),
                   b = at::tensor({1.F, 1.F, 1.F, -1.F}).view({2, 2});
  const ContrastiveBatch batch{{a, b}, {}, at::tensor({1.F, 0.F})};
  const auto& cosine = task::find_contrastive_loss("cosine");
  const std::vector<int64_t> widths = {1, 2};
  const double whole = cosine.sum(batch).item<double>();
  CHECK(task::matryoshka_sum(cosine, batch, {}).item<double>() == whole);
  // Of one value: cosine 1 with the score 1, and 0 (a vector of zeros) with the score 0.
  CHECK(task::matryoshka_sum(cosine, batch, widths).item<double>() == doctest::Approx(whole));
}

}  // namespace contrastive_loss_test
