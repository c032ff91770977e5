// From options to configuration.
#include "http/config.h"

#include <boost/asio/ip/address.hpp>

#include "base/error.h"

namespace hone::http {

namespace {

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(std::min(seconds, 1e9) * 1000));
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(without_brackets(host)), error);
  return !error && address.is_loopback();
}

ServerConfig make_config(const ServerOptions& options) {
  if (options.no_auth && !options.api_key_file.empty()) {
    throw Error(ErrorKind::kUsage, "--no-auth contradicts --api-key-file", "give one of the two");
  }
  if (options.host.empty()) {
    throw Error(ErrorKind::kUsage, "--host is empty", "127.0.0.1 for this machine only, 0.0.0.0 for all networks");
  }
  if (!is_loopback(options.host) && options.api_key_file.empty() && !options.no_auth) {
    throw Error(ErrorKind::kUsage, fmt::format("--host {} lets other machines call, and there is no key", options.host),
                "give a file of keys with --api-key-file, or say --no-auth if anyone may call");
  }
  ServerConfig config{.host = std::string(without_brackets(options.host)),
                      .port = static_cast<uint16_t>(options.port),
                      .allow_origin = options.allow_origin,
                      .allow_host = options.allow_host,
                      .access_log = options.access_log};
  if (!options.api_key_file.empty()) config.keys = ApiKeys::read(options.api_key_file);
  config.limits.body_bytes = static_cast<size_t>(options.max_body_bytes);
  config.limits.connections = static_cast<size_t>(options.max_connections);
  config.limits.request = milliseconds(options.request_timeout);
  config.limits.idle = milliseconds(options.idle_timeout);
  return config;
}

}  // namespace hone::http
