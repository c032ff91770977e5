// One client: reads a request, passes it to a handler, writes the response, and so on until one side closes. Pipelined
// requests are handled in their order, one at a time. All on the server's thread.
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

// What the connections of a server share. It outlives them.
struct ConnectionShared {
  const Limits& limits;
  const Dispatcher& dispatcher;
  Traffic& traffic;
  PhaseList& phases;
  bool stopping = false;
  // Returns the Responder for the connection's request of that number.
  std::function<Responder(std::weak_ptr<Connection>, uint64_t)> make_responder = {};
  // Called when the connection is closed.
  std::function<void(Connection&)> forget = {};
};

class Connection : public Phased, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::string client, ConnectionShared& shared);

  void start();
  // Instead of start(): responds with the error to whatever the client sends, then closes.
  void turn_away(const ErrorDetails& error);
  // The phase took too long: responds 408 if a request was being received, else closes.
  void expire();
  // Sends the response to the given request. Does nothing if that is not the request under way.
  void respond(uint64_t request, Response response);
  // If the client has closed its sending side while its request is handled: finds out whether it still listens. Call it
  // from time to time.
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
  std::string received_;  // bytes that the parser has not taken
  std::string response_head_, response_body_;
  std::stop_source gone_{std::nostopstate};  // of the request under way
  Clock::time_point began_{}, lingers_since_{};
  uint64_t request_number_ = 0;
  size_t lingered_ = 0;
  bool reading_ = false, keep_alive_ = false, closed_ = false;
  bool has_ended_ = false, is_probed_ = false;  // the client sends no more; probe() has asked whether it listens
};

}  // namespace hone::http
