// From exceptions to answers.
#include "serve/failure.h"

#include "base/log.h"

namespace hone::serve {

http::Response response_of_current_error() {
  try {
    throw;
  } catch (const Error& error) {
    http::Response response = http::error_response(error);
    if (response.status == 500) log_error("a request failed: {}", error.what());
    return response;
  } catch (const std::exception& error) {
    log_error("a request failed: {}", error.what());
  } catch (...) {
    log_error("a request failed, and nothing is known of it");
  }
  return http::error_response({.status = 500, .message = "internal error", .hint = kLogSaysMore});
}

}  // namespace hone::serve
