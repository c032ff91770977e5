// Implements the parser's callbacks. Passes the head to Beast in two parts, the request line and the rest, when each is
// complete, so that limits do not depend on how the bytes arrive. Ignores fields after a chunked body (trailers),
// because headers must not change after their check.
#include "http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include <limits>
#include <optional>

#include "http/ascii.h"
#include "http/head_scanner.h"

namespace hone::http {

namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using ErrorCode = boost::system::error_code;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool allows_body_without_length(std::string_view method) {
  return method != "POST" && method != "PUT" && method != "PATCH";
}

}  // namespace

class RequestParser::Impl : public bhttp::basic_parser<true> {
 public:
  explicit Impl(const Limits& limits) : limits_(limits), scanner_(limits) {
    header_limit(std::numeric_limits<uint32_t>::max());  // the scanner has measured it
    body_limit(
        std::numeric_limits<uint64_t>::max());  // this class checks it; in 1.74 boost::none would refuse every body
  }

  void fail(unsigned status, std::string message, std::string hint = "") {
    if (failure_) return;
    failure_ = ErrorDetails{.status = status, .message = std::move(message), .hint = std::move(hint)};
  }

  void fail_length() {
    fail(413, fmt::format("the body is longer than {} bytes", limits_.body_bytes),
         "send less, or start the server with a greater --max-body-bytes");
  }

  void fail(const ErrorCode& code) {
    if (code == bhttp::error::header_limit) {
      fail(431, fmt::format("the size line or trailer of a chunk is longer than {} bytes", limits_.header_line_bytes));
    } else if (code == bhttp::error::body_limit) {
      fail_length();
    } else {
      fail(400, fmt::format("not an HTTP/1.1 request: {}", code.message()));
    }
  }

  size_t feed_head(std::string_view bytes);
  size_t feed_body(std::string_view bytes);
  void check_head();

  const Limits& limits_;
  HeadScanner scanner_;
  State state_ = State::kHead;
  std::optional<ErrorDetails> failure_;
  std::string method_, target_, body_;
  int version_ = 11;
  Headers headers_;
  size_t trailer_bytes_ = 0;
  bool head_done_ = false, expects_continue_ = false;

 private:
  void on_request_impl(bhttp::verb, beast::string_view method, beast::string_view target, int version,
                       ErrorCode& error) override;
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_field_impl(bhttp::field, beast::string_view name, beast::string_view value, ErrorCode& error) override;
  void on_header_impl(ErrorCode&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCode&) override {}
  size_t on_body_impl(beast::string_view bytes, ErrorCode& error) override { return take(bytes, error); }
  void on_chunk_header_impl(uint64_t, beast::string_view extension, ErrorCode& error) override {
    if (extension.size() > limits_.header_line_bytes) error = bhttp::error::header_limit;
  }
  size_t on_chunk_body_impl(uint64_t, beast::string_view bytes, ErrorCode& error) override {
    return take(bytes, error);
  }
  void on_finish_impl(ErrorCode&) override {}

  size_t take(beast::string_view bytes, ErrorCode& error);
};

void RequestParser::Impl::on_request_impl(bhttp::verb, beast::string_view method, beast::string_view target,
                                          int version, ErrorCode&) {
  method_ = view(method);
  target_ = view(target);
  version_ = version;
}

void RequestParser::Impl::on_field_impl(bhttp::field, beast::string_view name, beast::string_view value,
                                        ErrorCode& error) {
  if (!head_done_) return headers_.add(view(name), view(value));
  trailer_bytes_ += name.size() + value.size();
  if (trailer_bytes_ > limits_.header_line_bytes) error = bhttp::error::header_limit;
}

size_t RequestParser::Impl::take(beast::string_view bytes, ErrorCode& error) {
  if (bytes.size() > limits_.body_bytes - body_.size()) {
    fail_length();
    error = bhttp::error::body_limit;
    return 0;
  }
  body_.append(bytes.data(), bytes.size());
  return bytes.size();
}

// Refuses requests that Beast accepts although their end is unclear.
void RequestParser::Impl::check_head() {
  const std::string coding = lowered(trim(headers_.find("Transfer-Encoding")));
  if (headers_.count("Transfer-Encoding") > 0 && (coding != "chunked" || version_ < 11)) {
    return fail(version_ < 11 ? 400 : 501, "Transfer-Encoding can only be chunked, of HTTP/1.1");
  }
  const auto length = content_length();
  if (length && *length > limits_.body_bytes) return fail_length();
  if (!length && !chunked() && !allows_body_without_length(method_)) {
    return fail(411, fmt::format("{} needs a Content-Length", method_), "add it, or send the body chunked");
  }
  const std::string_view expectation = headers_.find("Expect");
  if (expectation.empty() || version_ < 11) return;
  if (!equal_ignoring_case(expectation, "100-continue")) return fail(417, "only 100-continue can be expected");
  expects_continue_ = !is_done();
}

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

size_t RequestParser::Impl::feed_head(std::string_view bytes) {
  size_t taken = 0;
  while (const size_t size = scanner_.scan(bytes.substr(taken))) {
    ErrorCode error;
    const bool is_whole = put({bytes.data() + taken, size}, error) == size;
    taken += size;
    if (error == bhttp::error::need_more && is_whole && !scanner_.is_end()) continue;
    if (error) fail(error);
    state_ = failure_ ? State::kFailed : State::kHeadDone;
    if (!failure_) check_head();
    return taken;
  }
  if (scanner_.failure()) {
    failure_ = scanner_.failure();
    state_ = State::kFailed;
  }
  return taken;
}

size_t RequestParser::Impl::feed_body(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && state_ == State::kBody) {
    ErrorCode error;
    taken += put({bytes.data() + taken, bytes.size() - taken}, error);
    if (error == bhttp::error::need_more) {
      // The unconsumed bytes are the line before a chunk or the trailers after the last one. Continues unless they
      // exceed the limits of both.
      if (bytes.size() - taken <= 3 * limits_.header_line_bytes) return taken;
      error = bhttp::error::header_limit;
    }
    if (error) fail(error);
    if (error) state_ = State::kFailed;
    if (!error && is_done()) state_ = State::kDone;
  }
  return taken;
}

size_t RequestParser::feed(std::string_view bytes) {
  if (impl_->state_ == State::kHead) return impl_->feed_head(bytes);
  return impl_->state_ == State::kBody ? impl_->feed_body(bytes) : 0;
}

void RequestParser::continue_with_body() {
  check_internal(impl_->state_ == State::kHeadDone, "a body without a head");
  impl_->eager(true);
  impl_->state_ = impl_->failure_ ? State::kFailed : impl_->is_done() ? State::kDone : State::kBody;
}

RequestParser::State RequestParser::state() const { return impl_->state_; }
// NOLINTNEXTLINE(bugprone-unchecked-optional-access): asked for in kFailed only
const ErrorDetails& RequestParser::failure() const { return *impl_->failure_; }
const std::string& RequestParser::method() const { return impl_->method_; }
const std::string& RequestParser::target() const { return impl_->target_; }
Headers& RequestParser::headers() { return impl_->headers_; }
bool RequestParser::is_http10() const { return impl_->version_ < 11; }
bool RequestParser::keep_alive() const { return impl_->head_done_ && !impl_->failure_ && impl_->keep_alive(); }
bool RequestParser::has_body() const { return !impl_->is_done(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue_; }
std::string& RequestParser::body() { return impl_->body_; }

}  // namespace hone::http
