// Opens the listening socket.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

#include "http/config.h"

namespace hone::http {

// Opens `acceptor` on config.host and config.port. Returns the endpoint with the actual port. Errors: kIo.
boost::asio::ip::tcp::endpoint open_listener(boost::asio::io_context& io, boost::asio::ip::tcp::acceptor& acceptor,
                                             const ServerConfig& config);

// Returns an address for a browser on this machine, such as "http://127.0.0.1:8000": the loopback address if the server
// is bound to all addresses.
std::string url_of(const boost::asio::ip::tcp::endpoint& endpoint);

// Returns how many connections the process can hold, at most `wanted`. Raises its limit of open files if possible.
size_t affordable_connections(size_t wanted);

}  // namespace hone::http
