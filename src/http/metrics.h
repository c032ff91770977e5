// Metrics for Prometheus: counters, gauges and histograms. Any thread may change them without a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::http {

using Labels = std::vector<std::pair<std::string, std::string>>;

// A value that only grows.
class Counter {
 public:
  void add(uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(int64_t amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

class Histogram {
 public:
  // `bounds`: the upper bounds of the buckets, ascending. A last bucket without bound follows.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  // Returns the number of values that were at most bounds()[i]; for i = bounds().size(), of all values.
  uint64_t count_up_to(size_t i) const;
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::deque<std::atomic<uint64_t>> buckets_;
  std::atomic<double> sum_{0};
};

// Returns bounds for request durations: 0.5 ms to 10 s.
std::vector<double> duration_bounds();

// The registry, which owns the metrics. The same name and labels return the same metric.
class Metrics {
 public:
  Counter& counter(const std::string& name, const std::string& doc, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& doc, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& doc, const Labels& labels = {},
                       std::vector<double> bounds = duration_bounds());

  // Returns all metrics in Prometheus' text format, version 0.0.4.
  std::string text() const;

 private:
  struct Family {
    std::string doc, type;
    std::map<std::string, Counter*> counters;
    std::map<std::string, Gauge*> gauges;
    std::map<std::string, Histogram*> histograms;
  };
  Family& family(const std::string& name, const std::string& doc, const std::string& type);
  static void write_family(const std::string& name, const Family& family, std::string& out);

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
  std::deque<Counter> counters_;
  std::deque<Gauge> gauges_;
  std::deque<Histogram> histograms_;
};

}  // namespace hone::http
