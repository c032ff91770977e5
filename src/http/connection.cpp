// The states of a connection.
#include "http/connection.h"

#include <sys/socket.h>
#include <boost/asio/write.hpp>

#include <array>
#include <ctime>

#include "base/log.h"
#include "http/head_scanner.h"

namespace hone::http {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytes = 16 << 10;
constexpr size_t kMaxLingerBytes = 64 << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::string client, ConnectionShared& shared)
    : socket_(std::move(socket)), shared_(shared), parser_(shared.limits) {
  exchange_.client = std::move(client);
}

void Connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  read();
}

void Connection::turn_away(const ErrorDetails& error) {
  began_ = Clock::now();
  refuse(error);
}

void Connection::move_to(Phase phase) { shared_.phases.move(*this, phase, Clock::now()); }

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  gone_.request_stop();
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
  shared_.traffic.received_bytes().add(size);
  if (phase() == Phase::kHandling || phase() == Phase::kWriting) return keep(error, size);
  if (error) return close();
  if (phase() == Phase::kClosing) return drop(size);
  received_.append(read_buffer_.data(), size);
  advance();
}

// Handles bytes that arrive while a handler has the request: the next requests, or the end of the client's sending
// side. A client that closes only its sending side still listens.
void Connection::keep(const error_code& error, size_t size) {
  if (error && error != asio::error::eof) return close();
  has_ended_ = has_ended_ || error == asio::error::eof;
  if (phase() == Phase::kWriting && !keep_alive_) return;  // no further request will be read
  received_.append(read_buffer_.data(), size);
  if (!has_ended_ && phase() == Phase::kHandling && received_.size() < kReadBytes) read();
}

// Discards a refused body, because some clients send all of it before they read the response. The time limit is that of
// a request.
void Connection::drop(size_t size) {
  lingered_ += size;
  if (lingered_ > kMaxLingerBytes || Clock::now() - lingers_since_ >= shared_.limits.request) return close();
  move_to(Phase::kClosing);
  read();
}

// Continues with the received bytes.
void Connection::advance() {
  using State = RequestParser::State;
  if (phase() == Phase::kWaiting) {
    move_to(Phase::kReceiving);
    began_ = since();
  }
  received_.erase(0, parser_.feed(received_));
  if (parser_.state() == State::kHeadDone) {
    if (!examine()) return;
    const bool is_asked = parser_.expects_continue() && received_.empty();
    parser_.continue_with_body();
    if (is_asked) return write_continue();
    received_.erase(0, parser_.feed(received_));
  }
  if (parser_.state() == State::kDone) return dispatch();
  if (parser_.state() == State::kFailed) return refuse(parser_.failure());
  read();
}

// Returns whether the request may continue. Otherwise it has sent a response.
bool Connection::examine() {
  head_.request.method = parser_.method();
  head_.request.client = exchange_.client;
  head_.request.headers = std::move(parser_.headers());
  head_.is_http10 = parser_.is_http10();
  exchange_.forwarded = head_.request.headers.find("X-Forwarded-For");
  origin_ = head_.request.headers.find("Origin");
  std::optional<Response> refusal = shared_.dispatcher.examine(head_, parser_.target());
  exchange_.method = head_.request.method;
  exchange_.path = head_.raw_path;
  exchange_.route = Dispatcher::route_name(head_);
  if (!refusal) return true;
  send(std::move(*refusal), parser_.keep_alive() && !parser_.has_body());
  return false;
}

// Responds with an error to an incomplete request.
void Connection::refuse(const ErrorDetails& error) {
  if (exchange_.method.empty()) {
    origin_ = parser_.headers().find("Origin");
    if (origin_.empty()) origin_ = find_origin(received_);  // the head may be incomplete
    exchange_.method = parser_.method();
    exchange_.path = parser_.target().substr(0, parser_.target().find('?'));
  }
  send(error_response(error), false);
}

void Connection::write_continue() {
  asio::async_write(socket_, asio::buffer(kContinue),
                    [self = shared_from_this()](const error_code& error, size_t size) {
                      self->shared_.traffic.sent_bytes().add(size);
                      if (self->closed_ || self->phase() != Phase::kReceiving) return;
                      if (error) return self->close();
                      self->advance();
                    });
}

void Connection::dispatch() {
  move_to(Phase::kHandling);
  gone_ = std::stop_source();
  head_.request.body = std::move(parser_.body());
  head_.request.client_gone = gone_.get_token();
  head_.request.arrived = Clock::now();
  shared_.dispatcher.handle(std::move(head_), shared_.make_responder(weak_from_this(), ++request_number_));
  if (!has_ended_ && received_.size() < kReadBytes) read();  // also detects that the client closes
}

// A closed connection and one with only its sending side closed look the same until the server sends something. So hone
// sends an interim response, which HTTP/1.1 clients skip; if the client is gone, a reset comes back.
void Connection::probe() {
  if (!has_ended_ || phase() != Phase::kHandling || parser_.is_http10()) return;
  error_code failed;
  if (!is_probed_) {
    is_probed_ = true;
    socket_.non_blocking(true, failed);
    const size_t sent = socket_.write_some(asio::buffer(kContinue), failed);
    shared_.traffic.sent_bytes().add(sent);
    return failed || sent != kContinue.size() ? close() : void();
  }
  int broken = 0;
  socklen_t size = sizeof broken;
  getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &broken, &size);
  if (broken != 0) close();
}

void Connection::respond(uint64_t request, Response response) {
  if (closed_ || phase() != Phase::kHandling || request != request_number_) return;
  send(std::move(response), parser_.keep_alive());
}

std::string Connection::finished_head(Response& response) const {
  shared_.dispatcher.complete(response, origin_);
  return response_head(response,
                       {.keep_alive = keep_alive_, .is_http10 = parser_.is_http10(), .now = std::time(nullptr)});
}

void Connection::send(Response response, bool keep_alive) {
  move_to(Phase::kWriting);
  keep_alive_ = keep_alive && !shared_.stopping;
  try {
    response_head_ = finished_head(response);
  } catch (const Error& error) {
    log_error("{}: {}", exchange_.path, error.what());
    response = error_response(error);
    origin_.clear();  // the request may have caused the error, so this response contains nothing of it
    response_head_ = finished_head(response);
  }
  response_body_ = has_body(response.status) && exchange_.method != "HEAD" ? std::move(response.body) : std::string();
  exchange_.status = response.status;
  exchange_.bytes = response_body_.size();
  exchange_.seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  shared_.traffic.count(exchange_);
  const std::array buffers = {asio::buffer(response_head_), asio::buffer(response_body_)};
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](const error_code& error, size_t size) { self->on_sent(error, size); });
}

void Connection::on_sent(const error_code& error, size_t size) {
  shared_.traffic.sent_bytes().add(size);
  if (closed_) return;
  if (error) return close();
  response_body_ = std::string();  // free the memory while the connection is idle
  if (keep_alive_ && !shared_.stopping) return next_request();
  linger();
}

void Connection::next_request() {
  parser_ = RequestParser(shared_.limits);
  head_ = RequestHead{};
  origin_.clear();
  is_probed_ = false;
  exchange_ = Exchange{.client = std::move(exchange_.client)};
  move_to(Phase::kWaiting);
  if (!received_.empty()) return advance();
  received_ = std::string();
  read();
}

// Closing with unread bytes would reset the connection, and the client might not get the response. So hone closes its
// sending side, and discards further bytes until the client closes too.
void Connection::linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return close();
  move_to(Phase::kClosing);
  lingers_since_ = since();
  received_ = std::string();
  read();
}

void Connection::expire() {
  if (phase() != Phase::kReceiving) return close();
  refuse(
      {.status = 408, .message = fmt::format("the request did not come within {} ms", shared_.limits.request.count())});
}

}  // namespace hone::http
