// Chooses bf16 only if it is native, because emulated bf16 is many times slower than fp32.
#include "tensor/compute.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <omp.h>
#include <torch/csrc/api/include/torch/cuda.h>

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/machine.h"
#include "kernel/cpu.h"

namespace hone::tensor {

namespace {

at::Device choose_device(const std::string& name) {
  const bool has_cuda = torch::cuda::is_available();
  if (name == kCuda && !has_cuda) {
    throw Error(ErrorKind::kUnsupported, "device is \"cuda\", but libtorch finds no CUDA device here",
                "leave --device out to compute on the processor; `hone devices` lists the available devices");
  }
  return has_cuda && name != kCpu ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

std::string bf16_unit() { return kernel::cpu_level() == kernel::CpuLevel::kAmx ? "AMX" : "AVX-512 BF16"; }

std::string why_not_bf16() {
  if (kernel::cpu_level() < kernel::detected_cpu_level()) {
    return fmt::format("HONE_CPU={} has no bf16 instructions", kernel::cpu_level_name(kernel::cpu_level()));
  }
  return "the processor has no bf16 instructions (AMX or AVX-512 BF16)";
}

void choose_precision(const std::string& name, Compute& compute) {
  const bool is_cpu = compute.device.is_cpu();
  const bool has_bf16 = !is_cpu || kernel::has_native_bf16();
  if (name == kBf16 && !has_bf16) {
    throw Error(ErrorKind::kUnsupported, fmt::format("precision is \"bf16\", but {}", why_not_bf16()),
                "leave --precision out: fp32 is faster than emulated bf16");
  }
  compute.dtype = has_bf16 && name != kFp32 ? at::kBFloat16 : at::kFloat;
  if (name != kAuto) {
    compute.reason = "as asked";
  } else if (!has_bf16) {
    compute.reason = why_not_bf16();
  } else {
    compute.reason = is_cpu ? fmt::format("the processor has {}", bf16_unit()) : "native on the GPU";
  }
}

}  // namespace

void set_num_threads(int num_threads) {
  if (num_threads < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("num_threads is {}", num_threads), "give 0 (all cores) or more");
  }
  // libtorch's kernels divide their work by the number of threads that they ask for. OpenMP must give as many, or parts
  // of a result are never computed.
  omp_set_dynamic(0);
  const int wanted = num_threads == 0 ? this_machine().num_useful_threads() : num_threads,
            limit = omp_get_thread_limit();
  if (num_threads > limit)
    log_warning("num_threads is {}, but OMP_THREAD_LIMIT is {}: {} is used", num_threads, limit, limit);
  at::set_num_threads(std::min(wanted, limit));
}

int num_threads() { return at::get_num_threads(); }

at::Tensor on_device(const at::Tensor& tensor, at::Device device) {
  if (tensor.device() == device) return tensor;
  const bool by_pinned_memory = tensor.device().is_cpu() && device.is_cuda();
  return (by_pinned_memory ? tensor.pin_memory() : tensor).to(device, /*non_blocking=*/true);
}

Compute prepare_compute(const ComputeOptions& options) {
  set_num_threads(static_cast<int>(options.num_threads));
  Compute compute;
  compute.device = choose_device(options.device);
  choose_precision(options.precision, compute);
  return compute;
}

std::string_view precision_name(at::ScalarType dtype) { return dtype == at::kBFloat16 ? kBf16 : kFp32; }

at::ScalarType weight_format(const WeightOptions& options, const Compute& compute) {
  if (options.dtype == kAuto) return compute.dtype;
  return options.dtype == kBfloat16 ? at::kBFloat16 : at::kFloat;
}

std::string describe(const Compute& compute) {
  return fmt::format("{}, {}, {} ({})", compute.device.str(), counted(static_cast<uint64_t>(num_threads()), "thread"),
                     precision_name(compute.dtype), compute.reason);
}

}  // namespace hone::tensor
