// Reading within the bytes that there are.
#include "gguf/byte_reader.h"

#include "expect_error.h"
#include "gguf/made_file.h"

namespace hone::gguf::byte_reader_test {

TEST_CASE("numbers and texts follow each other") {
  const std::string source = "m.gguf", bytes = raw<uint16_t>(0x0102) + raw_text("abc") + raw<uint64_t>(2) + "xy";
  ByteReader reader(bytes, source);
  CHECK(reader.number<uint16_t>("a number") == 0x0102);
  CHECK(reader.text("a text") == "abc");
  CHECK(reader.count("the number of bytes", 1) == 2);
  CHECK(reader.num_left() == 2);
  CHECK(reader.take(2, "bytes") == "xy");
  CHECK(reader.position() == bytes.size());
  CHECK(reader.take(0, "nothing").empty());
}

TEST_CASE("what the file does not have is an error that names it, the file and the place") {
  const std::string source = "m.gguf", bytes = raw<uint64_t>(4) + "abc";
  ByteReader reader(bytes, source);
  const Error error = expect_error([&] { reader.text("a key"); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "m.gguf: a key needs 4 bytes, the file has 3 more, at byte 8");
  CHECK(error.hint() == kDamagedHint);
  CHECK(contains(expect_error([&] { reader.number<uint32_t>("x"); }).what(), "x needs 4 bytes"));
  CHECK(contains(expect_error([&] { reader.check_count(2, "the number of things", 2); }).what(),
                 "the number of things is 2, which needs more bytes than the 3 that are left"));
  CHECK_NOTHROW(reader.check_count(1, "the number of things", 2));
  CHECK(
      contains(expect_error([&] { reader.check_count(~uint64_t{0}, "it", 1); }).what(), "it is 18446744073709551615"));
}

}  // namespace hone::gguf::byte_reader_test
