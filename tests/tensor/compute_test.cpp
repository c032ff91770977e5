#include "tensor/compute.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "kernel/cpu.h"
#include "tensor/threads.h"

using namespace hone;

namespace {

// Puts the level in use and the number of threads back.
struct Restore {
  kernel::CpuLevel level = kernel::cpu_level();
  int threads = tensor::num_threads();
  ~Restore() {
    kernel::set_cpu_level(level);
    tensor::set_num_threads(threads);
  }
};

}  // namespace

TEST_CASE("auto takes bf16 where it is native, and says why or why not") {
  const Restore restore;
  const tensor::Compute best = tensor::prepare_compute({.num_threads = 1, .device = "cpu"});
  CHECK((best.dtype == at::kBFloat16) == kernel::has_native_bf16());
  CHECK(contains(best.reason, "the processor has"));
  kernel::set_cpu_level(kernel::CpuLevel::kScalar);
  const tensor::Compute plain = tensor::prepare_compute({.num_threads = 1, .device = "cpu"});
  CHECK((plain.dtype == at::kFloat));
  CHECK(contains(tensor::describe(plain), "cpu, 1 threads, fp32 ("));
}

TEST_CASE("what is asked for is taken") {
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
