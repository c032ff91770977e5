// The tests of jinja2: x is defined, x is string and the others.
#include <algorithm>

#include "text/jinja/filters.h"
#include "text/jinja/iterator.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

template <Kind... kKinds>
Value is_kind(Render&, const Value& value, const Bound&) {
  return Value::boolean((value.is(kKinds) || ...));
}

template <Comparison kComparison>
Value compares(Render& render, const Value& value, const Bound& arguments) {
  return Value::boolean(apply(render, kComparison, value, arguments[0]));
}

Value has_remainder(Render& render, const Value& value, const Value& divisor, int64_t wanted) {
  const Value rest = apply(render, BinaryOperator::kModulo, value, divisor);
  return Value::boolean(are_equal(render, rest, Value::integer(wanted)));
}

Value is_case(Render& render, const Value& value, std::string_view method) {
  return call_method(render, *find_text_method(method), to_text(render, value), {});
}

// Python keeps one object for each of these values.
Value is_same(Render& render, const Value& value, const Bound& arguments) {
  const Value& other = arguments[0];
  if (value.kind() != other.kind()) return Value::boolean(false);
  const bool is_plain = value.is_number() || value.is_text() || value.is(Kind::kNone);
  return Value::boolean(is_plain ? are_equal(render, value, other) : value.pointer() == other.pointer());
}

Value is_callable(Render&, const Value& value, const Bound&) {
  constexpr Kind kCallable[] = {Kind::kMacro, Kind::kMethod, Kind::kGlobal,
                                Kind::kLoop,  Kind::kJoiner, Kind::kUndefined};
  return Value::boolean(
      std::any_of(std::begin(kCallable), std::end(kCallable), [&](Kind kind) { return value.is(kind); }));
}

bool is_sequence(const Value& value) { return length_of(value).has_value() && !value.is(Kind::kView); }

constexpr MethodRow kTests[] = {
    {{"defined"}, [](Render&, const Value& v, const Bound&) { return Value::boolean(!v.is(Kind::kUndefined)); }},
    {{"undefined"}, is_kind<Kind::kUndefined>},
    {{"none"}, is_kind<Kind::kNone>},
    {{"string"}, is_kind<Kind::kText>},
    {{"mapping"}, is_kind<Kind::kDict>},
    {{"number"}, is_kind<Kind::kInt, Kind::kFloat, Kind::kBool>},
    {{"integer"}, is_kind<Kind::kInt>},
    {{"float"}, is_kind<Kind::kFloat>},
    {{"boolean"}, is_kind<Kind::kBool>},
    {{"true"}, [](Render&, const Value& v, const Bound&) { return Value::boolean(v.is(Kind::kBool) && v.as_bool()); }},
    {{"false"},
     [](Render&, const Value& v, const Bound&) { return Value::boolean(v.is(Kind::kBool) && !v.as_bool()); }},
    {{"sequence"}, [](Render&, const Value& v, const Bound&) { return Value::boolean(is_sequence(v)); }},
    {{"iterable"}, [](Render&, const Value& v, const Bound&) { return Value::boolean(is_iterable(v)); }},
    {{"callable"}, is_callable},
    {{"sameas", "other", 1}, is_same},
    {{"in", "seq", 1}, compares<Comparison::kIn>},
    {{"odd"}, [](Render& r, const Value& v, const Bound&) { return has_remainder(r, v, Value::integer(2), 1); }},
    {{"even"}, [](Render& r, const Value& v, const Bound&) { return has_remainder(r, v, Value::integer(2), 0); }},
    {{"divisibleby", "num", 1}, [](Render& r, const Value& v, const Bound& a) { return has_remainder(r, v, a[0], 0); }},
    {{"lower"}, [](Render& r, const Value& v, const Bound&) { return is_case(r, v, "islower"); }},
    {{"upper"}, [](Render& r, const Value& v, const Bound&) { return is_case(r, v, "isupper"); }},
    {{"escaped"},
     [](Render&, const Value& v, const Bound&) { return Value::boolean(v.is_text() && v.text().is_markup); }},
    {{"filter"},
     [](Render&, const Value& v, const Bound&) { return Value::boolean(v.is_text() && find_filter(v.bytes())); }},
    {{"test"},
     [](Render&, const Value& v, const Bound&) { return Value::boolean(v.is_text() && find_test(v.bytes())); }},
    {{"==", "_other", 1}, compares<Comparison::kEqual>},
    {{"eq", "_other", 1}, compares<Comparison::kEqual>},
    {{"equalto", "_other", 1}, compares<Comparison::kEqual>},
    {{"!=", "_other", 1}, compares<Comparison::kNotEqual>},
    {{"ne", "_other", 1}, compares<Comparison::kNotEqual>},
    {{">", "_other", 1}, compares<Comparison::kGreater>},
    {{"gt", "_other", 1}, compares<Comparison::kGreater>},
    {{"greaterthan", "_other", 1}, compares<Comparison::kGreater>},
    {{">=", "_other", 1}, compares<Comparison::kGreaterEqual>},
    {{"ge", "_other", 1}, compares<Comparison::kGreaterEqual>},
    {{"<", "_other", 1}, compares<Comparison::kLess>},
    {{"lt", "_other", 1}, compares<Comparison::kLess>},
    {{"lessthan", "_other", 1}, compares<Comparison::kLess>},
    {{"<=", "_other", 1}, compares<Comparison::kLessEqual>},
    {{"le", "_other", 1}, compares<Comparison::kLessEqual>},
};

}  // namespace

std::span<const MethodRow> tests() { return kTests; }

}  // namespace hone::text::jinja
