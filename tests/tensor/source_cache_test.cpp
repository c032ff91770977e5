#include "tensor/source_cache.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "kernel/each_level.h"
#include "tensor/cross_attention.h"

namespace source_cache_test {

using namespace hone;

constexpr int64_t kHeads = 4, kKvHeads = 2, kWidth = 8;

at::Tensor wave(int64_t rows, int64_t columns, double frequency, at::ScalarType dtype) {
  return at::sin(at::arange(rows * columns, at::kDouble) * frequency).view({rows, columns}).to(dtype);
}

TEST_CASE("attention to kept texts equals cross-attention, and each query has the same bits alone") {
  kernel::for_each_level([] {
    for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
      const std::vector<int64_t> key_lengths{1, 32, 700}, query_lengths{2, 1, 3};
      const tensor::Packing keys = tensor::Packing::from_lengths(key_lengths),
                            queries = tensor::Packing::from_lengths(query_lengths);
      const at::Tensor kv = wave(keys.num_tokens(), 2 * kKvHeads * kWidth, 0.7, dtype),
                       q = wave(queries.num_tokens(), kHeads * kWidth, 0.9, dtype);
      std::vector<std::shared_ptr<const tensor::SourceKeys>> sources;
      for (const at::Tensor& rows : kv.split_with_sizes(key_lengths)) {
        const auto source =
            std::make_shared<tensor::SourceKeys>(tensor::KvShape{2, kKvHeads, kWidth, dtype}, rows.size(0));
        source->set(1, rows);
        sources.push_back(source);
      }
      const tensor::SourceBatch batch(sources);
      const at::Tensor out = batch.attend(1, q, queries, kHeads, 0.5);
      const at::Tensor wanted =
          tensor::cross_attention(q.to(at::kDouble), kv.to(at::kDouble), queries, keys,
                                  {.num_heads = kHeads, .num_kv_heads = kKvHeads, .scale = 0.5, .stream = {}});
      const double tolerance = dtype == at::kFloat ? 1e-5 : 1e-2;
      CHECK(at::allclose(out.to(at::kDouble), wanted, tolerance, tolerance));
      const tensor::SourceBatch alone({sources[2]});
      CHECK(at::equal(alone.attend(1, q.narrow(0, 4, 1), tensor::Packing::from_lengths({1}), kHeads, 0.5),
                      out.narrow(0, 4, 1)));
    }
  });
}

TEST_CASE("keys of another shape and number formats that no cache has are errors") {
  const Error error = expect_error([] { tensor::SourceKeys({1, kKvHeads, kWidth, at::kDouble}, 3); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "keys and values of a text in Double"));
  tensor::SourceKeys keys({1, kKvHeads, kWidth, at::kFloat}, 3);
  const at::Tensor kv = wave(2, 2 * kKvHeads * kWidth, 0.7, at::kFloat);
  CHECK(contains(expect_error([&] { keys.set(0, kv); }).what(), "keys and values of each token"));
}

}  // namespace source_cache_test
