// The common type of nested cells, which are JSON texts, and arrays of them. Internal to the floor.
#pragma once

#include <arrow/builder.h>
#include <arrow/type.h>

#include <memory>
#include <string>

#include "base/json.h"

namespace hone::table {

struct NestedType {
  std::shared_ptr<arrow::DataType> type;
};

// Returns the type that holds the values of both: null gives way, integers become fractions, lists and objects are
// joined item by item. Values without a common type become text.
std::shared_ptr<arrow::DataType> joined_type(const std::shared_ptr<arrow::DataType>& a,
                                             const std::shared_ptr<arrow::DataType>& b);
std::shared_ptr<arrow::DataType> type_of_json(const Json& value);

// Appends the value to a builder of a type that holds it. A value of another kind becomes its JSON text.
void append_json_value(arrow::ArrayBuilder& builder, const Json& value, const std::string& source);

}  // namespace hone::table
