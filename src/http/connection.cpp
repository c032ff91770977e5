// The states of a connection.
#include "http/connection.h"

#include <boost/asio/write.hpp>

#include <array>
#include <ctime>

#include "http/ascii.h"
#include "http/response_head.h"

namespace hone::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytes = 16 << 10;
constexpr size_t kMaxLingerBytes = 4 << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::string client, ConnectionShared& shared)
    : socket_(std::move(socket)), client_(std::move(client)), shared_(shared), parser_(shared.config.limits) {}

void Connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  read();
}

void Connection::move_to(Phase phase) { shared_.phases.move(*this, phase, Clock::now()); }

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  shared_.forget(*this);
}

void Connection::read() {
  if (reading_) return;
  reading_ = true;
  read_buffer_.resize(kReadBytes);
  socket_.async_read_some(
      asio::buffer(read_buffer_),
      [self = shared_from_this()](const error_code& error, size_t size) { self->on_read(error, size); });
}

void Connection::on_read(const error_code& error, size_t size) {
  reading_ = false;
  if (closed_) return;
  if (phase() == Phase::kWriting) return;  // a 408 is on its way; what comes now is not wanted
  if (error) return close();
  shared_.traffic.received_bytes().add(size);
  if (phase() == Phase::kClosing) {
    lingered_ += size;
    return lingered_ > kMaxLingerBytes ? close() : read();
  }
  received_.append(read_buffer_.data(), size);
  advance();
}

// Goes on with the bytes that are there.
void Connection::advance() {
  if (phase() == Phase::kWaiting && !received_.empty()) {
    move_to(Phase::kReceiving);
    began_ = Clock::now();
  }
  using State = RequestParser::State;
  received_.erase(0, parser_.feed(received_));
  if (parser_.state() == State::kHeadDone) {
    if (!examine()) return;
    const bool must_ask = parser_.expects_continue() && received_.empty();
    parser_.continue_with_body();
    if (must_ask) return write_continue();
    received_.erase(0, parser_.feed(received_));
  }
  if (parser_.state() == State::kDone) return dispatch();
  if (parser_.state() == State::kFailed) return send(error_response(parser_.failure()), false);
  read();
}

// Whether the request may go on; otherwise it has been answered.
bool Connection::examine() {
  head_ = RequestHead{};
  head_.request.method = parser_.method();
  head_.request.client = client_;
  request_headers_ = parser_.headers();
  head_.request.headers = std::move(parser_.headers());
  is_head_ = head_.request.method == "HEAD";
  std::optional<Response> refusal = shared_.dispatcher.examine(head_, parser_.target());
  route_ = Dispatcher::route_name(head_);
  if (!refusal) return true;
  send(std::move(*refusal), parser_.keep_alive() && !parser_.has_body());
  return false;
}

void Connection::write_continue() {
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](const error_code& error, size_t size) {
                      if (self->closed_ || self->phase() != Phase::kReceiving) return;
                      if (error) return self->close();
                      self->shared_.traffic.sent_bytes().add(size);
                      self->advance();
                    });
}

void Connection::dispatch() {
  move_to(Phase::kAnswering);
  head_.request.body = std::move(parser_.body());
  const Answer answer = shared_.make_answer(weak_from_this(), ++request_number_);
  shared_.dispatcher.answer(RequestHead(head_), answer);
}

void Connection::answer(uint64_t request, Response response) {
  if (closed_ || phase() != Phase::kAnswering || request != request_number_) return;
  send(std::move(response), parser_.keep_alive());
}

void Connection::send(Response response, bool keep_alive) {
  move_to(Phase::kWriting);
  keep_alive_ = keep_alive && !shared_.stopping;
  shared_.dispatcher.complete(response, request_headers_);
  const HeadOptions options{.keep_alive = keep_alive_, .now = std::time(nullptr)};
  response_head_ = response_head(response, options);
  const bool is_sent = has_body(response.status) && !is_head_;
  response_body_ = is_sent ? std::move(response.body) : std::string();
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  shared_.traffic.count(
      {client_, head_.request.method, head_.raw_path, route_, response.status, response_body_.size(), seconds});
  const std::array buffers = {asio::buffer(response_head_), asio::buffer(response_body_)};
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](const error_code& error, size_t size) { self->on_sent(error, size); });
}

void Connection::on_sent(const error_code& error, size_t size) {
  shared_.traffic.sent_bytes().add(size);
  if (closed_) return;
  if (error) return close();
  response_body_ = std::string();
  if (!keep_alive_) return linger();
  next_request();
}

void Connection::next_request() {
  if (shared_.stopping) return linger();
  parser_ = RequestParser(shared_.config.limits);
  head_ = RequestHead{};
  route_ = "none";
  is_head_ = false;
  move_to(Phase::kWaiting);
  if (received_.empty()) {
    received_ = std::string();
    read();
  } else {
    advance();
  }
}

// Closing while bytes are unread would reset the connection, and the client might never see the answer: so the end is
// said, and what still comes is read and dropped until the client closes too.
void Connection::linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return close();
  move_to(Phase::kClosing);
  read();
}

void Connection::expire() {
  if (phase() != Phase::kReceiving) return close();
  send(error_response(
           {.status = 408,
            .message = fmt::format("the request did not come within {} ms", shared_.config.limits.request.count())}),
       false);
}

}  // namespace hone::http
