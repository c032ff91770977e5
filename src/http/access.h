// Decides by Host and Origin who may send a request. A web page of another site must not reach a server on this
// machine, neither directly nor by a name that it points here (DNS rebinding).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/config.h"

namespace hone::http {

class AccessRules {
 public:
  AccessRules(const ServerConfig& config, std::string bound_address);

  // `host`: the value of Host, with or without a port. Allowed are the names of this machine's loopback, the address
  // that the server is bound to (any address if it is bound to all), and the names given by --allow-host.
  bool allows_host(std::string_view host) const;

  // `origin`: the value of Origin. Allowed are the server's own, by the request's `host`, and those of --allow-origin.
  bool allows_origin(std::string_view origin, std::string_view host) const;

  // Whether pages of other origins may read responses at all.
  bool shares() const { return !origins_.empty(); }

  // Whether the origin is one of --allow-origin, whose pages may read responses (CORS).
  bool shares_with(std::string_view origin) const;

 private:
  std::string bound_address_;
  bool bound_to_all_;
  std::vector<std::string> hosts_, origins_;
};

// "example.org" of "example.org:8000", "::1" of "[::1]:8000", in lower case; empty if `host` is malformed.
std::string host_name(std::string_view host);

// Whether this can be the value of Host: a name or an address, with or without a port.
bool is_host(std::string_view host);

}  // namespace hone::http
