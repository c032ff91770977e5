#include "text/jinja/attributes.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/iterator.h"
#include "text/jinja/loop.h"
#include "text/jinja/macro.h"
#include "text/jinja/operators.h"

namespace hone::text::jinja {

namespace {

// Returns the index of an element, or nullopt if it is outside.
std::optional<size_t> place_of(int64_t index, size_t length) {
  if (index < 0) index += static_cast<int64_t>(length);
  if (index < 0 || index >= static_cast<int64_t>(length)) return std::nullopt;
  return static_cast<size_t>(index);
}

Value character_at(Render& render, const Value& text, size_t index) {
  const std::string_view bytes = text.bytes();
  const size_t begin = byte_of_code_point(bytes, index);
  const char* end = bytes.data() + begin;
  next_code_point(end);
  return render.part(text, begin, static_cast<size_t>(end - bytes.data()));
}

// Returns object[element] of Python, or nullopt where Python raises a TypeError or a LookupError.
std::optional<Value> find_element(Render& render, const Value& object, const Value& element) {
  if (object.is(Kind::kDict)) {
    if (element.is(Kind::kList) || element.is(Kind::kDict)) return std::nullopt;
    const Value* found = object.dict().find(element);
    return found == nullptr ? std::nullopt : std::optional<Value>(*found);
  }
  if (!element.is_integral()) return std::nullopt;
  if (object.is_text()) {
    render.charge_bytes(object.bytes().size());
    const auto place = place_of(element.as_integer(), count_code_points(object.bytes()));
    return place ? std::optional<Value>(character_at(render, object, *place)) : std::nullopt;
  }
  if (object.is_sequence()) {
    const auto place = place_of(element.as_integer(), object.items().size());
    return place ? std::optional<Value>(object.items()[*place]) : std::nullopt;
  }
  if (object.is(Kind::kRange)) {
    const Range& range = object.as<const Range>();
    const auto place = place_of(element.as_integer(), static_cast<size_t>(range.length));
    return place ? std::optional<Value>(Value::integer(range.at(static_cast<int64_t>(*place)))) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Value> find_name(const Namespace& names, std::string_view name) {
  for (size_t i = 0; i < names.size; ++i) {
    if (names.entries[i].key.bytes() == name) return names.entries[i].value;
  }
  return std::nullopt;
}

// Returns the attribute that the Python object has, or nullopt.
std::optional<Value> find_attribute(Render& render, const Value& object, const AttributeName& name) {
  if (name.is_private) return render.unsafe_attribute(object, name.name);
  if (const MethodRow* method = name.method_of(object)) {
    if (method->run == nullptr) return render.unsafe_attribute(object, name.name);
    return Value(Kind::kMethod, render.arena.make<Method>(method, object));
  }
  if (object.is(Kind::kTuple) && object.sequence().is_group) {
    if (name.name == "grouper") return object.items()[0];
    if (name.name == "list") return object.items()[1];
  }
  if (object.is(Kind::kNamespace)) return find_name(object.as<const Namespace>(), name.name);
  if (object.is(Kind::kLoop)) return loop_attribute(render, object.as<LoopState>(), name.name);
  if (object.is(Kind::kMacro)) return macro_attribute(render, object.as<const Macro>(), name.name);
  if (object.is(Kind::kCycler) && name.name == "current") {
    return object.as<const Cycler>().items[object.as<const Cycler>().position];
  }
  return std::nullopt;
}

// The bounds of a slice, as Python's slice.indices().
struct SliceBounds {
  int64_t begin, end, step, length;
};

int64_t bound(const Value* given, int64_t length, int64_t lowest, int64_t highest, int64_t fallback) {
  if (given == nullptr || given->is(Kind::kNone)) return fallback;
  require_defined(*given);
  if (!given->is_integral()) fail("slice indices must be integers or None or have an __index__ method");
  const int64_t index = given->as_integer();
  if (index < 0) return index < -length ? lowest : std::max(index + length, lowest);
  return std::min(index, highest);
}

SliceBounds slice_bounds(const Value* begin, const Value* end, const Value* step_value, int64_t length) {
  int64_t step = bound(step_value, 0, INT64_MIN, INT64_MAX, 1);
  if (step_value != nullptr && step_value->is_integral()) step = step_value->as_integer();
  if (step == 0) fail("slice step cannot be zero");
  step = std::clamp<int64_t>(step, -length - 1, length + 1);
  SliceBounds bounds{0, 0, step, 0};
  if (step > 0) {
    bounds.begin = bound(begin, length, 0, length, 0);
    bounds.end = bound(end, length, 0, length, length);
    if (bounds.begin < bounds.end) bounds.length = (bounds.end - bounds.begin + step - 1) / step;
  } else {
    bounds.begin = bound(begin, length, -1, length - 1, length - 1);
    bounds.end = bound(end, length, -1, length - 1, -1);
    if (bounds.begin > bounds.end) bounds.length = (bounds.begin - bounds.end - step - 1) / -step;
  }
  return bounds;
}

Value slice_of_text(Render& render, const Value& text, const SliceBounds& bounds) {
  const std::string_view bytes = text.bytes();
  render.charge_bytes(bytes.size());
  if (bounds.length == 0) return render.part(text, 0, 0);
  if (bounds.step == 1) {
    const size_t begin = byte_of_code_point(bytes, static_cast<size_t>(bounds.begin));
    return render.part(text, begin, byte_of_code_point(bytes, static_cast<size_t>(bounds.end)));
  }
  std::vector<size_t> places;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (!is_continuation(bytes[i])) places.push_back(i);
  }
  places.push_back(bytes.size());
  TextBuilder builder(render.limits.max_bytes);
  for (int64_t i = 0; i < bounds.length; ++i) {
    const auto place = static_cast<size_t>(bounds.begin + i * bounds.step);
    builder.append_part(text.text(), places[place], places[place + 1]);
  }
  return render.markup(render.text(builder), text.text().is_markup);
}

}  // namespace

AttributeName::AttributeName(std::string_view given)
    : name(given),
      of_text(find_text_method(given)),
      of_dict(find_method(dict_methods(), given)),
      of_list(find_method(list_methods(), given)),
      of_tuple(find_method(tuple_methods(), given)),
      is_private(given.size() > 4 && given.starts_with("__") && given.ends_with("__")) {}

const MethodRow* AttributeName::method_of(const Value& object) const {
  switch (object.kind()) {
    case Kind::kText:
      return of_text;
    case Kind::kDict:
      return of_dict;
    case Kind::kList:
      return of_list;
    case Kind::kTuple:
      return of_tuple;
    case Kind::kRange:
      return find_method(range_methods(), name);
    case Kind::kCycler:
      return find_method(cycler_methods(), name);
    default:
      return nullptr;
  }
}

Value attribute_of(Render& render, const Value& object, const AttributeName& name) {
  if (object.is(Kind::kDict) && name.of_dict == nullptr && !name.is_private) {  // the usual case
    if (const Value* found = object.dict().find(name.name)) return *found;
    return render.undefined_attribute(object, name.name);
  }
  require_defined(object);
  if (const auto attribute = find_attribute(render, object, name)) return *attribute;
  if (const auto element = find_element(render, object, render.borrowed(name.name))) return *element;
  return render.undefined_attribute(object, name.name);
}

Value element_of(Render& render, const Value& object, const Value& element) {
  require_defined(object);
  if (const auto found = find_element(render, object, element)) return *found;
  if (element.is_text()) {
    if (const auto attribute = find_attribute(render, object, AttributeName(element.bytes()))) return *attribute;
  }
  return render.undefined_element(object, element);
}

Value slice_of(Render& render, const Value& object, const Value* begin, const Value* end, const Value* step) {
  require_defined(object);
  const bool is_sliced = object.is_text() || object.is_sequence() || object.is(Kind::kRange);
  if (!is_sliced) fail("'{}' object cannot be sliced", type_name(object));
  const auto length = static_cast<int64_t>(*length_of(object));
  const SliceBounds bounds = slice_bounds(begin, end, step, length);
  if (object.is_text()) return slice_of_text(render, object, bounds);
  if (object.is(Kind::kRange)) {
    const Range& range = object.as<const Range>();
    return Value(Kind::kRange,
                 render.arena.make<Range>(range.at(bounds.begin), range.step * bounds.step, bounds.length));
  }
  if (bounds.step == 1) {
    const auto first = static_cast<size_t>(bounds.begin), count = static_cast<size_t>(bounds.length);
    return render.adopt_sequence(object.kind(),
                                 count == 0 ? std::span<const Value>() : object.items().subspan(first, count));
  }
  const std::span<Value> items = render.arena.array<Value>(static_cast<size_t>(bounds.length));
  for (int64_t i = 0; i < bounds.length; ++i) {
    items[static_cast<size_t>(i)] = object.items()[static_cast<size_t>(bounds.begin + i * bounds.step)];
  }
  return render.adopt_sequence(object.kind(), items);
}

}  // namespace hone::text::jinja
