// Options of every command that listens: address, access, limits. make_config (http/config.h) checks them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hone::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int64_t port = 8000;
  std::filesystem::path api_key_file;
  bool no_auth = false;
  std::vector<std::string> allow_origin, allow_host;
  bool open = false;
  bool access_log = false;
  int64_t max_body_bytes = 1 << 20;
  int64_t max_connections = 1024;
  double request_timeout = 10, idle_timeout = 60;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Server");
    visit("host", self.host,
          "address to listen on; an address that other machines can reach needs --api-key-file or --no-auth")
        .value_name("ADDRESS");
    visit("port", self.port, "port to listen on; 0: any free port").in_range(0, 65535);
    visit("api_key_file", self.api_key_file,
          "file of accepted keys, one in each line; clients send \"Authorization: Bearer KEY\"")
        .value_name("FILE");
    visit("no_auth", self.no_auth, "accept requests of other machines without a key");
    visit("allow_origin", self.allow_origin,
          "origins of other web pages that may send requests, such as https://example.org; *: all")
        .value_name("ORIGIN");
    visit("allow_host", self.allow_host, "names of this server, besides its address, that requests may use")
        .value_name("NAME");
    visit("open", self.open, "open the page in the browser");
    visit("access_log", self.access_log, "write a line for each request to standard error");
    visit("max_body_bytes", self.max_body_bytes, "bytes of a request body, at most").in_range(1024, 1 << 30);
    visit("max_connections", self.max_connections, "connections at a time, at most").in_range(1, 1000000);
    visit("request_timeout", self.request_timeout, "seconds that a client has to send a request").above(0);
    visit("idle_timeout", self.idle_timeout, "seconds until a connection without requests is closed").above(0);
  }
};

}  // namespace hone::http
