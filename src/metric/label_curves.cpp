#include "metric/label_curves.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

namespace hone::metric {

Json curve_panel(std::string_view x, std::string_view y, Json lines, bool has_diagonal) {
  Json data = {{"x", x}, {"y", y}};
  data["lines"] = std::move(lines);
  data["diagonal"] = has_diagonal;
  return data;
}

LabelCurves::LabelCurves(std::span<const uint64_t> num_rows, const std::vector<std::string>& labels) : labels_(labels) {
  constexpr size_t kMaxLines = 10;
  std::vector<size_t> order(labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](size_t label) { return num_rows[label]; });
  order.resize(std::min(order.size(), kMaxLines));
  drawn_ = {order.begin(), order.end()};
}

void LabelCurves::add(size_t label, const Ranking& ranking) {
  if (!drawn_.contains(label)) return;
  roc_.push_back({{"name", labels_[label]}, {"points", ranking.roc()}});
  precision_recall_.push_back({{"name", labels_[label]}, {"points", ranking.precision_recall()}});
}

void LabelCurves::append_to(Report& report) const {
  if (roc_.empty()) return;
  report.panels.push_back({"curve", "precision_recall", "Precision and recall",
                           curve_panel("recall", "precision", precision_recall_, false)});
  report.panels.push_back(
      {"curve", "roc", "ROC curve", curve_panel("false positive rate", "true positive rate", roc_, true)});
}

}  // namespace hone::metric
