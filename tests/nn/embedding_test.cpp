#include "nn/embedding.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;

namespace {
std::shared_ptr<nn::Embedding> table(std::optional<int64_t> padding_id) {
  auto embedding = std::make_shared<nn::Embedding>(4, 2, padding_id);
  const at::NoGradGuard no_grad;
  embedding->weight.copy_(at::arange(8).view({4, 2}));
  return embedding;
}
}  // namespace

TEST_CASE("an embedding looks rows up") {
  const at::Tensor y = table(std::nullopt)->forward(at::tensor({3, 0, 3}, at::kLong));
  CHECK(at::equal(y, at::tensor({6, 7, 0, 1, 6, 7}, at::kFloat).view({3, 2})));
}

TEST_CASE("the padding row gets no gradient") {
  for (const bool padded : {true, false}) {
    const auto embedding = table(padded ? std::optional<int64_t>(0) : std::nullopt);
    embedding->forward(at::tensor({3, 0, 3}, at::kLong)).sum().backward();
    const double first = padded ? 0 : 1;
    CHECK(embedding->weight.grad()[0][0].item<double>() == first);
    CHECK(embedding->weight.grad()[3][0].item<double>() == 2);
  }
}
