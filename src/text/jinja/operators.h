// Python's operators on values.
#pragma once

#include <string_view>

#include "text/jinja/render.h"

namespace hone::text::jinja {

enum class BinaryOperator : uint8_t { kAdd, kSubtract, kMultiply, kDivide, kFloorDivide, kModulo, kPower };
enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIn, kNotIn };

// Errors: Failure with Python's message for types that the operator does not take, for a division by zero, and for
// integers that do not fit into 64 bits (Python's are unlimited).
Value apply(Render& render, BinaryOperator operation, const Value& left, const Value& right);
bool apply(Render& render, Comparison comparison, const Value& left, const Value& right);
Value negated(const Value& value);
Value with_plus(const Value& value);

// Returns whether `container` has the item, or the text.
bool contains(Render& render, const Value& container, const Value& item);

// Returns the value as an index or a count. Throws Python's TypeError for other types.
int64_t as_index(const Value& value);

}  // namespace hone::text::jinja
