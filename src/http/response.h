// An answer, and the one form of every error: {"error", "field", "hint", "error_type"} (error and error_type as in
// Hugging Face's text-embeddings-inference, so that its clients show the message).
#pragma once

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

// Compact JSON. Text in `value` that is not UTF-8 is shown with replacement characters.
Response json_response(const Json& value, unsigned status = 200);
Response text_response(std::string text, unsigned status = 200);

struct ErrorAnswer {
  unsigned status = 400;
  std::string message;
  std::string field = {};       // of the body, as "parameters.top_k"; empty: null
  std::string hint = {};        // what the caller can do
  std::string error_type = {};  // empty: by the status
  int retry_after_seconds = 0;  // above 0: the header Retry-After
};

// "validation" for 400, "overloaded" for 429, "unhealthy" for 503, "backend" for 500 and so on.
std::string_view error_type_of(unsigned status);

Response error_response(const ErrorAnswer& error);

// 400 for kUsage, kInput and kUnsupported, 500 for the rest; that of the RequestError where it is one.
Response error_response(const Error& error);

// Thrown by a handler for a request that is wrong in a certain field.
class RequestError : public Error {
 public:
  explicit RequestError(ErrorAnswer answer);
  const ErrorAnswer& answer() const { return answer_; }

 private:
  ErrorAnswer answer_;
};

}  // namespace hone::http
