// Serialising.
#include "http/response_head.h"

#include <boost/beast/http/status.hpp>

#include <array>

namespace hone::http {

namespace {

bool breaks_line(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

void add_line(std::string& head, std::string_view name, std::string_view value) {
  check_internal(!breaks_line(name) && !breaks_line(value), "a header with a line end in it");
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string_view reason_of(unsigned status) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {reason.data(), reason.size()};
}

}  // namespace

bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

std::string http_date(std::time_t time) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<size_t>(parts.tm_mon)], 1900 + parts.tm_year, parts.tm_hour, parts.tm_min,
                     parts.tm_sec);
}

std::string response_head(const Response& response, const HeadOptions& options) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  head.reserve(1024);
  add_line(head, "Date", http_date(options.now));
  if (has_body(response.status)) {
    add_line(head, "Content-Type", response.content_type);
    add_line(head, "Content-Length", std::to_string(response.body.size()));
  }
  for (const auto& [name, value] : response.headers) add_line(head, name, value);
  if (!options.keep_alive) add_line(head, "Connection", "close");
  if (options.keep_alive && options.is_http10) add_line(head, "Connection", "keep-alive");
  return head += "\r\n";
}

}  // namespace hone::http
