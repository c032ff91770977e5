// One client: reads a request, has it answered, writes the answer, and so on until one side ends it. Requests that came
// together (pipelining) are answered in their order, one at a time. All on the server's thread.
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

// What the connections of a server share; it outlives them.
struct ConnectionShared {
  const Limits& limits;
  const Dispatcher& dispatcher;
  Traffic& traffic;
  PhaseList& phases;
  bool stopping = false;
  // The Answer for the connection's request of that number.
  std::function<Answer(std::weak_ptr<Connection>, uint64_t)> make_answer = {};
  // The connection is closed.
  std::function<void(Connection&)> forget = {};
};

class Connection : public Phased, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::string client, ConnectionShared& shared);

  void start();
  // Instead of start(): the answer to whatever the client will ask, and the end.
  void turn_away(const ErrorAnswer& error);
  // Its phase took too long: 408 where a request was coming, else the end.
  void expire();
  // The answer to the given request; nothing where that is not the one under way.
  void answer(uint64_t request, Response response);
  // Where the client has ended its side while its request is being answered: finds out whether it still listens, or is
  // gone. To be called from time to time.
  void probe();
  // At once, without a word.
  void close();

 private:
  void read();
  void on_read(const boost::system::error_code& error, size_t size);
  void drop(size_t size);
  void keep(const boost::system::error_code& error, size_t size);
  void advance();
  bool examine();
  void refuse(const ErrorAnswer& error);
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
  bool has_ended_ = false, is_probed_ = false;  // the client says no more; it was asked whether it listens
};

}  // namespace hone::http
