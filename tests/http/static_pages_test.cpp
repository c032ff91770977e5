#include "http/static_pages.h"

#include <doctest/doctest.h>

#include <array>

#include "expect_error.h"
#include "http/test_server.h"

namespace static_pages_test {

using namespace hone;
using namespace hone::http;

constexpr std::array<PageFile, 2> kFiles = {{{"/try.html", "text/html; charset=utf-8", "<p>hello</p>", "ZIPPED"},
                                             {"/assets/try-1a2b.js", "text/javascript", "let a", ""}}};

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

Headers with(std::string_view name, std::string_view value) {
  Headers headers;
  headers.add(name, value);
  return headers;
}

TEST_CASE("pages are served, index.html at /") {
  const StaticPages pages(kFiles, "/try.html");
  const auto index = pages.find("/", {});
  REQUIRE(index.has_value());
  CHECK(index->body == "<p>hello</p>");
  CHECK(index->content_type == "text/html; charset=utf-8");
  CHECK(header(*index, "Cache-Control") == "no-cache");
  CHECK(header(*index, "Vary") == "Accept-Encoding");
  const auto script = pages.find("/assets/try-1a2b.js", with("Accept-Encoding", "gzip"));
  CHECK(script->body == "let a");
  CHECK(header(*script, "Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(header(*script, "Content-Encoding").empty());
  CHECK_FALSE(pages.find("/assets", {}).has_value());
  CHECK_FALSE(pages.find("/../try.html", {}).has_value());
  CHECK(pages.contains("/"));
  CHECK_FALSE(pages.contains("/x"));
}

TEST_CASE("a page is compressed if the client accepts it, and then has another ETag") {
  const StaticPages pages(kFiles, "/try.html");
  const auto plain = pages.find("/try.html", {});
  const auto zipped = pages.find("/try.html", with("Accept-Encoding", "br, gzip"));
  CHECK(zipped->body == "ZIPPED");
  CHECK(header(*zipped, "Content-Encoding") == "gzip");
  CHECK(header(*zipped, "ETag") != header(*plain, "ETag"));
}

TEST_CASE("a client with the current page gets 304") {
  const StaticPages pages(kFiles, "/try.html");
  const std::string tag = header(*pages.find("/try.html", {}), "ETag");
  const auto same = pages.find("/try.html", with("If-None-Match", "\"x\", W/" + tag));
  CHECK(same->status == 304);
  CHECK(same->body.empty());
  CHECK(header(*same, "ETag") == tag);
  CHECK(pages.find("/try.html", with("If-None-Match", "\"x\""))->status == 200);
}

TEST_CASE("without pages, / explains why there are none") {
  const StaticPages pages({}, "/try.html");
  CHECK(contains(pages.find("/", {})->body, "HONE_WEB=OFF"));
  CHECK_FALSE(pages.find("/try.html", {}).has_value());
}

TEST_CASE("Accept-Encoding is read with its weights") {
  for (const char* yes : {"gzip", "GZIP;q=0.5", "deflate, gzip", "*", "x-gzip", "br;q=1.0, *;q=0.1", "gzip ; q=1"}) {
    CAPTURE(yes);
    CHECK(accepts_gzip(yes));
  }
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "*, gzip;q=0", "gzipped"}) {
    CAPTURE(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}

TEST_CASE("If-None-Match may list several ETags") {
  CHECK(names_tag("\"a\"", "\"a\""));
  CHECK(names_tag("W/\"a\"", "\"a\""));
  CHECK(names_tag("*", "\"a\""));
  CHECK_FALSE(names_tag("", "\"a\""));
  CHECK_FALSE(names_tag("a", "\"a\""));
}

TEST_CASE("a server built without pages explains that at /, and serves its routes") {
  Site site = test_site();
  site.pages = page_files();  // from cmake/no_pages.cpp, which a build with HONE_WEB=OFF links
  const TestServer server({}, site);
  const TestResponse root = ask(server, get("/"));
  CHECK(root.status == 200);
  CHECK(root.header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(contains(root.body, "This hone was built without its pages (HONE_WEB=OFF)."));
  CHECK(ask(server, get("/try.html")).status == 404);
  CHECK(ask(server, get("/watch.html")).status == 404);
  CHECK(ask(server, get("/text")).body == "hello");
  CHECK(ask(server, get("/openapi.json")).status == 200);
}

}  // namespace static_pages_test
