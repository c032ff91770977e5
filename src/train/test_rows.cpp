#include "train/test_rows.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "eval/evaluate.h"

namespace hone::train {

namespace {

constexpr double kConfidence = 0.95;

std::string number_text(double value, bool in_percent) {
  return in_percent ? fmt::format("{:.2f}%", 100 * value) : fmt::format("{:.4f}", value);
}

// "f1_macro" is "F1 Macro".
std::string title_of(std::string_view name) {
  std::string title(name);
  bool is_first = true;
  for (char& c : title) {
    if (is_first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    is_first = c == '_';
    if (is_first) c = ' ';
  }
  return title;
}

std::string interval_text(const metric::Interval& interval, bool in_percent) {
  return fmt::format("{} to {}", number_text(interval.low, in_percent), number_text(interval.high, in_percent));
}

// Calls `write` with each metric of the log, its value and its interval.
template <typename Write>
void each_shown(const metric::Report& report, std::span<const metric::Metric> metrics, const Write& write) {
  for (const metric::Metric& metric : metrics) {
    if (metric.in_log) write(metric, report.value(metric.name), report.interval(metric.name));
  }
}

}  // namespace

std::optional<metric::Report> evaluate_test_rows(const model::Model& model, const task::Examples& rows,
                                                 int64_t batch_size, uint64_t seed) {
  metric::BootstrapOptions bootstrap;
  bootstrap.confidence = kConfidence;
  bootstrap.seed = seed;
  auto result = eval::evaluate(model, rows, {.batch_size = batch_size, .bootstrap = bootstrap, .keep_going = [] {
                                               return pending_interrupt() == 0;
                                             }});
  if (!result) return std::nullopt;
  return std::move(result->report);
}

Json test_results_json(const metric::Report& report) {
  Json json = {{"test_samples", report.num_rows}, {"test_loss", metric::finite_or_null(report.loss)}};
  Json intervals = Json::object();
  for (const auto& [name, value] : report.values) {
    const std::string key = fmt::format("test_{}", name);
    json[key] = metric::finite_or_null(value);
    if (const auto interval = report.interval(name)) intervals[key] = {interval->low, interval->high};
  }
  json["confidence"] = report.confidence;
  json["intervals"] = std::move(intervals);
  return json;
}

std::vector<std::string> described_test(const metric::Report& report, std::span<const metric::Metric> metrics) {
  std::vector<std::string> lines = {fmt::format("Test Loss: {:.4f}", report.loss)};
  each_shown(report, metrics, [&](const metric::Metric& metric, double value, const auto& interval) {
    std::string line = fmt::format("Test {}: {}", title_of(metric.name), number_text(value, metric.in_percent));
    if (interval) {
      line +=
          fmt::format(" ({:.0f}% interval {})", 100 * report.confidence, interval_text(*interval, metric.in_percent));
    }
    lines.push_back(std::move(line));
  });
  return lines;
}

std::string test_table(const metric::Report& report, std::span<const metric::Metric> metrics) {
  std::string table = fmt::format("| metric | value | {:.0f}% interval |\n|---|---|---|\n| loss | {:.4f} | |\n",
                                  100 * kConfidence, report.loss);
  each_shown(report, metrics, [&](const metric::Metric& metric, double value, const auto& interval) {
    table += fmt::format("| {} | {} | {} |\n", metric.name, number_text(value, metric.in_percent),
                         interval ? interval_text(*interval, metric.in_percent) : "");
  });
  return table;
}

}  // namespace hone::train
