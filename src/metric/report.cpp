#include "metric/report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/names.h"

namespace hone::metric {

std::string_view name_of(Better better) {
  switch (better) {
    case Better::kHigher:
      return "higher";
    case Better::kLower:
      return "lower";
    case Better::kNeither:
      return "neither";
  }
  return "";
}

const Metric* find_metric(std::span<const Metric> metrics, std::string_view name) {
  if (name == kLoss.name) return &kLoss;
  const auto found = std::ranges::find(metrics, name, &Metric::name);
  return found == metrics.end() ? nullptr : &*found;
}

const Metric& known_metric(std::span<const Metric> metrics, std::string_view option, std::string_view name) {
  if (const Metric* const found = find_metric(metrics, name)) return *found;
  std::vector<std::string> known = {std::string(kLoss.name)};
  for (const Metric& metric : metrics) known.emplace_back(metric.name);
  throw unknown_name(ErrorKind::kUsage, option, name, known);
}

const Metric& comparable_metric(std::span<const Metric> metrics, std::string_view option, std::string_view name) {
  const Metric& metric = known_metric(metrics, option, name);
  if (metric.better != Better::kNeither) return metric;
  throw Error(ErrorKind::kUsage, fmt::format("{}: neither a higher nor a lower {} is better", option, name),
              "choose another metric, such as loss");
}

namespace {

size_t index_of(const Report& report, std::string_view name) {
  const auto found = std::ranges::find(report.values, name, &std::pair<std::string_view, double>::first);
  check_internal(found != report.values.end(), "the report has this value");
  return static_cast<size_t>(found - report.values.begin());
}

}  // namespace

double Report::value(std::string_view name) const { return values[index_of(*this, name)].second; }

std::optional<Interval> Report::interval(std::string_view name) const {
  if (intervals.empty()) return std::nullopt;
  const Interval found = intervals[index_of(*this, name)];
  return std::isfinite(found.low) && std::isfinite(found.high) ? std::optional(found) : std::nullopt;
}

void NonfiniteRows::add(uint64_t row) {
  first = count == 0 ? row : std::min(first, row);
  ++count;
}

void Report::spoil_if_nonfinite() {
  if (nonfinite.count == 0) return;
  loss = std::numeric_limits<double>::quiet_NaN();
  for (auto& [name, value] : values) value = loss;
  intervals.clear();
}

Json to_json(const Panel& panel) {
  return {{"kind", panel.kind}, {"name", panel.name}, {"title", panel.title}, {"data", panel.data}};
}

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace hone::metric
