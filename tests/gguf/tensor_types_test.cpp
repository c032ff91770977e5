// The values of blocks, against those that the Python package gguf computes (make_gguf_fixtures.py).
#include "gguf/tensor_types.h"

#include <cmath>
#include <cstring>
#include <set>

#include "base/base64.h"
#include "base/json.h"
#include "expect_error.h"
#include "gguf/half.h"

namespace hone::gguf::tensor_types_test {

namespace {

std::string decoded(const Json& text) {
  const std::optional<std::string> bytes = decode_base64(text.get<std::string>());
  REQUIRE(bytes);
  return *bytes;
}

}  // namespace

TEST_CASE("dequantised values equal gguf's bit by bit") {
  const Json fixture = read_json("tests/fixtures/gguf/blocks.json");
  std::set<std::string> tested;
  for (const Json& row : fixture["types"]) {
    const auto name = row["type"].get<std::string>();
    CAPTURE(name);
    const TensorType* type = find_tensor_type(row["id"].get<uint32_t>());
    REQUIRE(type != nullptr);
    CHECK(type->name == name);
    const std::string blocks = decoded(row["blocks"]), expected = decoded(row["values"]);
    std::vector<float> values(expected.size() / sizeof(float));
    REQUIRE(blocks.size() / static_cast<size_t>(type->block_bytes) * static_cast<size_t>(type->block_size) ==
            values.size());
    dequantize(*type, blocks, values);
    CHECK(std::memcmp(values.data(), expected.data(), expected.size()) == 0);
    tested.insert(name);
  }
  // F32 and F64 are copied and rounded.
  for (const TensorType& type : tensor_types()) {
    const bool is_plain = type.name == "F32" || type.name == "F64";
    if (type.dequantize != nullptr && !is_plain) CHECK_MESSAGE(tested.contains(std::string(type.name)), type.name);
  }
}

TEST_CASE("blocks may begin at any byte") {
  const Json fixture = read_json("tests/fixtures/gguf/blocks.json");
  for (const Json& row : fixture["types"]) {
    const TensorType& type = *find_tensor_type(row["id"].get<uint32_t>());
    const std::string blocks = "x" + decoded(row["blocks"]), expected = decoded(row["values"]);
    std::vector<float> values(expected.size() / sizeof(float));
    dequantize(type, std::string_view(blocks).substr(1), values);
    CHECK(std::memcmp(values.data(), expected.data(), expected.size()) == 0);
  }
}

TEST_CASE("every half has its value") {
  for (uint32_t half = 0; half < 65'536; ++half) {
    const auto value = half_value(static_cast<uint16_t>(half));
    const int exponent = static_cast<int>(half >> 10 & 31), mantissa = static_cast<int>(half & 1023);
    CHECK(std::signbit(value) == (half >= 32'768));
    const float expected = exponent == 0    ? std::ldexp(static_cast<float>(mantissa), -24)
                           : exponent == 31 ? (mantissa == 0 ? HUGE_VALF : NAN)
                                            : std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
    if (std::isnan(expected) ? !std::isnan(value) : std::abs(value) != expected) FAIL_CHECK(half);
  }
}

TEST_CASE("plain numbers are copied or rounded") {
  const float floats[] = {1.5F, -0.0F, 3e38F};
  const double doubles[] = {0.1, -2, 1e300};
  std::vector<float> values(3);
  dequantize(*find_tensor_type(0), {reinterpret_cast<const char*>(floats), sizeof floats}, values);
  CHECK(std::memcmp(values.data(), floats, sizeof floats) == 0);
  dequantize(*find_tensor_type(28), {reinterpret_cast<const char*>(doubles), sizeof doubles}, values);
  CHECK(values == std::vector<float>{0.1F, -2, HUGE_VALF});
}

TEST_CASE("a type that hone does not read is named, with those that it reads") {
  const TensorType* type = find_tensor_type(16);
  REQUIRE(type != nullptr);
  std::vector<float> values(256);
  const Error error = expect_error([&] { dequantize(*type, std::string(66, '\0'), values); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "a tensor has the type IQ2_XXS, which hone does not read"));
  CHECK(contains(error.hint(), "Q4_K, Q5_K, Q6_K"));
  CHECK(find_tensor_type(4) == nullptr);
}

}  // namespace hone::gguf::tensor_types_test
