// Responses to requests that fail.
#pragma once

#include <functional>

#include "http/request.h"
#include "http/response.h"
#include "http/route.h"

namespace hone::serve {

inline constexpr const char* kLogSaysMore = "the server's log says more";
inline constexpr const char* kTryAgain = "try again after the seconds in the header Retry-After";
inline constexpr int kRetrySeconds = 1;

// Returns the response for the current exception; call it in a catch block. The client gets the message of hone's own
// errors. For all others, such as libtorch's with their call stacks, the client gets "internal error", and the log gets
// the message. Logs every error with status 500.
http::Response response_of_current_error();

// Responds with the result of `make`, or with the error that it throws.
void answer_with(const http::Responder& answer, const std::function<http::Response()>& make);

}  // namespace hone::serve
