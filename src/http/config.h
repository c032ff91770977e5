// A server's configuration: checked ServerOptions with the keys of the key file, and limits, some of which have no
// option. Tests fill it directly, with limits of milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "http/api_keys.h"
#include "http/options.h"

namespace hone::http {

struct Limits {
  size_t header_line_bytes = 8 << 10;  // of each header line and of the request line, without the line end
  size_t header_lines = 100;           // so a head has at most 101 lines and 808 KiB
  size_t body_bytes = 1 << 20;
  size_t connections = 1024;
  std::chrono::milliseconds request{10000};  // from the first byte of a request to its last
  std::chrono::milliseconds idle{60000};     // for a connection without a request
  std::chrono::milliseconds write{30000};    // for the client to take a response
  std::chrono::milliseconds linger{2000};    // for the client to send a byte or close, after the last response
  std::chrono::milliseconds stop{8000};      // for requests in progress when the server stops
};

struct ServerConfig {
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  ApiKeys keys;
  std::vector<std::string> allow_origin, allow_host;
  bool access_log = false;
  Limits limits = {};
};

// Returns true for "localhost", ignoring case, also with a dot at the end (an absolute name).
bool is_localhost(std::string_view host);

// Returns true for localhost, 127.x.y.z and ::1, with or without brackets.
bool is_loopback(std::string_view host);

// Makes the configuration and reads the key file. Errors (kUsage): other machines could send requests without a key,
// but --no-auth is missing; an --allow-host or --allow-origin that no request could match.
ServerConfig make_config(const ServerOptions& options);

}  // namespace hone::http
