#include "table/nested_type.h"

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "table/arrow_status.h"

namespace hone::table {

namespace {

using TypePointer = std::shared_ptr<arrow::DataType>;

TypePointer item_type(const TypePointer& list) { return static_cast<const arrow::ListType&>(*list).value_type(); }

TypePointer joined_struct(const arrow::StructType& a, const arrow::StructType& b) {
  arrow::FieldVector fields = a.fields();
  for (const auto& field : b.fields()) {
    const auto same = std::ranges::find(fields, field->name(), [](const auto& f) { return f->name(); });
    if (same == fields.end()) {
      fields.push_back(field);
    } else {
      *same = arrow::field(field->name(), joined_type((*same)->type(), field->type()));
    }
  }
  return arrow::struct_(fields);
}

bool is_number_type(const TypePointer& type) {
  return type->id() == arrow::Type::INT64 || type->id() == arrow::Type::DOUBLE;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_list(arrow::ListBuilder& builder, const Json& value, const std::string& source) {
  check_arrow(builder.Append(), source);
  for (const Json& item : value) append_json_value(*builder.value_builder(), item, source);
}

void append_struct(arrow::StructBuilder& builder, const Json& value, const std::string& source) {
  check_arrow(builder.Append(), source);
  for (int i = 0; i < builder.num_fields(); ++i) {
    const auto member = value.find(builder.type()->field(i)->name());
    append_json_value(*builder.field_builder(i), member == value.end() ? Json() : *member, source);
  }
}

}  // namespace

TypePointer joined_type(const TypePointer& a, const TypePointer& b) {
  if (a->Equals(b) || b->id() == arrow::Type::NA) return a;
  if (a->id() == arrow::Type::NA) return b;
  if (is_number_type(a) && is_number_type(b)) return arrow::float64();
  if (a->id() != b->id()) return arrow::utf8();
  if (a->id() == arrow::Type::LIST) return arrow::list(joined_type(item_type(a), item_type(b)));
  if (a->id() == arrow::Type::STRUCT) {
    return joined_struct(static_cast<const arrow::StructType&>(*a), static_cast<const arrow::StructType&>(*b));
  }
  return arrow::utf8();
}

TypePointer type_of_json(const Json& value) {
  if (value.is_null()) return arrow::null();
  if (value.is_boolean()) return arrow::boolean();
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) return arrow::float64();
  if (value.is_number_integer()) return arrow::int64();
  if (value.is_number()) return arrow::float64();
  if (value.is_array()) {
    TypePointer items = arrow::null();
    for (const Json& item : value) items = joined_type(items, type_of_json(item));
    return arrow::list(items);
  }
  // Parquet has no type for an object without members.
  if (!value.is_object() || value.empty()) return arrow::utf8();
  arrow::FieldVector fields;
  for (const auto& [key, member] : value.items()) fields.push_back(arrow::field(key, type_of_json(member)));
  return arrow::struct_(fields);
}

void append_json_value(arrow::ArrayBuilder& builder, const Json& value, const std::string& source) {
  const auto type = builder.type()->id();
  if (value.is_null() || type == arrow::Type::NA) {
    check_arrow(builder.AppendNull(), source);
  } else if (type == arrow::Type::LIST && value.is_array()) {
    append_list(static_cast<arrow::ListBuilder&>(builder), value, source);
  } else if (type == arrow::Type::STRUCT && value.is_object()) {
    append_struct(static_cast<arrow::StructBuilder&>(builder), value, source);
  } else if (type == arrow::Type::BOOL && value.is_boolean()) {
    check_arrow(static_cast<arrow::BooleanBuilder&>(builder).Append(value.get<bool>()), source);
  } else if (type == arrow::Type::INT64 && value.is_number_integer()) {
    check_arrow(static_cast<arrow::Int64Builder&>(builder).Append(value.get<int64_t>()), source);
  } else if (type == arrow::Type::DOUBLE && value.is_number()) {
    check_arrow(static_cast<arrow::DoubleBuilder&>(builder).Append(value.get<double>()), source);
  } else if (type == arrow::Type::STRING) {
    check_arrow(static_cast<arrow::StringBuilder&>(builder).Append(text_of(value)), source);
  } else {
    throw Error(ErrorKind::kInternal, "internal error: a nested cell does not fit its column");
  }
}

}  // namespace hone::table
