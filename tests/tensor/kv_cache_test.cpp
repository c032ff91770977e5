#include "tensor/kv_cache.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <doctest/doctest.h>

#include <numeric>

#include "expect_error.h"

namespace kv_cache_test {

using namespace hone;

constexpr int64_t kHeads = 4, kKvHeads = 2, kWidth = 8, kRow = (kHeads + 2 * kKvHeads) * kWidth;

at::Tensor values(int64_t rows, double frequency) {
  return at::sin(at::arange(rows * kRow, at::kDouble) * frequency).view({rows, kRow}).to(at::kFloat);
}

tensor::KvShape shape(at::ScalarType dtype = at::kFloat) { return {2, kKvHeads, kWidth, dtype}; }

tensor::AttentionOptions rules() {
  tensor::AttentionOptions options{.num_heads = kHeads, .num_kv_heads = kKvHeads, .causal = true, .distances = {}};
  options.window = 20;
  options.soft_cap = 2;
  options.rotary = tensor::rotary_angles(100, tensor::rotary_frequencies(kWidth / 2, 10000));
  return options;
}

std::vector<int32_t> tokens(int64_t count) {
  std::vector<int32_t> ids(static_cast<size_t>(count));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

// The attention of the last rows of `qkv`, whose first ones are in the cache, layer 1.
at::Tensor continued(tensor::KvCache& cache, uint64_t id, const at::Tensor& qkv,
                     const tensor::AttentionOptions& options = rules()) {
  const tensor::KvBatch batch = cache.batch({id});
  const int64_t num_new = batch.packing().num_tokens();
  const at::Tensor out = batch.attend(1, qkv.narrow(0, batch.packing().first_positions[0], num_new).clone(), options);
  batch.finish();
  return out;
}

void check_continued(const tensor::AttentionOptions& options) {
  constexpr int64_t kTokens = 75;
  const at::Tensor qkv = values(kTokens, 0.37);
  const at::Tensor whole = tensor::attention(qkv.clone(), tensor::Packing::from_lengths({kTokens}), options);
  const auto is_near = [](const at::Tensor& got, const at::Tensor& wanted) {
    return at::allclose(got, wanted, 1e-5, 1e-6);
  };
  const std::vector<int32_t> all = tokens(kTokens);
  tensor::KvCache cache(shape(), 256);
  cache.begin(1, std::span(all).first(40));
  CHECK(is_near(continued(cache, 1, qkv, options), whole.narrow(0, 0, 40)));
  cache.append(1, std::span(all).subspan(40, 30));
  CHECK(is_near(continued(cache, 1, qkv, options), whole.narrow(0, 40, 30)));
  cache.fork(1, 2);
  for (int32_t token = 70; token < kTokens; ++token) {
    for (const uint64_t id : {1, 2}) {
      cache.append(id, {&token, 1});
      CHECK(is_near(continued(cache, id, qkv, options), whole.narrow(0, token, 1)));
    }
  }
}

TEST_CASE("attention from the cache equals that of the packed sequence, with windows, caps and partly turned heads") {
  check_continued(rules());
}

TEST_CASE("attention from the cache adds the biases of distances") {
  tensor::AttentionOptions options{.num_heads = kHeads, .num_kv_heads = kKvHeads, .causal = true, .scale = 1};
  options.distances.rows = at::arange(-99, 100, at::kLong).clamp(-3, 20).add(3).to(at::kInt);
  options.distances.bias = at::sin(at::arange(kHeads * 24, at::kFloat)).view({kHeads, 24});
  check_continued(options);
}

TEST_CASE("a batch knows the new tokens of each sequence and their positions") {
  tensor::KvCache cache(shape(), 256);
  cache.begin(5, tokens(3));
  const tensor::KvBatch first = cache.batch({5});
  CHECK(first.ids().size(0) == 3);
  first.finish();
  const int32_t next = 42;
  cache.append(5, {&next, 1});
  cache.begin(6, tokens(2));
  const tensor::KvBatch both = cache.batch({5, 6});
  CHECK(both.packing().offsets == std::vector<int64_t>{0, 1, 3});
  CHECK(both.packing().first_positions == std::vector<int64_t>{3, 0});
  CHECK(both.max_length() == 4);
  CHECK(both.ids()[0].item<int64_t>() == 42);
  CHECK(both.tokens(0).size() == 4);
  CHECK(both.packing().positions()[0].item<int64_t>() == 3);
}

TEST_CASE("bytes of a token, and a number format that no cache has") {
  CHECK(shape(at::kBFloat16).bytes_of_token() == 2 * 2 * kKvHeads * kWidth * 2);
  const Error error = expect_error([] { tensor::KvCache(shape(at::kDouble), 64); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "a cache of keys and values in Double"));
  const Error empty = expect_error([] { tensor::KvCache({0, kKvHeads, kWidth, at::kFloat}, 64); });
  CHECK(contains(empty.what(), "a model without layers"));
}

}  // namespace kv_cache_test
