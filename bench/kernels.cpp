// Measures hone's kernels beside libtorch's operations at each level of this processor except scalar, the tests'
// reference. Accepts Google Benchmark's flags (--benchmark_filter=attention, --benchmark_repetitions=5), and
// OMP_NUM_THREADS. Prints Google Benchmark's table, then how many times faster hone is, by the medians of repetitions.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>

#include "kernel/cpu.h"
#include "kernels/comparison.h"

namespace hone::bench {

namespace {

using kernel::CpuLevel;

constexpr std::string_view kTorch = "torch";

std::vector<Comparison> comparisons() {
  std::vector<Comparison> all;
  for (const auto& list : {attention_comparisons(), row_comparisons(), optimizer_comparisons()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

void add_benchmark(const std::string& name, std::string_view runner, const std::function<Step()>& make,
                   CpuLevel level) {
  const auto run = [make, level](benchmark::State& state) {
    kernel::set_cpu_level(level);
    const Step step = make();
    step();
    for ([[maybe_unused]] auto _ : state) step();
  };
  benchmark::RegisterBenchmark(fmt::format("{}/{}", name, runner).c_str(), run)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

void add_comparison(const Comparison& comparison) {
  const CpuLevel best = kernel::detected_cpu_level();
  add_benchmark(comparison.name, kTorch, comparison.torch, best);
  for (int i = static_cast<int>(CpuLevel::kAvx2); i <= static_cast<int>(best); ++i) {
    const auto level = static_cast<CpuLevel>(i);
    kernel::set_cpu_level(level);
    if (comparison.needs_bf16 && !kernel::has_native_bf16()) continue;
    add_benchmark(comparison.name, kernel::cpu_level_name(level), comparison.hone, level);
  }
}

// Prints Google Benchmark's table, then the ratios.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name != "median") continue;
      const std::string& name = run.run_name.function_name;
      const size_t slash = name.rfind('/');
      milliseconds_[name.substr(0, slash)][name.substr(slash + 1)] = run.GetAdjustedRealTime();
    }
  }

  void Finalize() override {
    GetOutputStream() << fmt::format("\n{} threads; torch's time / hone's\n", at::get_num_threads());
    for (const auto& [name, times] : milliseconds_) {
      const auto torch = times.find(std::string(kTorch));
      for (const auto& [runner, time] : times) {
        if (torch == times.end() || runner == kTorch) continue;
        GetOutputStream() << fmt::format("{:<48} {:<8} {:6.2f}\n", name, runner, torch->second / time);
      }
    }
  }

 private:
  std::map<std::string, std::map<std::string, double>> milliseconds_;
};

}  // namespace

}  // namespace hone::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const hone::bench::Comparison& comparison : hone::bench::comparisons()) {
    hone::bench::add_comparison(comparison);
  }
  hone::bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
