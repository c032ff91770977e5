#include "tensor/allocator.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>
#include <sys/mman.h>

#include <thread>

#include "base/machine.h"
#include "expect_error.h"

namespace allocator_test {

using namespace hone;

constexpr int64_t kMiB = int64_t{1} << 20;

at::Tensor bytes(int64_t size) { return at::empty({size}, at::kByte); }

TEST_CASE("tensors of all sizes are aligned and keep their values, and large ones are counted") {
  tensor::install_caching_allocator();
  tensor::install_caching_allocator();  // the second call does nothing
  const uint64_t before = tensor::allocator_statistics().in_use_bytes;
  for (const int64_t size : {int64_t{0}, int64_t{1}, int64_t{1000}, kMiB / 4 - 1, kMiB / 4, kMiB, 5 * kMiB + 3}) {
    at::Tensor tensor = bytes(size).fill_(7);
    CHECK(reinterpret_cast<uintptr_t>(tensor.data_ptr()) % 64 == 0);
    CHECK(tensor.eq(7).all().item<bool>());
    CHECK((tensor::allocator_statistics().in_use_bytes > before) == (size >= kMiB / 4));
    tensor.resize_({2 * size + 1});
    tensor.slice(0, 0, size).eq(7).all();
  }
  CHECK(tensor::allocator_statistics().in_use_bytes == before);
}

TEST_CASE("freed memory is kept for the next tensor, and returned to the system on demand") {
  tensor::install_caching_allocator();
  const void* first = bytes(8 * kMiB).fill_(1).data_ptr();
  CHECK(tensor::allocator_statistics().cached_bytes >= 6 * kMiB);
  const uint64_t fresh = tensor::allocator_statistics().fresh_bytes;
  CHECK(bytes(8 * kMiB).data_ptr() == first);
  CHECK(tensor::allocator_statistics().fresh_bytes == fresh);
  CHECK(tensor::allocator_statistics().peak_in_use_bytes >= 8 * kMiB);
  CHECK(tensor::allocator_statistics().peak_held_bytes >= 8 * kMiB);
  CHECK(tensor::release_cached_memory() >= 6 * kMiB);
}

TEST_CASE("a request beyond the machine's memory is an error that names the request, the memory in use and the limit") {
  tensor::install_caching_allocator();
  const uint64_t limit = tensor::allocator_statistics().limit_bytes;
  CHECK(limit < this_machine().usable_memory());
  const at::Tensor kept = bytes(512 * kMiB);  // never touched, so it costs nothing
  const Error error = expect_error([&] { bytes(static_cast<int64_t>(limit - limit / 100)); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(contains(error.what(), fmt::format("out of memory: a tensor of {} bytes", limit - limit / 100)));
  CHECK(contains(error.what(), " GiB are in use, and the limit is "));
  CHECK(contains(error.hint(), "--per-device-train-batch-size"));
  CHECK(bytes(kMiB).fill_(1).eq(1).all().item<bool>());  // allocation still works
}

TEST_CASE("the error passes through a backward pass unchanged") {
  tensor::install_caching_allocator();
  const auto limit = static_cast<int64_t>(tensor::allocator_statistics().limit_bytes);
  const Error error = expect_error([&] {
    const at::Tensor doubled = at::ones({1}).requires_grad_(true) * 2;
    doubled.register_hook([&](const at::Tensor&) { return bytes(2 * limit); });
    doubled.sum().backward();
  });
  CHECK(contains(error.what(), "out of memory"));
}

TEST_CASE("memory from other allocators is freed by its owner") {
  tensor::install_caching_allocator();
  static bool freed = false;
  char buffer[16] = {};
  {
    const at::Tensor tensor = at::from_blob(buffer, {16}, [](void*) { freed = true; }, at::kByte);
  }
  CHECK(freed);
}

TEST_CASE("a tensor may be freed by another thread than the allocating one") {
  tensor::install_caching_allocator();
  const uint64_t before = tensor::allocator_statistics().in_use_bytes;
  for (int i = 0; i < 20; ++i) {
    at::Tensor tensor = bytes((1 + i) * kMiB).fill_(i);
    std::thread([moved = std::move(tensor)]() mutable { moved = at::Tensor(); }).join();
  }
  CHECK(tensor::allocator_statistics().in_use_bytes == before);
}

}  // namespace allocator_test
