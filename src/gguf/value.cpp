#include "gguf/value.h"

#include <array>
#include <concepts>

#include "base/json.h"

namespace hone::gguf {

namespace {

struct TypeRow {
  std::string_view name;
  size_t num_bytes;  // of one value: the least for texts and arrays, which have lengths
  // Read one number; null for the other types.
  Value (*read)(ByteReader&);
  double (*number)(const char*);
};

template <typename T>
T loaded(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <typename T>
double double_at(const char* bytes) {
  if constexpr (std::same_as<T, float>) return shortest_double(loaded<float>(bytes));
  return static_cast<double>(loaded<T>(bytes));
}

template <typename T, ValueType type>
Value read_number(ByteReader& reader) {
  const T value = reader.number<T>("a value");
  if constexpr (std::same_as<T, float>) return {type, shortest_double(value)};
  if constexpr (std::same_as<T, double>) return {type, value};
  if constexpr (std::signed_integral<T>) return {type, static_cast<int64_t>(value)};
  return {type, static_cast<uint64_t>(value)};
}

Value read_flag(ByteReader& reader) {
  const auto flag = reader.number<uint8_t>("a flag");
  if (flag > 1) throw reader.error(fmt::format("a flag is {}, not 0 or 1", flag));
  return {ValueType::kBool, flag == 1};
}

template <typename T, ValueType type>
constexpr TypeRow number_row(std::string_view name) {
  return {name, sizeof(T), read_number<T, type>, double_at<T>};
}

// In the order of ValueType.
constexpr std::array kTypes = {
    number_row<uint8_t, ValueType::kUint8>("uint8"),
    number_row<int8_t, ValueType::kInt8>("int8"),
    number_row<uint16_t, ValueType::kUint16>("uint16"),
    number_row<int16_t, ValueType::kInt16>("int16"),
    number_row<uint32_t, ValueType::kUint32>("uint32"),
    number_row<int32_t, ValueType::kInt32>("int32"),
    number_row<float, ValueType::kFloat32>("float32"),
    TypeRow{"bool", 1, read_flag, double_at<uint8_t>},
    TypeRow{"string", 8, nullptr, nullptr},
    TypeRow{"array", 12, nullptr, nullptr},
    number_row<uint64_t, ValueType::kUint64>("uint64"),
    number_row<int64_t, ValueType::kInt64>("int64"),
    number_row<double, ValueType::kFloat64>("float64"),
};

const TypeRow& row_of(ValueType type) { return kTypes[static_cast<size_t>(type)]; }

ValueType read_type(ByteReader& reader) {
  const auto type = reader.number<uint32_t>("the type of a value");
  if (type >= kTypes.size()) throw reader.error(fmt::format("the type of a value is {}, which is unknown", type));
  return static_cast<ValueType>(type);
}

void check_flags(const Array& array, const ByteReader& reader) {
  if (array.element_type != ValueType::kBool) return;
  for (const char flag : array.numbers) {
    if (flag != 0 && flag != 1) throw reader.error(fmt::format("a flag is {}, not 0 or 1", static_cast<uint8_t>(flag)));
  }
}

Array read_array(ByteReader& reader, int depth) {
  if (depth > kMaxArrayDepth) throw reader.error(fmt::format("arrays are nested deeper than {}", kMaxArrayDepth));
  Array array;
  array.element_type = read_type(reader);
  const TypeRow& row = row_of(array.element_type);
  array.size = reader.count("the length of an array", row.num_bytes);
  if (array.element_type == ValueType::kString) {
    array.texts.reserve(array.size);
    for (uint64_t i = 0; i < array.size; ++i) array.texts.push_back(reader.text("a text of an array"));
  } else if (array.element_type == ValueType::kArray) {
    for (uint64_t i = 0; i < array.size; ++i) array.arrays.push_back(read_array(reader, depth + 1));
  } else {
    array.numbers = reader.take(array.size * row.num_bytes, "an array");
    check_flags(array, reader);
  }
  return array;
}

}  // namespace

std::string_view type_name(ValueType type) { return row_of(type).name; }

Value read_value(ByteReader& reader) {
  const ValueType type = read_type(reader);
  if (type == ValueType::kString) return {type, reader.text("a text")};
  if (type == ValueType::kArray) return {type, read_array(reader, 1)};
  return row_of(type).read(reader);
}

std::vector<double> numbers_of(const Array& array) {
  const TypeRow& row = row_of(array.element_type);
  std::vector<double> numbers;
  if (row.number == nullptr) return numbers;
  numbers.reserve(array.size);
  for (uint64_t i = 0; i < array.size; ++i) numbers.push_back(row.number(array.numbers.data() + i * row.num_bytes));
  return numbers;
}

}  // namespace hone::gguf
