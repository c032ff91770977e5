// Responses. Every error has the same form: {"error", "field", "hint", "error_type"}. "error" and "error_type" are as
// in Hugging Face's text-embeddings-inference, so that its clients show the message.
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
  std::string field = {};       // field of the body, such as "parameters.top_k"; empty: null
  std::string hint = {};        // what the client can do about it
  std::string error_type = {};  // empty: that of the status
  int retry_after_seconds = 0;  // if above 0: the header Retry-After
};

// Returns "validation" for 400, "overloaded" for 429, "unhealthy" for 503, "backend" for 500, and so on.
std::string_view error_type_of(unsigned status);

Response error_response(const ErrorDetails& error);

// Returns the response for the details of a RequestError. Other errors have the status 400 for kUsage, kInput and
// kUnsupported, else 500.
Response error_response(const Error& error);

// The error that handlers throw for an invalid request or an invalid field.
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

// Returns the status line, the headers and the empty line after them. Content-Length is that of the body, even if the
// body is not sent (HEAD). Errors: kInternal for a header with a line end in it.
std::string response_head(const Response& response, const HeadOptions& options);

// Returns "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t time);

// Returns whether responses with this status have a body.
bool has_body(unsigned status);

}  // namespace hone::http
