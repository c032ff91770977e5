// A small HTTP client for tests: one connection, raw bytes in and out, responses with Content-Length.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace hone {

struct HttpAnswer {
  int status = 0;                              // 0: the connection was closed or silent
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  Json json() const { return parse_json(body, "answer"); }
};

class HttpConnection {
 public:
  explicit HttpConnection(uint16_t port, int timeout_seconds = 60)
      : port_(port), socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval timeout{timeout_seconds, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  HttpConnection(HttpConnection&& other) noexcept
      : port_(other.port_), socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  HttpConnection& operator=(HttpConnection&&) = delete;
  ~HttpConnection() {
    if (socket_ >= 0) close(socket_);
  }

  // Returns false if the server has closed the connection; its response says why.
  bool send_raw(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Closes with a reset, as the system does for a killed process with unread bytes.
  void close_by_reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(std::exchange(socket_, -1));
  }

  // `headers`: complete lines with their line ends.
  void send_request(std::string_view method, std::string_view path, std::string_view body = "",
                    std::string_view headers = "") const {
    std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}", method, path, port_, headers);
    if (method == "POST") {
      request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    send_raw(request + "\r\n" + std::string(body));
  }

  HttpAnswer receive() {
    HttpAnswer answer;
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return answer;
    }
    read_head(answer, std::string_view(received_).substr(0, end));
    const size_t length = answer.headers.count("content-length") ? std::stoul(answer.headers["content-length"]) : 0;
    while (received_.size() < end + 4 + length) {
      if (!read_more()) return {};
    }
    answer.body = received_.substr(end + 4, length);
    received_.erase(0, end + 4 + length);
    return answer;
  }

 private:
  bool read_more() {
    char buffer[65536];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<size_t>(count));
    return true;
  }

  static void read_head(HttpAnswer& answer, std::string_view head) {
    answer.status = std::stoi(std::string(head.substr(9, 3)));
    for (size_t begin = head.find("\r\n"); begin != std::string_view::npos; begin = head.find("\r\n", begin)) {
      begin += 2;
      const std::string_view line = head.substr(begin, head.find("\r\n", begin) - begin);
      const size_t colon = line.find(':');
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      answer.headers[name] = line.substr(std::min(colon + 2, line.size()));
    }
  }

  uint16_t port_;
  int socket_;
  std::string received_;
};

}  // namespace hone
