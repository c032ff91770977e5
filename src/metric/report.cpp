#include "metric/report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

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

double Report::value(std::string_view name) const {
  const auto found = std::ranges::find(values, name, &std::pair<std::string_view, double>::first);
  check_internal(found != values.end(), "the report has this value");
  return found->second;
}

void NonfiniteRows::add(uint64_t row) {
  first = count == 0 ? row : std::min(first, row);
  ++count;
}

void Report::spoil_if_nonfinite() {
  if (nonfinite.count == 0) return;
  loss = std::numeric_limits<double>::quiet_NaN();
  for (auto& [name, value] : values) value = loss;
}

Json to_json(const Panel& panel) {
  return {{"kind", panel.kind}, {"name", panel.name}, {"title", panel.title}, {"data", panel.data}};
}

Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace hone::metric
