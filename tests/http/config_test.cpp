#include "http/config.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "options/parse.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("the loopback has several names") {
  for (const char* name : {"localhost", "LOCALHOST", "Localhost.", "127.0.0.1", "127.1.2.3", "::1", "[::1]"}) {
    CHECK(is_loopback(name));
  }
  for (const char* name : {"0.0.0.0", "::", "192.168.0.1", "example.org", "", "127.0.0.1.example", "localhost..", ".",
                           "localhost.example", "notlocalhost"}) {
    CHECK_FALSE(is_loopback(name));
  }
}

TEST_CASE("by default the server is reachable from this machine only") {
  const ServerConfig config = make_config(ServerOptions{});
  CHECK(config.host == "127.0.0.1");
  CHECK(config.port == 8000);
  CHECK(config.keys.empty());
  CHECK(config.limits.body_bytes == 1 << 20);
  CHECK(config.limits.header_line_bytes == 8 << 10);
  CHECK(config.limits.header_lines == 100);
  CHECK(config.limits.request == std::chrono::seconds(10));
  CHECK(config.limits.idle == std::chrono::seconds(60));
}

TEST_CASE("command-line options set the configuration") {
  const std::vector<std::string> arguments = {"--host",
                                              "[::1]",
                                              "--port",
                                              "0",
                                              "--request-timeout",
                                              "0.2",
                                              "--max-body-bytes",
                                              "4096",
                                              "--allow-origin",
                                              "https://a.example,https://b.example"};
  const ServerConfig config = make_config(options::parse<ServerOptions>("hone serve", arguments).options);
  CHECK(config.host == "::1");
  CHECK(config.port == 0);
  CHECK(config.limits.request == std::chrono::milliseconds(200));
  CHECK(config.limits.body_bytes == 4096);
  CHECK(config.allow_origin.size() == 2);
}

TEST_CASE("a server for other machines requires a key, or the option that allows requests without one") {
  ServerOptions options{.host = "0.0.0.0"};
  const Error error = expect_error([&] { make_config(options); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "--host 0.0.0.0 lets other machines send requests"));
  CHECK(contains(error.hint(), "--api-key-file"));
  CHECK(contains(error.hint(), "--no-auth"));
  options.no_auth = true;
  CHECK(make_config(options).host == "0.0.0.0");
  const TemporaryFolder folder;
  const ServerOptions keyed{.host = "0.0.0.0", .api_key_file = folder.write("keys", "secret\n")};
  std::filesystem::permissions(keyed.api_key_file, std::filesystem::perms::owner_read);
  CHECK(make_config(keyed).keys.accept("Bearer secret"));
}

TEST_CASE("contradictions and an empty host are refused") {
  const Error both = expect_error([] { make_config({.api_key_file = "keys", .no_auth = true}); });
  CHECK(contains(both.what(), "--no-auth contradicts --api-key-file"));
  CHECK(contains(expect_error([] { make_config({.host = ""}); }).what(), "--host is empty"));
}

TEST_CASE("a loopback host needs no key, in upper or lower case") {
  CHECK(make_config({.host = "LOCALHOST"}).host == "LOCALHOST");
  CHECK(make_config({.host = "localhost."}).host == "localhost.");
}

TEST_CASE("an allowed host that no request can name is refused, with a valid example") {
  for (const char* wrong : {"", " ", "http://x/", "https://hone.example", "hone.example/", "a b", "*", "user@a", "::1",
                            ".example", "a..b", "a:port", "[::1", "[a]"}) {
    CAPTURE(wrong);
    const Error error = expect_error([&] { make_config({.allow_host = {"good.example", wrong}}); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(error.what() == fmt::format("--allow-host \"{}\" is not a name or address of a server", wrong));
    CHECK(contains(error.hint(), "for example hone.example.org"));
  }
  const std::vector<std::string> good = {"hone", "Hone.Example", "hone.example.", "10.0.0.7", "[fe80::1]", "a:8000"};
  CHECK(make_config({.allow_host = good}).allow_host == good);
}

TEST_CASE("an allowed origin that no page can have is refused, with the reason and an example") {
  const std::pair<const char*, const char*> wrong[] = {{"example.com", "has no scheme"},
                                                       {"", "has no scheme"},
                                                       {"://example.com", "has no scheme"},
                                                       {"https://example.com/", "has a path"},
                                                       {"https://example.com/app", "has a path"},
                                                       {"https://", "has no host"},
                                                       {"https://*.example.com", "has no host"},
                                                       {"https://a b", "has no host"},
                                                       {"https://a:", "has no host"},
                                                       {"https://a:443", "has the port that browsers leave out"},
                                                       {"http://a:80", "has the port that browsers leave out"}};
  for (const auto& [origin, problem] : wrong) {
    CAPTURE(origin);
    const Error error = expect_error([&] { make_config({.allow_origin = {origin}}); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), fmt::format("--allow-origin \"{}\" {}", origin, problem)));
    CHECK(contains(error.hint(), "https://example.org"));
  }
  const std::vector<std::string> all = {"*",
                                        "null",
                                        "https://Example.org",
                                        "http://localhost:3000",
                                        "http://[::1]:8080",
                                        "http://a:443",
                                        "chrome-extension://abc"};
  CHECK(make_config({.allow_origin = all}).allow_origin == all);
}
