// The parser's callbacks. Fields that come behind a chunked body (trailers) are dropped: a header that was checked must
// not change afterwards.
#include "http/request_parser.h"

#include <boost/beast/http/basic_parser.hpp>

#include <limits>
#include <optional>

#include "http/ascii.h"

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
  explicit Impl(const Limits& limits) : limits_(limits) {
    header_limit(static_cast<uint32_t>(limits.header_bytes));
    body_limit(std::numeric_limits<uint64_t>::max());  // checked here; boost::none would refuse every body in 1.74
  }

  void fail(unsigned status, std::string message, std::string hint = "") {
    if (failure_) return;
    failure_ = ErrorAnswer{.status = status, .message = std::move(message), .hint = std::move(hint)};
  }

  void fail_length() {
    fail(413, fmt::format("the body is longer than {} bytes", limits_.body_bytes),
         "send less, or start the server with a greater --max-body-bytes");
  }

  void fail(const ErrorCode& code) {
    if (code == bhttp::error::header_limit) {
      fail(431, fmt::format("the header is longer than {} bytes", limits_.header_bytes));
    } else if (code == bhttp::error::body_limit) {
      fail_length();
    } else {
      fail(400, fmt::format("not an HTTP/1.1 request: {}", code.message()));
    }
  }

  void check_head();

  const Limits& limits_;
  State state_ = State::kHead;
  std::optional<ErrorAnswer> failure_;
  std::string method_, target_, body_;
  int version_ = 11;
  Headers headers_;
  bool head_done_ = false, expects_continue_ = false;

 private:
  void on_request_impl(bhttp::verb, beast::string_view method, beast::string_view target, int version,
                       ErrorCode& error) override;
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_field_impl(bhttp::field, beast::string_view name, beast::string_view value, ErrorCode& error) override;
  void on_header_impl(ErrorCode&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCode&) override {}
  size_t on_body_impl(beast::string_view bytes, ErrorCode& error) override { return take(bytes, error); }
  void on_chunk_header_impl(uint64_t, beast::string_view, ErrorCode&) override {}
  size_t on_chunk_body_impl(uint64_t, beast::string_view bytes, ErrorCode& error) override {
    return take(bytes, error);
  }
  void on_finish_impl(ErrorCode&) override {}

  size_t take(beast::string_view bytes, ErrorCode& error);
};

void RequestParser::Impl::on_request_impl(bhttp::verb, beast::string_view method, beast::string_view target,
                                          int version, ErrorCode& error) {
  method_ = view(method);
  target_ = view(target);
  version_ = version;
  if (target_.size() > limits_.header_line_bytes) {
    fail(414, fmt::format("the request's target is longer than {} bytes", limits_.header_line_bytes));
    error = bhttp::error::header_limit;
  }
}

void RequestParser::Impl::on_field_impl(bhttp::field, beast::string_view name, beast::string_view value,
                                        ErrorCode& error) {
  if (head_done_) return;
  if (name.size() + value.size() > limits_.header_line_bytes) {
    fail(431,
         fmt::format("the header {} is longer than {} bytes", view(name.substr(0, 40)), limits_.header_line_bytes));
    error = bhttp::error::header_limit;
  } else if (headers_.size() >= limits_.header_lines) {
    fail(431, fmt::format("the request has more than {} headers", limits_.header_lines));
    error = bhttp::error::header_limit;
  } else {
    headers_.add(view(name), view(value));
  }
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

// What Beast lets pass but leaves unclear where the request ends.
void RequestParser::Impl::check_head() {
  const std::string coding = lowered(trim(headers_.find("Transfer-Encoding")));
  if (headers_.count("Transfer-Encoding") > 0 && (coding != "chunked" || version_ < 11)) {
    return fail(version_ < 11 ? 400 : 501, "Transfer-Encoding can only be chunked, of HTTP/1.1");
  }
  const auto length = content_length();
  if (length && *length > limits_.body_bytes) return fail_length();
  if (!length && !chunked() && !allows_body_without_length(method_)) {
    return fail(411, fmt::format("{} needs a Content-Length", method_), "or send it chunked");
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

size_t RequestParser::feed(std::string_view bytes) {
  Impl& impl = *impl_;
  size_t taken = 0;
  while (taken < bytes.size() && (impl.state_ == State::kHead || impl.state_ == State::kBody)) {
    ErrorCode error;
    taken += impl.put({bytes.data() + taken, bytes.size() - taken}, error);
    if (error == bhttp::error::need_more) {
      // What waits for its end here is a head, or the line before a chunk.
      if (bytes.size() - taken <= impl.limits_.header_bytes) return taken;
      error = bhttp::error::header_limit;
    }
    if (error) {
      impl.fail(error);
      impl.state_ = State::kFailed;
    } else if (impl.state_ == State::kHead && impl.is_header_done()) {
      impl.check_head();
      impl.state_ = impl.failure_ ? State::kFailed : State::kHeadDone;
    } else if (impl.is_done()) {
      impl.state_ = State::kDone;
    }
  }
  return taken;
}

void RequestParser::continue_with_body() {
  check_internal(impl_->state_ == State::kHeadDone, "a body without a head");
  impl_->eager(true);
  impl_->state_ = impl_->is_done() ? State::kDone : State::kBody;
}

RequestParser::State RequestParser::state() const { return impl_->state_; }
const ErrorAnswer& RequestParser::failure() const { return *impl_->failure_; }
const std::string& RequestParser::method() const { return impl_->method_; }
const std::string& RequestParser::target() const { return impl_->target_; }
Headers& RequestParser::headers() { return impl_->headers_; }
bool RequestParser::is_http10() const { return impl_->version_ < 11; }
bool RequestParser::keep_alive() const { return impl_->is_header_done() && impl_->keep_alive(); }
bool RequestParser::has_body() const { return !impl_->is_done(); }
bool RequestParser::expects_continue() const { return impl_->expects_continue_; }
std::string& RequestParser::body() { return impl_->body_; }

}  // namespace hone::http
