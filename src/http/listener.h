// The listening socket: its address found, bound, and errors that say what to do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

#include "http/config.h"

namespace hone::http {

// Opens `acceptor` on config.host and config.port; gives the endpoint with the port that it got. Errors: kIo.
boost::asio::ip::tcp::endpoint open_listener(boost::asio::io_context& io, boost::asio::ip::tcp::acceptor& acceptor,
                                             const ServerConfig& config);

// "http://127.0.0.1:8000", for a browser on this machine: where the server is bound to all addresses, the loopback's.
std::string url_of(const boost::asio::ip::tcp::endpoint& endpoint);

// How many connections the process can hold, at most `wanted`; raises its limit of open files where it may.
size_t affordable_connections(size_t wanted);

}  // namespace hone::http
