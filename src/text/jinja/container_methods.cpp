// The methods of dict, list and tuple. Those that change the object have no function: the sandbox refuses them.
#include <algorithm>
#include <vector>

#include "text/jinja/iterator.h"
#include "text/jinja/methods.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

template <ViewKind kKind>
Value view_of(Render& render, const Value& self, const Bound&) {
  return Value(Kind::kView, render.arena.make<View>(&self.dict(), kKind));
}

Value get(Render&, const Value& self, const Bound& arguments) {
  const Value* found = self.dict().find(arguments[0]);
  if (found != nullptr) return *found;
  return arguments.has(1) ? arguments[1] : Value::none();
}

Value count_items(Render& render, const Value& self, const Bound& arguments) {
  size_t count = 0;
  for (const Value& item : self.items()) count += are_equal(render, item, arguments[0]) ? 1 : 0;
  return Value::size(count);
}

int64_t clamped(const Bound& arguments, size_t index, int64_t length, int64_t fallback) {
  const int64_t place = arguments.integer_at(index, fallback);
  return std::clamp<int64_t>(place < 0 ? place + length : place, 0, length);
}

Value index_of_item(Render& render, const Value& self, const Bound& arguments) {
  const auto length = static_cast<int64_t>(self.items().size());
  for (int64_t i = clamped(arguments, 1, length, 0); i < clamped(arguments, 2, length, length); ++i) {
    if (are_equal(render, self.items()[static_cast<size_t>(i)], arguments[0])) return Value::integer(i);
  }
  fail("the item is not in the {}", type_name(self));
}

Value count_in_range(Render& render, const Value& self, const Bound& arguments) {
  return Value::integer(contains(render, self, arguments[0]) ? 1 : 0);
}

Value index_in_range(Render& render, const Value& self, const Bound& arguments) {
  const Range& range = self.as<const Range>();
  for (int64_t i = 0; i < range.length; ++i) {
    if (are_equal(render, Value::integer(range.at(i)), arguments[0])) return Value::integer(i);
  }
  fail("{} is not in range", short_repr(arguments[0]));
}

Value itself(Render&, const Value& self, const Bound&) { return self; }

// dict.fromkeys(keys, value)
Value from_keys(Render& render, const Value&, const Bound& arguments) {
  std::vector<Entry> entries;
  for (const Value& key : all_items(render, arguments[0])) {
    entries.push_back({key, arguments.has(1) ? arguments[1] : Value::none()});
  }
  return render.dict(entries);
}

Value next_of_cycle(Render&, const Value& self, const Bound&) {
  Cycler& cycler = self.as<Cycler>();
  const Value item = cycler.items[cycler.position];
  cycler.position = (cycler.position + 1) % cycler.items.size();
  return item;
}

constexpr MethodRow kDictMethods[] = {
    {{"items"}, view_of<ViewKind::kItems>},
    {{"keys"}, view_of<ViewKind::kKeys>},
    {{"values"}, view_of<ViewKind::kValues>},
    {{"get", "_key _default", 1}, get},
    {{"copy"}, itself},
    {{"fromkeys", "_iterable _value", 1}, from_keys},
    {{"clear"}, nullptr},
    {{"pop"}, nullptr},
    {{"popitem"}, nullptr},
    {{"setdefault"}, nullptr},
    {{"update"}, nullptr},
};

constexpr MethodRow kTupleMethods[] = {
    {{"count", "_value", 1}, count_items},
    {{"index", "_value _start _stop", 1}, index_of_item},
};

constexpr MethodRow kRangeMethods[] = {
    {{"count", "_value", 1}, count_in_range},
    {{"index", "_value", 1}, index_in_range},
};

constexpr MethodRow kListMethods[] = {
    {{"count", "_value", 1}, count_items},
    {{"index", "_value _start _stop", 1}, index_of_item},
    {{"copy"}, itself},
    {{"append"}, nullptr},
    {{"clear"}, nullptr},
    {{"extend"}, nullptr},
    {{"insert"}, nullptr},
    {{"pop"}, nullptr},
    {{"remove"}, nullptr},
    {{"reverse"}, nullptr},
    {{"sort"}, nullptr},
};

constexpr MethodRow kCyclerMethods[] = {
    {{"next"}, next_of_cycle},
    {{"reset"},
     [](Render&, const Value& self, const Bound&) {
       self.as<Cycler>().position = 0;
       return Value::none();
     }},
};

}  // namespace

std::span<const MethodRow> dict_methods() { return kDictMethods; }
std::span<const MethodRow> list_methods() { return kListMethods; }
std::span<const MethodRow> tuple_methods() { return kTupleMethods; }
std::span<const MethodRow> range_methods() { return kRangeMethods; }
std::span<const MethodRow> cycler_methods() { return kCyclerMethods; }

}  // namespace hone::text::jinja
