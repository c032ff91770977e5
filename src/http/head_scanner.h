// Measures the lines of a request's head before they are parsed, so that limits do not depend on how the bytes arrive.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/config.h"
#include "http/response.h"

namespace hone::http {

class HeadScanner {
 public:
  explicit HeadScanner(const Limits& limits) : limits_(&limits) {}

  // Returns the length of the next part of the head once it is complete, else 0. Parts are the request line, and all
  // header lines with the empty line after them. `bytes` begins where the previous part ended.
  size_t scan(std::string_view bytes);
  bool is_end() const { return is_end_; }

  // Returns the error: 414 for a long request line, 431 for a long header line or too many of them, 400 for a malformed
  // line.
  const std::optional<ErrorDetails>& failure() const { return failure_; }

 private:
  bool take(std::string_view bytes, char byte);
  bool end_line();
  void fail_length(std::string_view bytes);
  void fail(unsigned status, std::string message, std::string hint = "");

  const Limits* limits_;
  std::optional<ErrorDetails> failure_;
  size_t seen_ = 0;         // bytes of the part
  size_t line_begin_ = 0;   // in the part
  size_t num_headers_ = 0;  // lines so far
  bool is_request_line_ = true, is_after_return_ = false, is_end_ = false;
};

// Returns the value of Origin in unchecked header lines, the last of which may be incomplete. Returns an empty text if
// there is none, or if a response could not repeat it. `bytes` may begin with the request line.
std::string_view find_origin(std::string_view bytes);

}  // namespace hone::http
