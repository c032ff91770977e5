// Implements the registry and the text format.
#include "http/metrics.h"

#include <algorithm>

#include "base/error.h"

namespace hone::http {

namespace {

// Escapes `text` for the value of a label, or for a help line, which keeps quotes.
std::string escaped(std::string_view text, bool quotes = true) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

// Returns a="x",b="y".
std::string label_text(const Labels& labels) {
  std::string result;
  for (const auto& [name, value] : labels) {
    result += fmt::format("{}{}=\"{}\"", result.empty() ? "" : ",", name, escaped(value));
  }
  return result;
}

std::string in_braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

void write_histogram(const std::string& name, const std::string& labels, const Histogram& histogram, std::string& out) {
  const std::string before = labels.empty() ? "" : labels + ",";
  const auto& bounds = histogram.bounds();
  for (size_t i = 0; i < bounds.size(); ++i) {
    out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, before, bounds[i], histogram.count_up_to(i));
  }
  const uint64_t all = histogram.count_up_to(bounds.size());
  out += fmt::format("{}_bucket{{{}le=\"+Inf\"}} {}\n", name, before, all);
  out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, in_braces(labels), histogram.sum(), name, in_braces(labels),
                     all);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

uint64_t Histogram::count_up_to(size_t i) const {
  uint64_t count = 0;
  for (size_t k = 0; k <= i; ++k) count += buckets_[k].load(std::memory_order_relaxed);
  return count;
}

std::vector<double> duration_bounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Metrics::Family& Metrics::family(const std::string& name, const std::string& doc, const std::string& type) {
  Family& family = families_[name];
  check_internal(family.type.empty() || family.type == type, "one metric of two types");
  family.doc = doc;
  family.type = type;
  return family;
}

Counter& Metrics::counter(const std::string& name, const std::string& doc, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Counter*& slot = family(name, doc, "counter").counters[label_text(labels)];
  if (slot == nullptr) slot = &counters_.emplace_back();
  return *slot;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& doc, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  Gauge*& slot = family(name, doc, "gauge").gauges[label_text(labels)];
  if (slot == nullptr) slot = &gauges_.emplace_back();
  return *slot;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& doc, const Labels& labels,
                              std::vector<double> bounds) {
  const std::lock_guard lock(mutex_);
  Histogram*& slot = family(name, doc, "histogram").histograms[label_text(labels)];
  if (slot == nullptr) slot = &histograms_.emplace_back(std::move(bounds));
  return *slot;
}

void Metrics::write_family(const std::string& name, const Family& family, std::string& out) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.doc, false), name, family.type);
  for (const auto& [labels, counter] : family.counters) {
    out += fmt::format("{}{} {}\n", name, in_braces(labels), counter->value());
  }
  for (const auto& [labels, gauge] : family.gauges) {
    out += fmt::format("{}{} {}\n", name, in_braces(labels), gauge->value());
  }
  for (const auto& [labels, histogram] : family.histograms) write_histogram(name, labels, *histogram, out);
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) write_family(name, family, out);
  return out;
}

}  // namespace hone::http
