// The head of an answer as bytes.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/response.h"

namespace hone::http {

struct HeadOptions {
  bool keep_alive = true;
  bool is_http10 = false;
  std::time_t now = 0;
};

// Status line and headers with the empty line behind them. Content-Length is that of the body, also where it is not
// sent (HEAD). Errors: kInternal for a header that would break the line.
std::string response_head(const Response& response, const HeadOptions& options);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t time);

// Whether answers of this status have a body.
bool has_body(unsigned status);

}  // namespace hone::http
