// Precision-recall and ROC curves of the labels, at most of the ten with the most rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "metric/ranking.h"
#include "metric/report.h"

namespace hone::metric {

// Returns the data of a panel "curve". `x` and `y` name the axes; `lines` is [{"name", "points": [[x, y], ...]}, ...].
Json curve_panel(std::string_view x, std::string_view y, Json lines, bool has_diagonal);

class LabelCurves {
 public:
  // `num_rows`: the number of rows of each label, by id. Keeps a reference to `labels`.
  LabelCurves(std::span<const uint64_t> num_rows, const std::vector<std::string>& labels);

  void add(size_t label, const Ranking& ranking);
  void append_to(Report& report) const;

 private:
  const std::vector<std::string>& labels_;
  std::unordered_set<size_t> drawn_;
  Json roc_ = Json::array(), precision_recall_ = Json::array();
};

}  // namespace hone::metric
