// The listening socket, with errors that say what to do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

#include "http/config.h"

namespace hone::http {

// Opens `acceptor` on config.host and config.port. Returns the endpoint with the actual port. Errors: kIo.
boost::asio::ip::tcp::endpoint open_listener(boost::asio::io_context& io, boost::asio::ip::tcp::acceptor& acceptor,
                                             const ServerConfig& config);

// Returns "http://127.0.0.1:8000", for a browser on this machine. Uses the loopback address if the server is bound to
// all.
std::string url_of(const boost::asio::ip::tcp::endpoint& endpoint);

// Returns how many connections the process can hold, at most `wanted`. Raises its limit of open files if it may.
size_t affordable_connections(size_t wanted);

}  // namespace hone::http
