// Making answers.
#include "http/response.h"

#include <nlohmann/json.hpp>

namespace hone::http {

namespace {

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

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

Response error_response(const ErrorAnswer& error) {
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
    return error_response(request_error->answer());
  }
  const bool is_theirs =
      error.kind() == ErrorKind::kUsage || error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported;
  return error_response({.status = is_theirs ? 400u : 500u, .message = error.what(), .hint = error.hint()});
}

RequestError::RequestError(ErrorAnswer answer)
    : Error(ErrorKind::kInput, answer.message, answer.hint), answer_(std::move(answer)) {}

}  // namespace hone::http
