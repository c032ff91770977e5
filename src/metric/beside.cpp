#include "metric/beside.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/terminal.h"
#include "metric/bootstrap.h"
#include "metric/report_output.h"

namespace hone::metric {

namespace {

constexpr size_t kMaxNameColumns = 30;

// The end of a long name, which tells models of one folder apart.
std::string short_name(const std::string& name) {
  if (columns_of(name) <= kMaxNameColumns) return name;
  size_t begin = name.find_last_of('/', name.size() - 2);
  begin = begin == std::string::npos ? 0 : begin + 1;
  return std::string(first_columns(std::string_view(name).substr(begin), kMaxNameColumns));
}

std::string padded_name(const std::string& name, size_t width) {
  return name + std::string(width - columns_of(name), ' ');
}

}  // namespace

BesideRows::BesideRows(const std::vector<bool>& first, const std::vector<bool>& second) {
  check_internal(first.size() == second.size(), "both models are evaluated on the same rows");
  for (size_t row = 0; row < first.size(); ++row) {
    ++(first[row] ? second[row] ? both : first_only : second[row] ? second_only : neither);
  }
  mcnemar_p = metric::mcnemar_p_value(first_only, second_only);
}

std::string beside_text(const BesideModel& first, const BesideModel& second) {
  const std::string names[] = {short_name(first.name), short_name(second.name)};
  size_t width = 10;
  for (const std::string_view name : first.report.headline) width = std::max(width, name.size());
  const size_t first_width = std::max<size_t>(8, columns_of(names[0]));
  std::string text = fmt::format("{:<{}}  {}  {}\n", "", width, padded_name(names[0], first_width), names[1]);
  const auto line = [&](std::string_view name, double a, double b) {
    text += fmt::format("{:<{}}  {:<{}.4f}  {:.4f}\n", name, width, a, first_width, b);
  };
  line("loss", first.report.loss, second.report.loss);
  for (const std::string_view name : first.report.headline) {
    if (std::ranges::find(second.report.headline, name) == second.report.headline.end()) continue;
    line(name, first.report.value(name), second.report.value(name));
  }
  const BesideRows rows(first.right, second.right);
  text += fmt::format("\nrows that are right in both {}, only in {} {}, only in {} {}, in neither {}\n", rows.both,
                      names[0], rows.first_only, names[1], rows.second_only, rows.neither);
  text += fmt::format("McNemar's exact test: p {:.3g}{}\n", rows.mcnemar_p,
                      rows.mcnemar_p < 0.05 ? "" : ", so chance may explain the difference");
  return text;
}

Json beside_json(const BesideModel& first, const BesideModel& second) {
  const BesideRows rows(first.right, second.right);
  Json json = {{"model", second.name}};
  json.update(metric::report_json(second.report));
  json["both_right"] = rows.both;
  json["first_only_right"] = rows.first_only;
  json["second_only_right"] = rows.second_only;
  json["neither_right"] = rows.neither;
  json["mcnemar_p"] = rows.mcnemar_p;
  return json;
}

}  // namespace hone::metric
