// Decides by Host and Origin who may send a request. Web pages of other sites must not reach a server on this machine,
// neither directly nor through a host name that they resolve to it (DNS rebinding).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/config.h"

namespace hone::http {

class AccessRules {
 public:
  AccessRules(const ServerConfig& config, std::string bound_address);

  // Returns whether requests may use `host`, the value of Host with or without a port. Allowed are the names of this
  // machine's loopback, the address that the server is bound to (any address if it is bound to all), and the names
  // given by --allow-host.
  bool allows_host(std::string_view host) const;

  // Returns whether pages of `origin`, the value of Origin, may send requests. Allowed are the server's own origin,
  // according to the request's `host`, and those of --allow-origin.
  bool allows_origin(std::string_view origin, std::string_view host) const;

  // Returns whether pages of any other origin may read responses.
  bool shares() const { return !origins_.empty(); }

  // Returns whether --allow-origin lists the origin, so that its pages may read responses (CORS).
  bool shares_with(std::string_view origin) const;

 private:
  std::string bound_address_;
  bool bound_to_all_;
  std::vector<std::string> hosts_, origins_;
};

// Returns "example.org" for "example.org:8000", "::1" for "[::1]:8000", in lower case; empty if `host` is malformed.
std::string host_name(std::string_view host);

// Returns whether `host` is a valid value of Host: a name or an address, with or without a port.
bool is_host(std::string_view host);

}  // namespace hone::http
