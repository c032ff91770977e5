// The server: sockets, limits, routes, pages. All of it runs on the thread that calls run(); responses may come from
// any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/config.h"
#include "http/metrics.h"
#include "http/route.h"
#include "http/static_pages.h"

namespace hone::http {

// What a server offers.
struct Site {
  std::string title = "hone";             // of /openapi.json
  std::string version = "0";              // of /openapi.json
  std::vector<Route> routes = {};         // GET /openapi.json and GET /metrics are added
  std::span<const PageFile> pages = {};   // must outlive the server
  std::string index = "/try.html";        // the page at /
  std::shared_ptr<Metrics> metrics = {};  // the server's metrics; null: it makes its own
};

class Server {
 public:
  // Listens at once. Connections wait until run(). Errors: kIo if the address cannot be used, with a hint.
  Server(ServerConfig config, const Site& site);
  ~Server();  // run() must have returned
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  // Returns an address that a browser on this machine can open, such as "http://127.0.0.1:8000".
  std::string url() const;

  // Serves until stop(), or until `should_stop` (called ten times a second) returns true; then finishes the requests in
  // progress within Limits::stop and returns.
  void run(const std::function<bool()>& should_stop = {});

  // Makes run() accept no new connections, finish the requests in progress and return. Any thread or handler may call
  // it.
  void stop();

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace hone::http
