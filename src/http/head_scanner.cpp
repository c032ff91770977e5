// Measures lines, and rejects bytes that no line can contain. The parser checks the grammar.
#include "http/head_scanner.h"

#include <algorithm>

#include "http/ascii.h"

namespace hone::http {

namespace {

constexpr size_t kShownName = 40;

bool is_control(char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7f; }

}  // namespace

size_t HeadScanner::scan(std::string_view bytes) {
  while (seen_ < bytes.size() && !failure_ && !is_end_) {
    if (!take(bytes, bytes[seen_++])) continue;
    line_begin_ = 0;
    return std::exchange(seen_, 0);
  }
  return 0;
}

// Handles the next byte. Returns whether the part ends with it.
bool HeadScanner::take(std::string_view bytes, char byte) {
  if (is_after_return_ != (byte == '\n') || (byte != '\r' && byte != '\n' && is_control(byte))) {
    fail(400, "not an HTTP/1.1 request: its head has an invalid character");
    return false;
  }
  is_after_return_ = byte == '\r';
  if (is_after_return_) return false;
  if (byte == '\n') return end_line();
  const size_t length = seen_ - line_begin_;
  if (length == 1 && !is_request_line_) {
    if (byte == ' ' || byte == '\t') fail(400, "a header line begins with a blank: folded lines are not supported");
    if (num_headers_++ == limits_->header_lines) {
      fail(431, fmt::format("the request has more than {} headers", limits_->header_lines));
    }
  }
  if (length > limits_->header_line_bytes) fail_length(bytes);
  return false;
}

bool HeadScanner::end_line() {
  const bool is_empty = seen_ - line_begin_ == 2;
  line_begin_ = seen_;
  if (is_request_line_) {
    is_request_line_ = false;
    return true;
  }
  return is_end_ = is_empty;
}

void HeadScanner::fail_length(std::string_view bytes) {
  if (is_request_line_) {
    return fail(414, fmt::format("the request line, with the target in it, is longer than {} bytes",
                                 limits_->header_line_bytes));
  }
  const std::string_view line = bytes.substr(line_begin_, kShownName);
  fail(431, fmt::format("the header {} is longer than {} bytes", line.substr(0, line.find(':')),
                        limits_->header_line_bytes));
}

void HeadScanner::fail(unsigned status, std::string message, std::string hint) {
  if (!failure_) failure_ = ErrorDetails{.status = status, .message = std::move(message), .hint = std::move(hint)};
}

std::string_view find_origin(std::string_view bytes) {
  constexpr std::string_view kName = "origin:";
  while (bytes.find('\n') != std::string_view::npos) {
    const std::string_view line = trim(take_until(bytes, '\n'));
    if (line.empty()) return {};
    if (!equal_ignoring_case(line.substr(0, kName.size()), kName)) continue;
    const std::string_view origin = trim(line.substr(kName.size()));
    return std::ranges::any_of(origin, is_control) ? std::string_view() : origin;
  }
  return {};
}

}  // namespace hone::http
