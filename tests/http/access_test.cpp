#include "http/access.h"

#include <doctest/doctest.h>

namespace access_test {

using namespace hone::http;

AccessRules rules(const std::string& bound, std::vector<std::string> hosts = {},
                  std::vector<std::string> origins = {}) {
  ServerConfig config{.host = bound, .allow_origin = std::move(origins), .allow_host = std::move(hosts)};
  return AccessRules(config, bound);
}

TEST_CASE("host_name() returns a host's name without its port, or an empty text if the host is malformed") {
  CHECK(host_name("LocalHost:8000") == "localhost");
  CHECK(host_name("[::1]:8000") == "::1");
  CHECK(host_name("[::1]") == "::1");
  CHECK(host_name("example.org.") == "example.org");
  for (const char* wrong : {"", "a:b", "a:123456", "[::1", "[::1]x", "a b", "a/b", "a@b", ":80", "a:80:90"}) {
    CAPTURE(wrong);
    CHECK(host_name(wrong).empty());
  }
}

TEST_CASE("a server on the loopback accepts loopback names only") {
  const AccessRules access = rules("127.0.0.1");
  for (const char* good :
       {"localhost", "localhost:8000", "127.0.0.1:8000", "127.8.9.1", "[::1]:8000", "hone.localhost"}) {
    CAPTURE(good);
    CHECK(access.allows_host(good));
  }
  for (const char* bad : {"evil.example", "localhost.evil.example", "192.168.0.7:8000", "evil.example:8000", "",
                          "127.0.0.1.evil.example", "0.0.0.0"}) {
    CAPTURE(bad);
    CHECK_FALSE(access.allows_host(bad));
  }
}

TEST_CASE("a server on all addresses accepts any address and only the configured names") {
  const AccessRules access = rules("0.0.0.0", {"hone.example"});
  CHECK(access.allows_host("192.168.0.7:8000"));
  CHECK(access.allows_host("hone.example:8000"));
  CHECK_FALSE(access.allows_host("evil.example"));
}

TEST_CASE("a server on one address accepts that address and the loopback's") {
  const AccessRules access = rules("192.168.0.7");
  CHECK(access.allows_host("192.168.0.7:1"));
  CHECK(access.allows_host("localhost:1"));
  CHECK_FALSE(access.allows_host("192.168.0.8:1"));
}

TEST_CASE("the server's own origin may send requests, others only if they are allowed") {
  const AccessRules closed = rules("127.0.0.1");
  CHECK(closed.allows_origin("http://localhost:8000", "localhost:8000"));
  CHECK(closed.allows_origin("https://localhost:8000", "localhost:8000"));
  for (const char* foreign : {"http://localhost:8001", "http://evil.example", "null", "", "file://"}) {
    CAPTURE(foreign);
    CHECK_FALSE(closed.allows_origin(foreign, "localhost:8000"));
  }
  CHECK_FALSE(closed.shares());
  const AccessRules open = rules("127.0.0.1", {}, {"https://Example.org"});
  CHECK(open.allows_origin("https://example.org", "localhost:8000"));
  CHECK(open.shares_with("https://example.org"));
  CHECK_FALSE(open.shares_with("http://localhost:8000"));
  CHECK_FALSE(open.shares_with(""));
  CHECK(rules("127.0.0.1", {}, {"*"}).shares_with("https://anyone.example"));
}

TEST_CASE("a host is valid if a Host header could contain it") {
  for (const char* good : {"a", "a.b:1", "[::1]", "[::1]:80", "10.0.0.1", "a."}) CHECK(is_host(good));
  for (const char* wrong : {"", ".", "a..b", ".a", "a..", "::1", "[a]", "http://a", "a/b"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_host(wrong));
  }
}

TEST_CASE("a configured host with a trailing dot matches requests with and without the dot") {
  const AccessRules access(ServerConfig{.host = "Hone.Example."}, "192.168.0.7");
  CHECK(access.allows_host("hone.example:8000"));
  CHECK(access.allows_host("hone.example."));
}

}  // namespace access_test
