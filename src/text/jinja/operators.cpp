#include "text/jinja/operators.h"

#include <algorithm>
#include <cmath>

#include "text/jinja/escape.h"
#include "text/jinja/iterator.h"
#include "text/jinja/string_format.h"

namespace hone::text::jinja {

namespace {

constexpr std::string_view kSymbols[] = {"+", "-", "*", "/", "//", "%", "** or pow()"};

[[noreturn]] void fail_types(BinaryOperator operation, const Value& left, const Value& right) {
  require_defined(left);
  require_defined(right);
  if (operation == BinaryOperator::kAdd && (left.is_text() || left.is_sequence())) {
    fail("can only concatenate {0} (not \"{1}\") to {0}", type_name(left), type_name(right));
  }
  fail("unsupported operand type(s) for {}: '{}' and '{}'", kSymbols[static_cast<size_t>(operation)], type_name(left),
       type_name(right));
}

[[noreturn]] void fail_overflow() { fail("an integer does not fit into 64 bits"); }

void require_divisor(bool is_zero, const char* message) {
  if (is_zero) fail("{}", message);
}

int64_t floor_quotient(int64_t a, int64_t b) {
  if (b == -1) {
    int64_t result;
    if (__builtin_sub_overflow(int64_t{0}, a, &result)) fail_overflow();
    return result;
  }
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

int64_t floor_remainder(int64_t a, int64_t b) {
  if (b == -1) return 0;
  const int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Value power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    require_divisor(base == 0, "0.0 cannot be raised to a negative power");
    return Value::real(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) fail_overflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) fail_overflow();
  }
  return Value::integer(result);
}

Value of_integers(BinaryOperator operation, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflows = false;
  switch (operation) {
    case BinaryOperator::kAdd:
      overflows = __builtin_add_overflow(a, b, &result);
      break;
    case BinaryOperator::kSubtract:
      overflows = __builtin_sub_overflow(a, b, &result);
      break;
    case BinaryOperator::kMultiply:
      overflows = __builtin_mul_overflow(a, b, &result);
      break;
    case BinaryOperator::kDivide:
      require_divisor(b == 0, "division by zero");
      return Value::real(static_cast<double>(static_cast<long double>(a) / static_cast<long double>(b)));
    case BinaryOperator::kFloorDivide:
      require_divisor(b == 0, "integer division or modulo by zero");
      result = floor_quotient(a, b);
      break;
    case BinaryOperator::kModulo:
      require_divisor(b == 0, "integer modulo by zero");
      result = floor_remainder(a, b);
      break;
    case BinaryOperator::kPower:
      return power(a, b);
  }
  if (overflows) fail_overflow();
  return Value::integer(result);
}

double float_remainder(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
  return rest == 0 ? std::copysign(0.0, b) : rest;
}

// As Python: the quotient of a minus its remainder, rounded.
double float_floor_quotient(double a, double b) {
  const double quotient = (a - float_remainder(a, b)) / b;
  if (quotient == 0) return std::copysign(0.0, a / b);
  const double floor = std::floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

double float_power(double a, double b) {
  require_divisor(a == 0 && b < 0, "0.0 cannot be raised to a negative power");
  if (a < 0 && std::floor(b) != b) fail("a negative number has no real power of {}", b);
  const double result = std::pow(a, b);
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) fail("(34, 'Numerical result out of range')");
  return result;
}

Value of_floats(BinaryOperator operation, double a, double b) {
  switch (operation) {
    case BinaryOperator::kAdd:
      return Value::real(a + b);
    case BinaryOperator::kSubtract:
      return Value::real(a - b);
    case BinaryOperator::kMultiply:
      return Value::real(a * b);
    case BinaryOperator::kDivide:
      require_divisor(b == 0, "float division by zero");
      return Value::real(a / b);
    case BinaryOperator::kFloorDivide:
      require_divisor(b == 0, "float floor division by zero");
      return Value::real(float_floor_quotient(a, b));
    case BinaryOperator::kModulo:
      require_divisor(b == 0, "float modulo");
      return Value::real(float_remainder(a, b));
    default:
      return Value::real(float_power(a, b));
  }
}

Value joined_texts(Render& render, const Value& left, const Value& right) {
  const bool is_markup = left.text().is_markup || right.text().is_markup;
  TextBuilder builder(render.limits.max_bytes);
  for (const Value* side : {&left, &right}) {
    builder.append((is_markup ? escaped(render, *side) : *side).text());
  }
  return render.markup(render.text(builder), is_markup);
}

Value joined_sequences(Render& render, const Value& left, const Value& right) {
  const auto a = left.items(), b = right.items();
  const std::span<Value> items = render.arena.array<Value>(a.size() + b.size());
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), items.begin()));
  return render.adopt_sequence(left.kind(), items);
}

Value repeated_text(Render& render, const Value& value, size_t count) {
  TextBuilder builder(render.limits.max_bytes);
  for (size_t i = 0; i < count && !value.bytes().empty(); ++i) builder.append(value.text());
  return render.markup(render.text(builder), value.text().is_markup);
}

Value repeated(Render& render, const Value& value, int64_t times) {
  const auto count = static_cast<size_t>(std::max<int64_t>(times, 0));
  if (value.is_text()) return repeated_text(render, value, count);
  const auto items = value.items();
  if (!items.empty() && count > render.limits.max_memory / sizeof(Value) / items.size()) {
    fail("a list would have more than {} items", render.limits.max_memory / sizeof(Value));
  }
  render.charge(count * items.size());
  const std::span<Value> all = render.arena.array<Value>(count * items.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = items[i % items.size()];
  return render.adopt_sequence(value.kind(), all);
}

bool can_repeat(const Value& value) { return value.is_text() || value.is_sequence(); }

bool has_text(Render& render, const Value& container, const Value& item) {
  if (!item.is_text()) fail("'in <string>' requires string as left operand, not {}", type_name(item));
  render.charge_bytes(container.bytes().size());
  return container.bytes().find(item.bytes()) != std::string_view::npos;
}

}  // namespace

Value apply(Render& render, BinaryOperator operation, const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral()) return of_integers(operation, left.as_integer(), right.as_integer());
  if (left.is_number() && right.is_number()) return of_floats(operation, left.as_real(), right.as_real());
  if (operation == BinaryOperator::kAdd) {
    if (left.is_text() && right.is_text()) return joined_texts(render, left, right);
    if (left.is_sequence() && left.kind() == right.kind()) return joined_sequences(render, left, right);
  }
  if (operation == BinaryOperator::kMultiply) {
    if (can_repeat(left) && right.is_integral()) return repeated(render, left, right.as_integer());
    if (can_repeat(right) && left.is_integral()) return repeated(render, right, left.as_integer());
  }
  if (operation == BinaryOperator::kModulo && left.is_text()) return formatted_percent(render, left, right);
  fail_types(operation, left, right);
}

bool apply(Render& render, Comparison comparison, const Value& left, const Value& right) {
  switch (comparison) {
    case Comparison::kEqual:
      return are_equal(render, left, right);
    case Comparison::kNotEqual:
      return !are_equal(render, left, right);
    case Comparison::kLess:
      return compare(render, left, right, "<") < 0;
    case Comparison::kLessEqual:
      return compare(render, left, right, "<=") <= 0;
    case Comparison::kGreater:
      return compare(render, left, right, ">") > 0;
    case Comparison::kGreaterEqual:
      return compare(render, left, right, ">=") >= 0;
    case Comparison::kIn:
      return contains(render, right, left);
    default:
      return !contains(render, right, left);
  }
}

Value negated(const Value& value) {
  require_defined(value);
  if (value.is(Kind::kFloat)) return Value::real(-value.as_real());
  if (!value.is_integral()) fail("bad operand type for unary -: '{}'", type_name(value));
  return of_integers(BinaryOperator::kSubtract, 0, value.as_integer());
}

Value with_plus(const Value& value) {
  require_defined(value);
  if (!value.is_number()) fail("bad operand type for unary +: '{}'", type_name(value));
  return value.is(Kind::kBool) ? Value::integer(value.as_integer()) : value;
}

bool contains(Render& render, const Value& container, const Value& item) {
  if (container.is_text()) return has_text(render, container, item);
  if (container.is(Kind::kDict)) return container.dict().find(item) != nullptr;
  if (!is_iterable(container)) fail("argument of type '{}' is not iterable", type_name(container));
  Iterator iterator(container);
  for (Value known; iterator.next(render, known);) {
    if (are_equal(render, known, item)) return true;
  }
  return false;
}

int64_t as_index(const Value& value) {
  require_defined(value);
  if (!value.is_integral()) fail("'{}' object cannot be interpreted as an integer", type_name(value));
  return value.as_integer();
}

}  // namespace hone::text::jinja
