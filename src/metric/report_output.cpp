#include "metric/report_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/terminal.h"

namespace hone::metric {

namespace {

constexpr size_t kMaxTableRows = 50, kMaxMatrixLabels = 12, kMinNameWidth = 12;

std::string padded(const std::string& text, size_t width) {
  return text + std::string(width > columns_of(text) ? width - columns_of(text) : 0, ' ');
}

std::string right_aligned(const std::string& text, size_t width) {
  return std::string(width > columns_of(text) ? width - columns_of(text) : 0, ' ') + text;
}

std::string without_end_spaces(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Counts without a fraction, other numbers with four digits of it.
std::string cell_text(const Json& value) {
  if (value.is_number_integer()) return value.dump();
  return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "-";
}

// A table panel as text.
class TableText {
 public:
  explicit TableText(const Json& data) : data_(data) {
    for (const auto& [name, row] : data["rows"].items()) rows_.push_back({&name, &row});
    listed_.resize(rows_.size());
    std::iota(listed_.begin(), listed_.end(), size_t{0});
    if (rows_.size() > kMaxTableRows) keep_largest();
    for (const size_t row : listed_) name_width_ = std::max(name_width_, columns_of(*rows_[row].name));
    for (const Json& column : data["columns"]) columns_.push_back(column.get<std::string>());
  }

  std::string text() const {
    std::string text = padded(data_["key"].get<std::string>(), name_width_);
    for (const std::string& column : columns_) text += "  " + right_aligned(column, width_of(column));
    text += '\n';
    for (const size_t row : listed_) text += line(*rows_[row].name, *rows_[row].values);
    if (listed_.size() < rows_.size()) {
      text += fmt::format("... and {} labels with fewer rows: see --json\n", rows_.size() - listed_.size());
    }
    if (data_.contains("averages")) {
      for (const auto& [name, values] : data_["averages"].items()) text += line(name, values);
    }
    return text;
  }

 private:
  struct Row {
    const std::string* name;
    const Json* values;
  };

  static size_t width_of(const std::string& column) { return std::max<size_t>(column.size(), 6); }

  std::string line(const std::string& name, const Json& values) const {
    std::string text = padded(name, name_width_);
    for (const std::string& column : columns_) {
      text += "  " + right_aligned(cell_text(values.value(column, Json())), width_of(column));
    }
    return text + '\n';
  }

  // Lists the rows with the highest support, in the table's order.
  void keep_largest() {
    const auto support = [&](size_t row) { return rows_[row].values->value("support", uint64_t{0}); };
    std::ranges::stable_sort(listed_, [&](size_t a, size_t b) { return support(a) > support(b); });
    listed_.resize(kMaxTableRows);
    std::ranges::sort(listed_);
  }

  const Json& data_;
  std::vector<Row> rows_;
  std::vector<size_t> listed_;
  std::vector<std::string> columns_;
  size_t name_width_ = kMinNameWidth;
};

std::string table_text(const Panel& panel) { return TableText(panel.data).text(); }

std::string matrix_text(const Panel& panel) {
  const auto labels = panel.data["labels"].get<std::vector<std::string>>();
  if (labels.size() > kMaxMatrixLabels)
    return fmt::format("confusion matrix of {} labels: see --json\n", labels.size());
  size_t width = kMinNameWidth;
  for (const std::string& label : labels) width = std::max(width, columns_of(label));
  std::string text = padded("true \\ predicted", width + 4);
  for (const std::string& label : labels) text += "  " + padded(label, 8);
  text = without_end_spaces(text) + '\n';
  for (size_t row = 0; row < labels.size(); ++row) {
    std::string line = padded(labels[row], width + 4);
    for (size_t column = 0; column < labels.size(); ++column) {
      line += "  " + padded(panel.data["counts"][row][column].dump(), std::max<size_t>(8, columns_of(labels[column])));
    }
    text += without_end_spaces(line) + '\n';
  }
  return text;
}

// The kinds that a terminal can draw; the pages draw every kind.
struct Drawing {
  std::string_view kind;
  std::string (*text)(const Panel& panel);
};
constexpr Drawing kDrawings[] = {{"table", table_text}, {"matrix", matrix_text}};

// What --json has under the panel's name.
const Json& flat(const Panel& panel) {
  if (panel.kind == "matrix") return panel.data["counts"];
  return panel.kind == "table" ? panel.data["rows"] : panel.data;
}

// {"accuracy": [low, high]}, without metrics that have no interval.
Json intervals_json(const Report& report) {
  Json intervals = Json::object();
  for (const auto& [name, value] : report.values) {
    if (const auto limits = report.interval(name)) intervals[std::string(name)] = {limits->low, limits->high};
  }
  return intervals;
}

}  // namespace

std::string report_text(const Report& report) {
  size_t width = 10;
  for (const std::string_view name : report.headline) width = std::max(width, name.size() + 1);
  std::string text =
      fmt::format("{:<{}}{}\n{:<{}}{:.4f}\n", "rows", width, report.num_rows, "loss", width, report.loss);
  for (const std::string_view name : report.headline) {
    text += fmt::format("{:<{}}{:.4f}", name, width, report.value(name));
    if (const auto limits = report.interval(name)) text += fmt::format("  {:.4f} to {:.4f}", limits->low, limits->high);
    text += '\n';
  }
  if (!report.intervals.empty()) {
    text += fmt::format("{:<{}}({:g} % of the resamples of the rows lie within these limits)\n", "", width,
                        100 * report.confidence);
  }
  if (!report.remark.empty()) text += fmt::format("{:<{}}({})\n", "", width, report.remark);
  for (const Panel& panel : report.panels) {
    const auto drawing = std::ranges::find(kDrawings, panel.kind, &Drawing::kind);
    if (drawing != std::end(kDrawings)) text += "\n" + drawing->text(panel);
  }
  return text;
}

Json report_json(const Report& report) {
  Json json = {{"rows", report.num_rows}, {"loss", finite_or_null(report.loss)}};
  for (const auto& [name, value] : report.values) json[std::string(name)] = finite_or_null(value);
  if (!report.intervals.empty()) {
    json["confidence"] = report.confidence;
    json["intervals"] = intervals_json(report);
  }
  Json panels = Json::array();
  for (const Panel& panel : report.panels) {
    json[std::string(panel.name)] = flat(panel);
    panels.push_back({{"kind", panel.kind}, {"name", panel.name}, {"title", panel.title}});
  }
  json["panels"] = std::move(panels);
  return json;
}

}  // namespace hone::metric
