// One client: reads a request, passes it to a handler, writes the response, and repeats this until one side closes.
// Handles pipelined requests in order, one at a time. Runs on the server's thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "http/dispatcher.h"
#include "http/phases.h"
#include "http/request_parser.h"
#include "http/traffic.h"

namespace hone::http {

class Connection;

// The data that all connections of a server share. It outlives them.
struct ConnectionShared {
  const Limits& limits;
  const Dispatcher& dispatcher;
  Traffic& traffic;
  PhaseList& phases;
  bool stopping = false;
  // Returns the Responder for the connection's request with that number.
  std::function<Responder(std::weak_ptr<Connection>, uint64_t)> make_responder = {};
  // Called when the connection is closed.
  std::function<void(Connection&)> forget = {};
};

class Connection : public Phased, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::string client, ConnectionShared& shared);

  void start();
  // Call it instead of start(). Responds with the error to any request, then closes.
  void turn_away(const ErrorDetails& error);
  // Call it if the phase took too long. Responds 408 if a request is incomplete, else closes.
  void expire();
  // Sends the response to the given request. Does nothing if that is not the current request.
  void respond(uint64_t request, Response response);
  // If the client has closed its sending side while a handler has its request, finds out whether the client still
  // listens. Call it from time to time.
  void probe();
  // Closes at once, without a response.
  void close();

 private:
  void read();
  void on_read(const boost::system::error_code& error, size_t size);
  void drop(size_t size);
  void keep(const boost::system::error_code& error, size_t size);
  void advance();
  bool examine();
  void refuse(const ErrorDetails& error);
  void write_continue();
  void dispatch();
  void send(Response response, bool keep_alive);
  std::string finished_head(Response& response) const;
  void on_sent(const boost::system::error_code& error, size_t size);
  void next_request();
  void linger();
  void move_to(Phase phase);

  boost::asio::ip::tcp::socket socket_;
  ConnectionShared& shared_;
  RequestParser parser_;
  RequestHead head_;
  Exchange exchange_;
  std::string origin_;
  std::string read_buffer_;
  std::string received_;  // bytes that the parser has not consumed
  std::string response_head_, response_body_;
  std::stop_source gone_{std::nostopstate};  // stop source of the current request
  Clock::time_point began_{}, lingers_since_{};
  uint64_t request_number_ = 0;
  size_t lingered_ = 0;
  bool reading_ = false, keep_alive_ = false, closed_ = false;
  bool has_ended_ = false, is_probed_ = false;  // the client has closed its sending side; probe() was sent
};

}  // namespace hone::http
