// Uses a switch on the type, because a virtual call for each cell would cost more than reading the cell.
#include "table/cell.h"

#include <arrow/api.h>
#include <arrow/extension_type.h>
#include <arrow/util/float16.h>
#include <nlohmann/json.hpp>

#include <cmath>

#include "base/json.h"

namespace hone::table {

namespace {

using arrow::Type;

template <typename ArrayType>
auto element(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).GetView(row);
}

// Returns the array and row that a dictionary or an extension type refers to.
struct Target {
  const arrow::Array* array;
  int64_t row;
};

Target resolve(const arrow::Array& array, int64_t row) {
  if (array.type_id() == Type::DICTIONARY && array.IsValid(row)) {
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
    return resolve(*dictionary.dictionary(), dictionary.GetValueIndex(row));
  }
  if (array.type_id() == Type::EXTENSION) {
    return resolve(*static_cast<const arrow::ExtensionArray&>(array).storage(), row);
  }
  return {&array, row};
}

const arrow::DataType& resolve(arrow::DataType&& type) = delete;  // the result may be `type` itself
const arrow::DataType& resolve(const arrow::DataType& type) {
  if (type.id() == Type::DICTIONARY) return resolve(*static_cast<const arrow::DictionaryType&>(type).value_type());
  if (type.id() == Type::EXTENSION) return resolve(*static_cast<const arrow::ExtensionType&>(type).storage_type());
  return type;
}

Value unsigned_value(uint64_t value) {
  if (value > static_cast<uint64_t>(INT64_MAX)) return value;
  return static_cast<int64_t>(value);
}

Value plain_value(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case Type::BOOL:
      return element<arrow::BooleanArray>(array, row);
    case Type::INT8:
      return int64_t{element<arrow::Int8Array>(array, row)};
    case Type::INT16:
      return int64_t{element<arrow::Int16Array>(array, row)};
    case Type::INT32:
      return int64_t{element<arrow::Int32Array>(array, row)};
    case Type::INT64:
      return int64_t{element<arrow::Int64Array>(array, row)};
    case Type::UINT8:
      return int64_t{element<arrow::UInt8Array>(array, row)};
    case Type::UINT16:
      return int64_t{element<arrow::UInt16Array>(array, row)};
    case Type::UINT32:
      return int64_t{element<arrow::UInt32Array>(array, row)};
    case Type::UINT64:
      return unsigned_value(element<arrow::UInt64Array>(array, row));
    case Type::HALF_FLOAT:
      return arrow::util::Float16::FromBits(element<arrow::HalfFloatArray>(array, row)).ToDouble();
    case Type::FLOAT:
      return double{element<arrow::FloatArray>(array, row)};
    case Type::DOUBLE:
      return element<arrow::DoubleArray>(array, row);
    default: {  // dates, times, decimals: the text that Arrow writes
      const auto scalar = array.GetScalar(row);
      return scalar.ok() ? Value((*scalar)->ToString()) : Value();
    }
  }
}

Json json_of_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return Json(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return Json(*flag);
  if (const auto* number = std::get_if<int64_t>(&value)) return Json(*number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return Json(*number);
  if (const auto* number = std::get_if<double>(&value)) return Json(*number);
  return Json();
}

Json json_of_cell(const arrow::Array& array, int64_t row, int depth);

Json json_of_range(const arrow::Array& values, int64_t begin, int64_t end, int depth) {
  Json list = Json::array();
  for (int64_t i = begin; i < end; ++i) list.push_back(json_of_cell(values, i, depth + 1));
  return list;
}

template <typename ListType>
Json json_of_list(const arrow::Array& array, int64_t row, int depth) {
  const auto& list = static_cast<const ListType&>(array);
  const int64_t begin = list.value_offset(row);
  return json_of_range(*list.values(), begin, begin + list.value_length(row), depth);
}

Json json_of_struct(const arrow::StructArray& array, int64_t row, int depth) {
  Json object = Json::object();
  for (int i = 0; i < array.num_fields(); ++i) {
    object[array.struct_type()->field(i)->name()] = json_of_cell(*array.field(i), row, depth + 1);
  }
  return object;
}

Json json_of_cell(const arrow::Array& array, int64_t row, int depth) {
  const Target target = resolve(array, row);
  if (depth > kMaxJsonDepth || target.array->IsNull(target.row)) return Json();
  if (holds_text(*target.array->type())) return Json(std::string(cell_text(*target.array, target.row).value_or("")));
  switch (target.array->type_id()) {
    case Type::LIST:
      return json_of_list<arrow::ListArray>(*target.array, target.row, depth);
    case Type::LARGE_LIST:
      return json_of_list<arrow::LargeListArray>(*target.array, target.row, depth);
    case Type::FIXED_SIZE_LIST:
      return json_of_list<arrow::FixedSizeListArray>(*target.array, target.row, depth);
    case Type::MAP:
      return json_of_list<arrow::MapArray>(*target.array, target.row, depth);
    case Type::STRUCT:
      return json_of_struct(static_cast<const arrow::StructArray&>(*target.array), target.row, depth);
    default:
      return json_of_value(plain_value(*target.array, target.row));
  }
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

ColumnType column_type(const arrow::DataType& type) {
  const arrow::DataType& target = resolve(type);
  switch (target.id()) {
    case Type::NA:
      return ColumnType::kNull;
    case Type::BOOL:
      return ColumnType::kBool;
    case Type::HALF_FLOAT:
    case Type::FLOAT:
    case Type::DOUBLE:
      return ColumnType::kFloat;
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST:
    case Type::LIST_VIEW:
    case Type::LARGE_LIST_VIEW:
    case Type::MAP:
    case Type::STRUCT:
    case Type::SPARSE_UNION:
    case Type::DENSE_UNION:
      return ColumnType::kNested;
    default:
      return arrow::is_integer(target.id()) ? ColumnType::kInt : ColumnType::kString;
  }
}

bool holds_text(const arrow::DataType& type) {
  switch (resolve(type).id()) {
    case Type::STRING:
    case Type::LARGE_STRING:
    case Type::STRING_VIEW:
    case Type::BINARY:
    case Type::LARGE_BINARY:
    case Type::BINARY_VIEW:
      return true;
    default:
      return false;
  }
}

std::optional<std::string_view> cell_text(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return std::nullopt;
  switch (array.type_id()) {
    case Type::STRING:
      return element<arrow::StringArray>(array, row);
    case Type::LARGE_STRING:
      return element<arrow::LargeStringArray>(array, row);
    case Type::STRING_VIEW:
      return element<arrow::StringViewArray>(array, row);
    case Type::BINARY:
      return element<arrow::BinaryArray>(array, row);
    case Type::LARGE_BINARY:
      return element<arrow::LargeBinaryArray>(array, row);
    case Type::BINARY_VIEW:
      return element<arrow::BinaryViewArray>(array, row);
    case Type::DICTIONARY:
    case Type::EXTENSION: {
      const Target target = resolve(array, row);
      return cell_text(*target.array, target.row);
    }
    default:
      return std::nullopt;
  }
}

Value cell_value(const arrow::Array& array, int64_t row, ColumnType type) {
  const Target target = resolve(array, row);
  if (target.array->IsNull(target.row)) return {};
  if (holds_text(*target.array->type())) return parse_value(cell_text(*target.array, target.row).value_or(""), type);
  if (column_type(*target.array->type()) == ColumnType::kNested) return dump(json_of_cell(array, row, 0));
  Value value = plain_value(*target.array, target.row);
  if (type != ColumnType::kFloat) return value;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<uint64_t>(&value)) return static_cast<double>(*number);
  return value;
}

std::string cell_json(const arrow::Array& array, int64_t row, ColumnType type) {
  const Target target = resolve(array, row);
  if (target.array->IsNull(target.row)) return "null";
  if (!holds_text(*target.array->type())) return dump(json_of_cell(array, row, 0));
  const std::string_view text = cell_text(*target.array, target.row).value_or("");
  return type == ColumnType::kNested ? std::string(text) : dump(json_of_value(parse_value(text, type)));
}

}  // namespace hone::table
