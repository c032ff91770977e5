#include "serve/errors.h"

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
    log_error("a request failed with an exception of unknown type");
  }
  return http::error_response({.status = 500, .message = "internal error", .hint = kLogSaysMore});
}

void answer_with(const http::Responder& answer, const std::function<http::Response()>& make) {
  http::Response response;
  try {
    response = make();
  } catch (...) {
    response = response_of_current_error();
  }
  answer(std::move(response));
}

}  // namespace hone::serve
