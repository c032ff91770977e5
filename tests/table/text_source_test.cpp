#include "table/text_source.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace text_source_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

std::string message(const fs::path& path, Charset charset = Charset::kUtf8) {
  return expect_error([&] {
           TextSource source(path, charset);
           while (source.more()) {
           }
         })
      .what();
}

TEST_CASE("a window grows by whole characters to the end of the file, and is consumed") {
  const TemporaryFolder folder;
  std::string text;
  while (text.size() < (9u << 20))
    text +=
        "\xE6\xAD\xA3\xF0\x9F\x98\x80"
        "ab\n";
  TextSource source(folder.write("a.txt", text), Charset::kUtf8);
  CHECK(source.window().size() < text.size());
  CHECK_FALSE(source.at_end());
  source.consume(10, 1);
  CHECK(source.window().starts_with("\xE6\xAD\xA3"));
  while (source.more()) {
  }
  CHECK(source.at_end());
  CHECK(source.window() == std::string_view(text).substr(10));
}

TEST_CASE("a byte order mark is skipped") {
  const TemporaryFolder folder;
  CHECK(TextSource(folder.write("a.txt", "\xEF\xBB\xBFtext"), Charset::kUtf8).window() == "text");
}

TEST_CASE("bytes that are not UTF-8 are an error with line and byte") {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a.csv", "text\nfine\ncaf\xE9 noir\n");
  CHECK(message(path) == path.string() + ":3: byte 0xE9 (byte 4 of the line, 14 of the file) is not UTF-8");
  CHECK(contains(message(folder.write("b.csv", "a\n\xE6\xAD")), "b.csv:2: byte 0xE6"));
  CHECK(contains(message(folder.write("c.csv", "\xC0\xAF")), ":1: byte 0xC0"));       // overlong
  CHECK(contains(message(folder.write("d.csv", "x\xED\xA0\x80")), ":1: byte 0xED"));  // surrogate
  CHECK(contains(expect_error([&] { TextSource source(path, Charset::kUtf8); }).hint(), "iconv -f LATIN1"));
}

TEST_CASE("the error for Chinese text in GBK has a hint to convert it from GB18030") {
  const TemporaryFolder folder;
  const auto hint = [&](std::string_view text) {
    const fs::path path = folder.write("a.csv", text);
    return expect_error([&] { TextSource source(path, Charset::kUtf8); }).hint();
  };
  // "text,label", then "a good film" and "very bad" in Chinese.
  CHECK(contains(hint("text,label\n\xD2\xBB\xB2\xBF\xBA\xC3\xB5\xE7\xD3\xB0,1\n\xBA\xDC\xB2\xEE,0\n"),
                 "iconv -f GB18030 -t UTF-8 "));
  CHECK(contains(hint("\xC6\xC0\xC2\xDB\xC4\xDA\xC8\xDD,\xB1\xEA\xC7\xA9\n\xBA\xC3\xA3\xAC\xB6\xD4,1\n"), "GB18030"));
  CHECK(contains(hint("caf\xE9 noir, d\xE9j\xE0 vu\n"), "LATIN1"));
  CHECK(contains(hint("na\xEFve \xFC"
                      "ber\n"),
                 "LATIN1"));
}

TEST_CASE("the error for an invalid byte far into a file names its line") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "line " + std::to_string(i) + "\n";
  text += "bad \xFF";
  CHECK(contains(message(folder.write("a.txt", text)), ":1000001: byte 0xFF (byte 5 of the line"));
}

TEST_CASE("UTF-16 is detected") {
  const TemporaryFolder folder;
  CHECK(contains(message(folder.write("a.csv", std::string_view("\xFF\xFEt\0e\0", 6))), "the text is UTF-16"));
}

TEST_CASE("latin-1 is converted to UTF-8 if requested") {
  const TemporaryFolder folder;
  CHECK(TextSource(folder.write("a.txt", "caf\xE9"), Charset::kLatin1).window() == "caf\xC3\xA9");
}

}  // namespace text_source_test
