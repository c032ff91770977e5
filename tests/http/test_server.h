// A server for one test on a free loopback port, run by a thread, and a client that sends exactly the given bytes.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "http/server.h"

namespace hone::http {

class TestServer {
 public:
  TestServer(ServerConfig config, const Site& site)
      : server_(std::move(config), site), thread_([this] { server_.run(); }) {}
  ~TestServer() { stop(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  uint16_t port() const { return server_.port(); }
  Server& server() { return server_; }
  // Returns after run() has returned.
  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

 private:
  Server server_;
  std::thread thread_;
};

struct TestResponse {
  unsigned status = 0;  // 0: the server closed without a response
  std::string head, body;

  // Returns the value of a header, or an empty text if it is missing.
  std::string header(std::string_view name) const {
    const std::string start = "\r\n" + std::string(name) + ": ";
    const size_t found = head.find(start);
    if (found == std::string::npos) return "";
    const size_t begin = found + start.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class TestClient {
 public:
  explicit TestClient(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~TestClient() { close(); }
  TestClient(TestClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        is_connected_(other.is_connected_),
        received_(std::move(other.received_)) {}
  TestClient& operator=(TestClient&&) = delete;

  bool is_connected() const { return is_connected_; }
  int descriptor() const { return socket_; }

  // Returns false if the server has closed the connection.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Reads the next response. `is_head`: it has no body, because the request was HEAD.
  TestResponse read(bool is_head = false) {
    TestResponse response;
    size_t end;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return response;
    }
    response.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    response.status = static_cast<unsigned>(std::stoul(response.head.substr(9, 3)));
    const std::string length = response.header("Content-Length");
    const size_t size = is_head || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size && receive()) {
    }
    response.body = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }

  TestResponse ask(std::string_view request, bool is_head = false) {
    send(request);
    return read(is_head);
  }

  // Waits for a byte or the end of the connection; returns whether the server has closed it.
  bool is_closed() { return received_.empty() && !receive(); }
  void half_close() const { shutdown(socket_, SHUT_WR); }
  // Closes with a reset, as the system does for a killed process.
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  bool receive() {
    char buffer[16384];
    const ssize_t size = recv(socket_, buffer, sizeof buffer, 0);
    if (size > 0) received_.append(buffer, static_cast<size_t>(size));
    return size > 0;
  }

  int socket_;
  bool is_connected_ = false;
  std::string received_;
};

inline std::string get(std::string_view path, std::string_view more = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, more);
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = "") {
  return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}", path, body.size(), more,
                     body);
}

// Sends one request on a connection of its own and returns the response.
inline TestResponse ask(const TestServer& server, std::string_view request) {
  return TestClient(server.port()).ask(request);
}

// Its routes: GET /text; POST /echo returns the body; GET /slow responds after 5 ms from a thread, like a model;
// GET /forgotten never responds; GET /broken throws; GET /runs/{id} returns the id.
inline Site test_site() {
  const auto slow = [](const Request&, const Responder& answer) {
    std::thread([answer] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      answer(text_response("slow"));
    }).detach();
  };
  const auto broken = [](const Request&) -> Response { throw std::runtime_error("secret"); };
  Site site;
  site.routes = {
      {.method = "GET", .path = "/text", .handle = [](const Request&) { return text_response("hello"); }},
      {.method = "POST", .path = "/echo", .handle = [](const Request& request) { return text_response(request.body); }},
      {.method = "GET", .path = "/slow", .handle = slow},
      {.method = "GET", .path = "/forgotten", .handle = [](const Request&, const Responder&) {}},
      {.method = "GET", .path = "/broken", .handle = broken},
      {.method = "GET",
       .path = "/runs/{id}",
       .handle = [](const Request& r) { return text_response(r.parameter("id")); }},
  };
  return site;
}

}  // namespace hone::http
