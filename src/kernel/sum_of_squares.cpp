// Each block of elements has its own sum. The sums are added in the order of the blocks, whichever thread made them.
#include "kernel/sum_of_squares.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/sum_of_squares.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file again.
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace hone::kernel::HWY_NAMESPACE {

double stretch_sum(const float* data, int64_t size) {
  const hn::ScalableTag<double> doubles;
  const hn::Rebind<float, hn::ScalableTag<double>> floats;
  const auto lanes = static_cast<int64_t>(hn::Lanes(doubles));
  auto sum0 = hn::Zero(doubles), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  int64_t i = 0;
  const auto add = [&](auto& sum, int64_t place) HWY_ATTR {
    const auto values = hn::PromoteTo(doubles, hn::LoadU(floats, data + place));
    sum = hn::MulAdd(values, values, sum);
  };
  for (; i + 4 * lanes <= size; i += 4 * lanes) {
    add(sum0, i);
    add(sum1, i + lanes);
    add(sum2, i + 2 * lanes);
    add(sum3, i + 3 * lanes);
  }
  for (; i + lanes <= size; i += lanes) add(sum0, i);
  double sum = hn::GetLane(hn::SumOfLanes(doubles, hn::Add(hn::Add(sum0, sum1), hn::Add(sum2, sum3))));
  for (; i < size; ++i) sum += static_cast<double>(data[i]) * data[i];
  return sum;
}

}  // namespace hone::kernel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <numeric>
#include <vector>

#include "kernel/concatenation.h"
#include "kernel/cpu.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

constexpr int64_t kBlock = 16384;

double plain_stretch_sum(const float* data, int64_t size) {
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += static_cast<double>(data[i]) * data[i];
  return sum;
}

}  // namespace

double sum_of_squares(std::span<const FloatArray> arrays) {
  Concatenation all;
  for (const FloatArray& array : arrays) all.append(array.size);
  const auto sum_of = cpu_level() == CpuLevel::kScalar ? plain_stretch_sum : HONE_KERNEL(stretch_sum);
  std::vector<double> sums(static_cast<size_t>((all.size() + kBlock - 1) / kBlock));
  parallel_ranges(static_cast<int64_t>(sums.size()), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t block = begin; block < end; ++block) {
      all.for_each_stretch(block * kBlock, std::min(all.size(), (block + 1) * kBlock),
                           [&](size_t array, int64_t first, int64_t count) {
                             sums[static_cast<size_t>(block)] += sum_of(arrays[array].data + first, count);
                           });
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace hone::kernel
#endif
