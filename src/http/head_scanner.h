// The lines of a request's head, measured before anything is made of them: a limit is the same however the bytes come.
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

  // `bytes` begin where the part before ended, and hold what was given for this one. The length of the next part of the
  // head once it is whole, else 0: first the request line, then all header lines with the empty one behind them.
  size_t scan(std::string_view bytes);
  bool is_end() const { return is_end_; }

  // 414 for a request line, 431 for a header line or a number of them that is over the limits, 400 for what is no line.
  const std::optional<ErrorAnswer>& failure() const { return failure_; }

 private:
  bool take(std::string_view bytes, char byte);
  bool end_line();
  void fail_length(std::string_view bytes);
  void fail(unsigned status, std::string message, std::string hint = "");

  const Limits* limits_;
  std::optional<ErrorAnswer> failure_;
  size_t seen_ = 0;         // bytes of the part
  size_t line_begin_ = 0;   // in the part
  size_t num_headers_ = 0;  // lines that have begun
  bool is_request_line_ = true, is_after_return_ = false, is_end_ = false;
};

// The value of Origin in header lines that nobody has checked, the last of which may be cut off; an empty text where
// there is none that an answer could repeat. `bytes` may begin with the request line.
std::string_view find_origin(std::string_view bytes);

}  // namespace hone::http
