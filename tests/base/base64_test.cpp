// The test vectors of RFC 4648, section 10.
#include "base/base64.h"

#include <doctest/doctest.h>

namespace hone::base64_test {

TEST_CASE("base64 is decoded as in RFC 4648") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("+/8A") == std::string("\xFB\xFF\x00", 3));
}

TEST_CASE("bytes are encoded as in RFC 4648") {
  for (const char* text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy", "+/8A"}) {
    CHECK(encode_base64(*decode_base64(text)) == text);
  }
}

TEST_CASE("malformed base64 is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zm9-", "Zm9v\n", "Zh=="}) {
    CAPTURE(text);
    CHECK(!decode_base64(text));
  }
}

}  // namespace hone::base64_test
