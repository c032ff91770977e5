// Responses, and the one form of every error: {"error", "field", "hint", "error_type"}. "error" and "error_type" are
// those of Hugging Face's text-embeddings-inference, so that its clients show the message.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "http/request.h"

namespace hone::http {

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  NamedValues headers;
};

// Returns compact JSON. Bytes in `value` that are not UTF-8 become replacement characters.
Response json_response(const Json& value, unsigned status = 200);
Response text_response(std::string text, unsigned status = 200);

struct ErrorDetails {
  unsigned status = 400;
  std::string message;
  std::string field = {};       // of the body, such as "parameters.top_k"; empty: null
  std::string hint = {};        // what the client can do
  std::string error_type = {};  // empty: that of the status
  int retry_after_seconds = 0;  // if above 0: the header Retry-After
};

// "validation" for 400, "overloaded" for 429, "unhealthy" for 503, "backend" for 500 and so on.
std::string_view error_type_of(unsigned status);

Response error_response(const ErrorDetails& error);

// Returns the details of a RequestError; else 400 for kUsage, kInput and kUnsupported, and 500 for the rest.
Response error_response(const Error& error);

// Handlers throw it for a request that is wrong, in a certain field or as a whole.
class RequestError : public Error {
 public:
  explicit RequestError(ErrorDetails details);
  const ErrorDetails& details() const { return details_; }

 private:
  ErrorDetails details_;
};

struct HeadOptions {
  bool keep_alive = true;
  bool is_http10 = false;
  std::time_t now = 0;
};

// Returns the status line, the headers and the empty line behind them. Content-Length is that of the body, even if the
// body is not sent (HEAD). Errors: kInternal for a header with a line end in it.
std::string response_head(const Response& response, const HeadOptions& options);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t time);

// Whether responses with this status have a body.
bool has_body(unsigned status);

}  // namespace hone::http
