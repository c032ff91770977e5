// Opens the socket with boost::asio, and adds hints to its errors.
#include "http/listener.h"

#include <sys/resource.h>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace hone::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Open files that are not served connections: the program's own, model files, run folders, connections that are turned
// away.
constexpr rlim_t kOtherFiles = 96;

tcp::endpoint endpoint_of(asio::io_context& io, const ServerConfig& config) {
  error_code error;
  const auto address = asio::ip::make_address(is_localhost(config.host) ? "127.0.0.1" : config.host, error);
  if (!error) return {address, config.port};
  const auto found = tcp::resolver(io).resolve(config.host, std::to_string(config.port), error);
  if (!error && !found.empty()) return found.begin()->endpoint();
  throw Error(ErrorKind::kIo, fmt::format("--host {}: {}", config.host, error.message()),
              "give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them");
}

Error listen_error(const tcp::endpoint& endpoint, const error_code& error) {
  std::string hint = "give an address of this machine with --host";
  if (error == asio::error::address_in_use)
    hint = "another program uses this port: give another one with --port, or 0 for any free port";
  if (error == asio::error::access_denied) hint = "ports below 1024 need more rights: give a higher one with --port";
  const std::string address = endpoint.address().to_string();
  return Error(ErrorKind::kIo,
               fmt::format("cannot listen on {} port {}: {}", address, endpoint.port(), error.message()), hint);
}

}  // namespace

tcp::endpoint open_listener(asio::io_context& io, tcp::acceptor& acceptor, const ServerConfig& config) {
  const tcp::endpoint endpoint = endpoint_of(io, config);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw listen_error(endpoint, error);
  return acceptor.local_endpoint();
}

std::string url_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  std::string host = address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string();
  if (address.is_unspecified()) host = "127.0.0.1";
  return fmt::format("http://{}:{}", host, endpoint.port());
}

size_t affordable_connections(size_t wanted) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  const rlim_t needed = wanted + kOtherFiles;
  if (files.rlim_cur < needed) {
    rlimit raised = files;
    raised.rlim_cur = std::min(needed, files.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) files = raised;
  }
  if (files.rlim_cur >= needed) return wanted;
  const size_t possible = files.rlim_cur > 2 * kOtherFiles ? files.rlim_cur - kOtherFiles : kOtherFiles;
  log_warning("only {} connections at a time, not {}: this process may open {} files (ulimit -n)", possible, wanted,
              files.rlim_cur);
  return possible;
}

}  // namespace hone::http
