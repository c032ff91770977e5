// Counts responses by method, route and status.
#include "http/traffic.h"

#include "base/log.h"

namespace hone::http {

namespace {

// Returns a known method or "other", so that clients cannot create any number of metrics.
std::string counted_method(const std::string& method) {
  for (const char* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    if (method == known) return method;
  }
  return "other";
}

std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c > ' ' && c < 0x7f) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

}  // namespace

Traffic::Traffic(std::shared_ptr<Metrics> metrics, bool access_log)
    : metrics_(std::move(metrics)),
      access_log_(access_log),
      received_bytes_(&metrics_->counter("hone_http_received_bytes_total", "bytes that came from clients")),
      sent_bytes_(&metrics_->counter("hone_http_sent_bytes_total", "bytes sent to clients")),
      evicted_(&metrics_->counter("hone_http_evicted_connections_total",
                                  "slow or idle connections closed to let others in")),
      refused_(
          &metrics_->counter("hone_http_refused_connections_total", "connections refused because there were too many")),
      connections_(&metrics_->gauge("hone_http_connections", "open connections")) {}

void Traffic::count(const Exchange& exchange) {
  const std::string method = counted_method(exchange.method);
  metrics_
      ->counter("hone_http_requests_total", "requests with a response",
                {{"method", method}, {"route", exchange.route}, {"status", std::to_string(exchange.status)}})
      .add();
  metrics_
      ->histogram("hone_http_request_duration_seconds", "seconds from a request's first byte to its response",
                  {{"route", exchange.route}})
      .observe(exchange.seconds);
  if (access_log_) log_line(LogLevel::kInfo, access_line(exchange, std::time(nullptr)));
}

std::string access_line(const Exchange& exchange, std::time_t now) {
  constexpr size_t kMaxForwarded = 200;
  std::tm utc{};
  gmtime_r(&now, &utc);
  char time[32];
  std::strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%SZ", &utc);
  const std::string forwarded = exchange.forwarded.empty()
                                    ? ""
                                    : fmt::format(" (for {})", printable(exchange.forwarded.substr(0, kMaxForwarded)));
  return fmt::format("{} {}{} {} {} {} {} B {:.1f} ms", time, exchange.client, forwarded, printable(exchange.method),
                     printable(exchange.path), exchange.status, exchange.bytes, exchange.seconds * 1000);
}

}  // namespace hone::http
