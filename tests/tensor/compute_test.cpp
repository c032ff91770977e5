#include "tensor/compute.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>

#include "base/machine.h"
#include "expect_error.h"
#include "kernel/cpu.h"

using namespace hone;

namespace {

// Restores the current level and the number of threads.
struct Restore {
  kernel::CpuLevel level = kernel::cpu_level();
  int threads = tensor::num_threads();
  ~Restore() {
    kernel::set_cpu_level(level);
    tensor::set_num_threads(threads);
  }
};

}  // namespace

TEST_CASE("auto chooses bf16 if it is native, and states the reason") {
  const Restore restore;
  const tensor::Compute best = tensor::prepare_compute({.num_threads = 1, .device = "cpu"});
  CHECK((best.dtype == at::kBFloat16) == kernel::has_native_bf16());
  CHECK(contains(best.reason, "the processor has"));
  kernel::set_cpu_level(kernel::CpuLevel::kScalar);
  const tensor::Compute plain = tensor::prepare_compute({.num_threads = 1, .device = "cpu"});
  CHECK((plain.dtype == at::kFloat));
  CHECK(contains(tensor::describe(plain), "cpu, 1 thread, fp32 ("));
}

TEST_CASE("explicit settings are used") {
  const Restore restore;
  CHECK((tensor::prepare_compute({.device = "cpu", .precision = "fp32"}).dtype == at::kFloat));
  tensor::prepare_compute({.num_threads = 1, .device = "cpu"});
  CHECK(tensor::num_threads() == 1);
  if (!kernel::has_native_bf16()) return;
  CHECK((tensor::prepare_compute({.device = "cpu", .precision = "bf16"}).dtype == at::kBFloat16));
}

TEST_CASE("a precision or a device that the machine lacks is an error") {
  const Restore restore;
  kernel::set_cpu_level(kernel::CpuLevel::kScalar);
  const Error precision = expect_error([] { tensor::prepare_compute({.device = "cpu", .precision = "bf16"}); });
  CHECK(precision.kind() == ErrorKind::kUnsupported);
  CHECK(contains(precision.what(), "no bf16 instructions"));
#ifndef HONE_WITH_CUDA
  const Error device = expect_error([] { tensor::prepare_compute({.device = "cuda"}); });
  CHECK(device.kind() == ErrorKind::kUnsupported);
  CHECK(contains(device.what(), "no CUDA device"));
#endif
}

TEST_CASE("the number of threads can be set, and 0 means one per core") {
  const int before = tensor::num_threads();
  tensor::set_num_threads(2);
  CHECK(tensor::num_threads() == 2);
  tensor::set_num_threads(0);
  CHECK(tensor::num_threads() == this_machine().num_useful_threads());
  tensor::set_num_threads(before);
}

TEST_CASE("a negative number of threads is an error") {
  const Error error = expect_error([] { tensor::set_num_threads(-1); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "-1"));
}

TEST_CASE("a tensor that is already on the device is returned unchanged") {
  const at::Tensor tensor = at::arange(5);
  CHECK(tensor::on_device(tensor, at::kCPU).is_same(tensor));
}

TEST_CASE("a tensor keeps its shape and type on another device") {
  const at::Tensor moved = tensor::on_device(at::ones({2, 3}, at::kLong), at::kMeta);
  CHECK(moved.is_meta());
  CHECK(moved.sizes() == at::IntArrayRef({2, 3}));
  CHECK((moved.scalar_type() == at::kLong));
}
