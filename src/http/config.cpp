// Converts options to a configuration.
#include "http/config.h"

#include <boost/asio/ip/address.hpp>

#include "base/error.h"
#include "http/access.h"
#include "http/ascii.h"

namespace hone::http {

namespace {

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(std::min(seconds, 1e9) * 1000));
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

void check_hosts(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    if (is_host(host)) continue;
    throw Error(ErrorKind::kUsage, fmt::format("--allow-host \"{}\" is not a name or address of a server", host),
                "give it without a scheme or path, for example hone.example.org, 192.168.0.7 or [fe80::1]");
  }
}

// Returns what is wrong with an origin, or an empty text.
std::string origin_problem(std::string_view origin) {
  const size_t colon = origin.find("://");
  if (colon == std::string_view::npos || colon == 0) return "has no scheme";
  const std::string scheme = lowered(origin.substr(0, colon));
  const std::string_view rest = origin.substr(colon + 3);
  if (rest.find_first_of("/?#") != std::string_view::npos) return "has a path";
  if (!is_host(rest) || rest.ends_with(':')) return "has no host after its scheme";
  const bool is_default = (scheme == "http" && rest.ends_with(":80")) || (scheme == "https" && rest.ends_with(":443"));
  return is_default ? "has the port that browsers leave out" : "";
}

void check_origins(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (origin == "*" || origin == "null") continue;
    const std::string problem = origin_problem(origin);
    if (problem.empty()) continue;
    throw Error(ErrorKind::kUsage, fmt::format("--allow-origin \"{}\" {}, so no page matches it", origin, problem),
                "give scheme, host and a port that is not the scheme's own, without a path, for example "
                "https://example.org or http://localhost:3000; *: all");
  }
}

}  // namespace

bool is_localhost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return lowered(host) == "localhost";
}

bool is_loopback(std::string_view host) {
  if (is_localhost(host)) return true;
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
    throw Error(ErrorKind::kUsage,
                fmt::format("--host {} lets other machines send requests, but there is no key", options.host),
                "give a file of keys with --api-key-file, or --no-auth if anyone may send requests");
  }
  check_hosts(options.allow_host);
  check_origins(options.allow_origin);
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
