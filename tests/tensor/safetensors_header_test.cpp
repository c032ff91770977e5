#include "tensor/safetensors_header.h"

#include <doctest/doctest.h>

#include <cstring>

#include "expect_error.h"

namespace safetensors_header_test {

using namespace hone;

std::string file_of(const std::string& header, size_t num_data_bytes) {
  uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + std::string(num_data_bytes, '\0');
}

// Returns the error message for a file with this header and this many bytes of data.
std::string message_of(const std::string& header, size_t num_data_bytes) {
  const std::string file = file_of(header, num_data_bytes);
  return expect_error([&] { tensor::parse_safetensors_header(file, "w.safetensors"); }).what();
}

std::string entry(const char* name, const char* dtype, const char* shape, const char* offsets) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":{}}})", name, dtype, shape, offsets);
}

std::string one(const char* dtype, const char* shape, const char* offsets) {
  return "{" + entry("w", dtype, shape, offsets) + "}";
}

TEST_CASE("a header has names, types, shapes, offsets and metadata") {
  const std::string header = "{\"__metadata__\":{\"format\":\"pt\"}," + entry("b", "F32", "[2]", "[4,12]") + "," +
                             entry("a", "F16", "[2,1]", "[0,4]") + "}   ";
  const std::string file = file_of(header, 12);
  const auto parsed = tensor::parse_safetensors_header(file, "w");
  REQUIRE(parsed.tensors.size() == 2);
  CHECK(parsed.tensors[0].name == "a");
  CHECK((parsed.tensors[0].dtype == at::kHalf));
  CHECK(parsed.tensors[0].shape == std::vector<int64_t>{2, 1});
  CHECK(parsed.tensors[1].bytes.data() - file.data() == static_cast<std::ptrdiff_t>(8 + header.size() + 4));
  CHECK(parsed.tensors[1].bytes.size() == 8);
  CHECK(parsed.metadata.at("format") == "pt");
}

TEST_CASE("scalars and empty tensors are tensors") {
  const std::string file =
      file_of("{" + entry("s", "F32", "[]", "[0,4]") + "," + entry("e", "F32", "[0,3]", "[0,0]") + "}", 4);
  CHECK(tensor::parse_safetensors_header(file, "w").tensors.size() == 2);
  const std::string none = file_of("{}", 0);
  CHECK(tensor::parse_safetensors_header(none, "w").tensors.empty());
}

TEST_CASE("a file that is shorter than its header is an error") {
  CHECK(contains(expect_error([] { tensor::parse_safetensors_header("abc", "w"); }).what(), "3 bytes are too few"));
  std::string lying = file_of("{}", 0);
  lying[0] = 100;
  const Error error = expect_error([&] { tensor::parse_safetensors_header(lying, "w"); });
  CHECK(contains(error.what(), "its header claims 100 bytes, the file has 10"));
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.hint(), "download it again"));
  std::memset(lying.data(), 0x7f, 8);
  CHECK(contains(expect_error([&] { tensor::parse_safetensors_header(lying, "w"); }).what(), "more than 100000000"));
}

TEST_CASE("a header that is not the expected JSON is an error") {
  CHECK(contains(message_of("[]", 0), "does not begin with \"{\""));
  CHECK(contains(message_of("", 0), "does not begin with \"{\""));
  CHECK(contains(message_of("{\"a\":}", 0), "w.safetensors (header):1:6"));
  CHECK(contains(message_of("{\"a\":1}", 0), "\"a\" is not described by an object"));
  CHECK(contains(message_of("{\"__metadata__\":{\"a\":1}}", 0), "\"__metadata__\" is not an object of texts"));
  CHECK(contains(message_of("{\"w\":" + std::string(200, '['), 0), "nested deeper than 128"));
  CHECK(contains(message_of("{\"w\":{\"dtype\":\"\xff\"}}", 0), "w.safetensors (header)"));
}

TEST_CASE("a repeated name or key is an error") {
  const std::string w = entry("w", "F32", "[1]", "[0,4]");
  CHECK(contains(message_of("{" + w + "," + w + "}", 4), "\"w\" is in its header twice"));
  CHECK(contains(message_of(R"({"w":{"dtype":"F32","dtype":"F16","shape":[],"data_offsets":[0,4]}})", 4),
                 "\"dtype\" is in its header twice"));
}

TEST_CASE("a tensor whose description is incomplete is an error") {
  CHECK(contains(message_of(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4), "\"dtype\" of tensor \"w\""));
  CHECK(contains(message_of(R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", 4),
                 "\"shape\" of tensor \"w\" is not a list"));
  CHECK(contains(message_of(one("F32", "[-1]", "[0,4]"), 4), "\"shape\" of tensor \"w\" is not a list"));
  CHECK(contains(message_of(one("F32", "[1.5]", "[0,4]"), 4), "\"shape\" of tensor \"w\" is not a list"));
  CHECK(contains(message_of(one("F32", "[99999999999999999999]", "[0,4]"), 4),
                 "\"shape\" of tensor \"w\" is not a list"));
  CHECK(contains(message_of(one("F32", "[1]", "[0]"), 4), "are not a begin and an end"));
  CHECK(contains(message_of(one("F32", "[1]", "[4,0]"), 4), "are not a begin and an end"));
  CHECK(contains(message_of(one("F31", "[1]", "[0,4]"), 4), "unknown tensor type \"F31\""));
}

TEST_CASE("a tensor whose offsets do not match its shape or the file is an error") {
  CHECK(contains(message_of(one("F32", "[2]", "[0,8]"), 4), "ends at byte 8 of 4"));
  CHECK(contains(message_of(one("F32", "[3]", "[0,8]"), 8), "needs 12 bytes, its position has 8"));
  CHECK(contains(message_of(one("F32", "[4611686018427387904,4]", "[0,8]"), 8), "too large"));
}

TEST_CASE("tensors that overlap or leave gaps are errors") {
  CHECK(contains(message_of("{" + entry("a", "F32", "[2]", "[0,8]") + "," + entry("b", "F32", "[1]", "[4,8]") + "}", 8),
                 "tensor \"b\" begins at byte 4, the one before it ends at 8"));
  CHECK(
      contains(message_of("{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[8,12]") + "}", 12),
               "tensor \"b\" begins at byte 8, the one before it ends at 4"));
  CHECK(contains(message_of(one("F32", "[1]", "[4,8]"), 8), "begins at byte 4"));
  CHECK(contains(message_of(one("F32", "[1]", "[0,4]"), 6), "its tensors take 4 bytes, the file has 6"));
}

}  // namespace safetensors_header_test
