#include "http/response.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>

#include <nlohmann/json.hpp>

#include <array>

namespace hone::http {

namespace {

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

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

Response json_response(const Json& value, unsigned status) {
  return {.status = status, .body = value.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

Response text_response(std::string text, unsigned status) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

std::string_view error_type_of(unsigned status) {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "timeout";
    case 411:
    case 413:
    case 414:
    case 431:
      return "too_large";
    case 429:
      return "overloaded";
    case 503:
      return "unhealthy";
    default:
      return status < 500 ? "validation" : "backend";
  }
}

Response error_response(const ErrorDetails& error) {
  const std::string type = error.error_type.empty() ? std::string(error_type_of(error.status)) : error.error_type;
  Response response = json_response(
      {{"error", error.message}, {"field", or_null(error.field)}, {"hint", or_null(error.hint)}, {"error_type", type}},
      error.status);
  if (error.retry_after_seconds > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after_seconds));
  }
  return response;
}

Response error_response(const Error& error) {
  if (const auto* request_error = dynamic_cast<const RequestError*>(&error)) {
    return error_response(request_error->details());
  }
  const bool is_theirs =
      error.kind() == ErrorKind::kUsage || error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported;
  return error_response({.status = is_theirs ? 400u : 500u, .message = error.what(), .hint = error.hint()});
}

RequestError::RequestError(ErrorDetails details)
    : Error(ErrorKind::kInput, details.message, details.hint), details_(std::move(details)) {}

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
