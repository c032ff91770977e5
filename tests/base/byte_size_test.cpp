#include "base/byte_size.h"

#include <doctest/doctest.h>

namespace byte_size_test {

using namespace hone;

TEST_CASE("a size is a number with an optional unit of 1000 or 1024") {
  CHECK(parse_byte_size("0") == 0);
  CHECK(parse_byte_size("512") == 512);
  CHECK(parse_byte_size("512B") == 512);
  CHECK(parse_byte_size("2GB") == 2'000'000'000);
  CHECK(parse_byte_size("2 gb") == 2'000'000'000);
  CHECK(parse_byte_size("1.5k") == 1500);
  CHECK(parse_byte_size("4KiB") == 4096);
  CHECK(parse_byte_size("0.5GiB") == 536'870'912);
  CHECK(parse_byte_size("3TiB") == 3'298'534'883'328);
}

TEST_CASE("text that is not a size is refused, and so is a size above 2^63") {
  for (const char* text : {"", "GB", "-1", "2 GB free", "1e3", "nan", "2GBB", "9e99", "9223372036855 MB", "1,5GB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_byte_size(text));
  }
}

TEST_CASE("a size is described with three digits") {
  CHECK(described_bytes(0) == "0 B");
  CHECK(described_bytes(999) == "999 B");
  CHECK(described_bytes(1000) == "1.00 kB");
  CHECK(described_bytes(16'384'000) == "16.4 MB");
  CHECK(described_bytes(999'600'000) == "1.00 GB");
  CHECK(described_bytes(250'000'000'000) == "250 GB");
  CHECK(described_bytes(5'000'000'000'000'000) == "5000 TB");
}

}  // namespace byte_size_test
