// Single values: arrays of every type, and lengths, types and nesting that lie.
#include "gguf/value.h"

#include "expect_error.h"
#include "gguf/made_file.h"

namespace hone::gguf::value_test {

namespace {

const std::string kSource = "m.gguf";

// An array of one number in depth - 1 arrays.
std::string nested(int depth) {
  std::string bytes = raw<uint32_t>(0) + raw<uint64_t>(1) + "\7";
  for (int i = 1; i < depth; ++i) bytes = raw<uint32_t>(9) + raw<uint64_t>(1) + bytes;
  return bytes;
}

Value read(uint32_t type, const std::string& value) {
  static std::string bytes;  // an array has views of it
  bytes = raw(type) + value;
  ByteReader reader(bytes, kSource);
  const Value result = read_value(reader);
  CHECK(reader.num_left() == 0);
  return result;
}

void check_error(uint32_t type, const std::string& value, const char* message) {
  const std::string bytes = raw(type) + value;
  ByteReader reader(bytes, kSource);
  const Error error = expect_error([&] { read_value(reader); });
  INFO(error.what());
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), message));
}

template <typename T>
std::vector<double> numbers(uint32_t type, const std::vector<T>& values) {
  std::string bytes = raw(type) + raw<uint64_t>(values.size());
  for (const T value : values) bytes += raw(value);
  return numbers_of(std::get<Array>(read(9, bytes).data));
}

}  // namespace

TEST_CASE("types have names") {
  CHECK(type_name(ValueType::kUint8) == "uint8");
  CHECK(type_name(ValueType::kString) == "string");
  CHECK(type_name(ValueType::kFloat64) == "float64");
}

TEST_CASE("arrays of numbers of every type are read") {
  CHECK(numbers<uint8_t>(0, {255}) == std::vector<double>{255});
  CHECK(numbers<int8_t>(1, {-128}) == std::vector<double>{-128});
  CHECK(numbers<uint16_t>(2, {65'535}) == std::vector<double>{65'535});
  CHECK(numbers<int16_t>(3, {-2}) == std::vector<double>{-2});
  CHECK(numbers<uint32_t>(4, {4'000'000'000, 1}) == std::vector<double>{4e9, 1});
  CHECK(numbers<int32_t>(5, {-3}) == std::vector<double>{-3});
  CHECK(numbers<float>(6, {0.1F}) == std::vector<double>{0.1});
  CHECK(numbers<uint8_t>(7, {1, 0}) == std::vector<double>{1, 0});
  CHECK(numbers<uint64_t>(10, {1}) == std::vector<double>{1});
  CHECK(numbers<int64_t>(11, {-1}) == std::vector<double>{-1});
  CHECK(numbers<double>(12, {0.25}) == std::vector<double>{0.25});
  CHECK(numbers<float>(6, {}).empty());
}

TEST_CASE("arrays of texts have no numbers") {
  const Value value = read(9, raw<uint32_t>(8) + raw<uint64_t>(2) + raw_text("a") + raw_text(""));
  const auto& array = std::get<Array>(value.data);
  CHECK(array.texts == std::vector<std::string_view>{"a", ""});
  CHECK(numbers_of(array).empty());
}

TEST_CASE("lengths, types and flags that lie are refused before memory is taken") {
  check_error(8, raw(uint64_t{1} << 63), "a text needs 9223372036854775808 bytes");
  check_error(8, raw(~uint64_t{0}) + "abc", "a text needs 18446744073709551615 bytes");
  check_error(13, "abcd", "the type of a value is 13, which is unknown");
  check_error(7, "\2", "a flag is 2, not 0 or 1");
  check_error(9, raw<uint32_t>(4) + raw(uint64_t{1} << 62) + "abcd", "the length of an array is 4611686018427387904");
  check_error(9, raw<uint32_t>(8) + raw(uint64_t{1} << 40) + raw_text("a"), "the length of an array is 1099511627776");
  check_error(9, raw<uint32_t>(9) + raw(uint64_t{3}) + nested(1), "the length of an array is 3");
  check_error(9, raw<uint32_t>(77) + raw(uint64_t{1}) + "abcd", "the type of a value is 77");
  check_error(9, raw<uint32_t>(7) + raw(uint64_t{2}) + "\1\3", "a flag is 3, not 0 or 1");
}

TEST_CASE("nesting is limited") {
  check_error(9, nested(kMaxArrayDepth + 1), "arrays are nested deeper than 8");
  check_error(9, nested(10'000), "arrays are nested deeper than 8");
  CHECK(std::get<Array>(read(9, nested(kMaxArrayDepth)).data).size == 1);
}

}  // namespace hone::gguf::value_test
