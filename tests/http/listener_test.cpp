#include "http/listener.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "base/log.h"
#include "expect_error.h"

namespace listener_test {

using namespace hone;
using namespace hone::http;
using boost::asio::ip::tcp;

tcp::endpoint open(const ServerConfig& config) {
  boost::asio::io_context io;
  tcp::acceptor acceptor(io);
  return open_listener(io, acceptor, config);
}

TEST_CASE("port 0 chooses a free port, and localhost is the loopback") {
  const tcp::endpoint endpoint = open({.host = "localhost", .port = 0});
  CHECK(endpoint.port() > 0);
  CHECK(endpoint.address().is_loopback());
}

TEST_CASE("a port in use is an error with a hint") {
  boost::asio::io_context io;
  tcp::acceptor first(io);
  const tcp::endpoint taken = open_listener(io, first, {.port = 0});
  const Error error = expect_error([&] { open({.port = taken.port()}); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(
      contains(error.what(), fmt::format("cannot listen on 127.0.0.1 port {}: Address already in use", taken.port())));
  CHECK(contains(error.hint(), "--port"));
}

TEST_CASE("another machine's address and an invalid name are errors about --host") {
  const Error foreign = expect_error([] { open({.host = "192.0.2.1"}); });
  CHECK(contains(foreign.what(), "cannot listen on 192.0.2.1"));
  CHECK(contains(foreign.hint(), "--host"));
  const Error nameless = expect_error([] { open({.host = "no such name.invalid"}); });
  CHECK(contains(nameless.what(), "--host no such name.invalid: "));
}

TEST_CASE("the printed URL is one that a browser on this machine can open") {
  using boost::asio::ip::make_address;
  CHECK(url_of({make_address("127.0.0.1"), 80}) == "http://127.0.0.1:80");
  CHECK(url_of({make_address("::1"), 8000}) == "http://[::1]:8000");
  CHECK(url_of({make_address("0.0.0.0"), 8000}) == "http://127.0.0.1:8000");
  CHECK(url_of({make_address("::"), 8000}) == "http://127.0.0.1:8000");
}

TEST_CASE("the limit of open files is raised for the connections; if it cannot be, fewer connections are allowed") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = 200;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(affordable_connections(100) == 100);
  CHECK(affordable_connections(300) == 300);
  set_log_level(LogLevel::kOff);
  CHECK(affordable_connections(before.rlim_max) < before.rlim_max);
  set_log_level(LogLevel::kInfo);
  setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace listener_test
