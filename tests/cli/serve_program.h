// `hone serve` as a process, and requests to it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/http_client.h"
#include "cli/process.h"
#include "expect_error.h"

namespace hone {

// A running `hone serve` on a free port.
class ServeProgram {
 public:
  explicit ServeProgram(const std::string& model, const std::vector<std::string>& more = {})
      : process_(HONE_PROGRAM, arguments(model, more)) {
    const std::string line = "listening on http://127.0.0.1:";
    REQUIRE_MESSAGE(process_.wait_until([&] { return contains(process_.error_so_far(), line); }),
                    process_.error_so_far());
    const std::string log = process_.error_so_far();
    port_ = static_cast<uint16_t>(std::stoi(log.substr(log.find(line) + line.size())));
  }

  uint16_t port() const { return port_; }
  Process& process() { return process_; }
  std::string log() const { return process_.error_so_far(); }

  HttpAnswer ask(std::string_view method, std::string_view path, std::string_view body = "",
                 std::string_view headers = "") const {
    HttpConnection connection(port_);
    connection.send_request(method, path, body, headers);
    return connection.receive();
  }
  HttpAnswer get(std::string_view path) const { return ask("GET", path); }
  HttpAnswer post(std::string_view path, const Json& body) const { return ask("POST", path, body.dump()); }

  bool wait_for_state(const std::string& state) {
    return process_.wait_until([&] { return get("/health").json()["status"] == state; });
  }
  ServeProgram& ready() {
    REQUIRE_MESSAGE(wait_for_state("ready"), log());
    return *this;
  }

 private:
  static std::vector<std::string> arguments(const std::string& model, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"serve",         "--model", model,         "--port", "0",
                                      "--num-threads", "1",       "--precision", "fp32"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Process process_;
  uint16_t port_ = 0;
};

}  // namespace hone
