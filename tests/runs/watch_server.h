// `hone watch` as a process, and requests to it.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <string>

#include "base/json.h"
#include "cli/process.h"
#include "expect_error.h"

namespace hone {

struct HttpAnswer {
  int status = 0;
  std::string head, body;
};

class WatchServer {
 public:
  explicit WatchServer(const std::string& folder) : process_(HONE_PROGRAM, {"watch", folder, "--port", "0"}) {
    constexpr const char* kSaid = "listening on http://127.0.0.1:";
    REQUIRE(process_.wait_until([&] { return contains(process_.error_so_far(), kSaid); }));
    const std::string said = process_.error_so_far();
    port_ = std::stoi(said.substr(said.find(kSaid) + std::string(kSaid).size()));
  }

  HttpAnswer request(const std::string& method, const std::string& path, const std::string& headers = "") const {
    const int socket_number = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(static_cast<uint16_t>(port_))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const std::string text = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                             "\r\nConnection: close\r\n" + headers + (method == "POST" ? "Content-Length: 0\r\n" : "") +
                             "\r\n";
    REQUIRE(send(socket_number, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    std::string answer;
    char buffer[1 << 14];
    for (ssize_t count = 0; (count = recv(socket_number, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(count));
    }
    close(socket_number);
    const size_t end = answer.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    return {std::stoi(answer.substr(9, 3)), answer.substr(0, end), answer.substr(end + 4)};
  }

  Json get(const std::string& path) const {
    const HttpAnswer answer = request("GET", path);
    CAPTURE(answer.body);
    REQUIRE(answer.status == 200);
    return parse_json(answer.body, path);
  }

  // Returns the path of the only run with this name.
  std::string path_of(const std::string& name) const {
    const Json list = get("/api/runs");
    for (const Json& run : list["runs"]) {
      if (run["name"] == name) return "/api/runs/" + run["id"].get<std::string>();
    }
    FAIL("there is no run ", name);
    return "";
  }
  Json run(const std::string& name) const { return get(path_of(name)); }
  const Process& process() const { return process_; }
  // Stops the server with SIGTERM, as a service manager does.
  ProcessResult stop() {
    process_.send(SIGTERM);
    return process_.wait(20);
  }

 private:
  Process process_;
  int port_ = 0;
};

}  // namespace hone
