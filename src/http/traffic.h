// Counts a server's traffic and writes the access log.
#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "http/metrics.h"

namespace hone::http {

// A request with its response.
struct Exchange {
  std::string client, method, path, route = "none";
  std::string forwarded = {};  // X-Forwarded-For: the client that a proxy reports
  unsigned status = 0;
  size_t bytes = 0;
  double seconds = 0;
};

class Traffic {
 public:
  Traffic(std::shared_ptr<Metrics> metrics, bool access_log);

  void count(const Exchange& exchange);
  Counter& received_bytes() { return *received_bytes_; }
  Counter& sent_bytes() { return *sent_bytes_; }
  Gauge& connections() { return *connections_; }
  Counter& evicted() { return *evicted_; }
  Counter& refused() { return *refused_; }
  const Metrics& metrics() const { return *metrics_; }

 private:
  std::shared_ptr<Metrics> metrics_;
  bool access_log_;
  Counter *received_bytes_, *sent_bytes_, *evicted_, *refused_;
  Gauge* connections_;
};

// Returns "2026-11-28T05:20:44Z 127.0.0.1 POST /predict 200 312 B 4.2 ms"; behind a proxy with "(for 203.0.113.9)"
// after the address. Writes bytes that are not printable ASCII as %XX.
std::string access_line(const Exchange& exchange, std::time_t now);

}  // namespace hone::http
