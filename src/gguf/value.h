// A value of a GGUF file's metadata, with its type.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "gguf/byte_reader.h"

namespace hone::gguf {

// As the file numbers them.
enum class ValueType : uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64
};

// Returns a name such as "uint32".
std::string_view type_name(ValueType type);

// Its views point into the file. One of the three members holds the elements.
struct Array {
  ValueType element_type = ValueType::kUint8;
  uint64_t size = 0;
  std::string_view numbers;             // the bytes of numbers and flags
  std::vector<std::string_view> texts;  // of kString
  std::vector<Array> arrays;            // of kArray
};

struct Value {
  ValueType type = ValueType::kUint8;
  // Unsigned, signed and floating-point numbers of all widths, then the other types.
  std::variant<uint64_t, int64_t, double, bool, std::string_view, Array> data;
};

// Reads a type and a value of it. Errors (kInput): an unknown type, a flag that is neither 0 nor 1, arrays in more than
// kMaxArrayDepth arrays, a length beyond the end of the file.
Value read_value(ByteReader& reader);

inline constexpr int kMaxArrayDepth = 8;

// Returns the numbers (not the texts) of an array. A float32 has its own shortest digits as a double.
std::vector<double> numbers_of(const Array& array);

}  // namespace hone::gguf
