// map, select, reject, selectattr and rejectattr: they call other filters and tests, one item at a time.
#include "text/jinja/filters.h"
#include "text/jinja/iterator.h"

namespace hone::text::jinja {

namespace {

// What is asked of an item: a test with arguments, or its truth.
struct Condition {
  const MethodRow* test = nullptr;
  Arguments arguments;

  bool holds(Render& render, const Value& item) const {
    return is_true(test == nullptr ? item : call_function(render, *test, item, arguments));
  }
};

struct SelectedItems final : Generator {
  SelectedItems(const Value& source, const AttributePath& of, const Condition& asked, bool wanted)
      : iterator(source), path(of), condition(asked), is_wanted(wanted) {}

  bool next(Render& render, Value& item) override {
    while (iterator.next(render, item)) {
      if (condition.holds(render, path(render, item)) == is_wanted) return true;
    }
    return false;
  }

  Iterator iterator;
  AttributePath path;
  Condition condition;
  bool is_wanted;
};

struct MappedItems final : Generator {
  MappedItems(const Value& source, const AttributePath& of, const Value& given)
      : iterator(source), path(of), fallback(given) {}
  MappedItems(Render& render, const Value& source, const MethodRow& row, const Arguments& given)
      : iterator(source), path(render, Value()), filter(&row), arguments(given) {}

  bool next(Render& render, Value& item) override {
    if (!iterator.next(render, item)) return false;
    item = filter != nullptr ? call_function(render, *filter, item, arguments) : path(render, item, fallback);
    return true;
  }

  Iterator iterator;
  AttributePath path;
  Value fallback;
  const MethodRow* filter = nullptr;
  Arguments arguments;
};

// A value that is false (None, an empty list) has no items.
Value source_of(Render& render, const Value& value) { return is_true(value) ? value : render.list({}); }

template <typename T, typename... Given>
Value generator(Render& render, Given&&... given) {
  return Value(Kind::kGenerator,
               static_cast<Generator*>(new (render.arena.allocate(sizeof(T))) T(std::forward<Given>(given)...)));
}

Value map(Render& render, const Value& value, const Bound& bound) {
  const Arguments& given = bound.all();
  const Value source = source_of(render, value);
  const Value* attribute = given.find("attribute");
  if (given.positional.empty() && attribute != nullptr) {
    const Value* fallback = given.find("default");
    for (const Keyword& keyword : given.keywords) {
      if (keyword.name != "attribute" && keyword.name != "default") {
        fail("Unexpected keyword argument '{}'", keyword.name);
      }
    }
    return generator<MappedItems>(render, source, AttributePath(render, *attribute),
                                  fallback == nullptr ? Value() : *fallback);
  }
  if (given.positional.empty()) fail("map requires a filter argument");
  const std::string_view name = text_argument(given.positional[0], "map").bytes();
  const MethodRow* filter = find_filter(name);
  if (filter == nullptr) fail("No filter named '{}'.", name);
  return generator<MappedItems>(render, render, source, *filter,
                                Arguments{given.positional.subspan(1), given.keywords});
}

Value select_items(Render& render, const Value& value, const Bound& bound, bool is_wanted, bool of_attribute) {
  const Arguments& given = bound.all();
  auto rest = given.positional;
  Value attribute;
  if (of_attribute) {
    if (rest.empty()) fail("Missing parameter for attribute name");
    attribute = rest[0];
    rest = rest.subspan(1);
  }
  Condition condition;
  if (!rest.empty()) {
    const std::string_view name = text_argument(rest[0], "select").bytes();
    condition.test = find_test(name);
    if (condition.test == nullptr) fail("No test named '{}'.", name);
    condition.arguments = {rest.subspan(1), given.keywords};
  }
  return generator<SelectedItems>(render, source_of(render, value), AttributePath(render, attribute), condition,
                                  is_wanted);
}

template <bool kIsWanted, bool kOfAttribute>
Value select(Render& render, const Value& value, const Bound& bound) {
  return select_items(render, value, bound, kIsWanted, kOfAttribute);
}

constexpr MethodRow kSelectionFilters[] = {
    {{"map", "*"}, map},
    {{"select", "*"}, select<true, false>},
    {{"reject", "*"}, select<false, false>},
    {{"selectattr", "*"}, select<true, true>},
    {{"rejectattr", "*"}, select<false, true>},
};

}  // namespace

std::span<const MethodRow> selection_filters() { return kSelectionFilters; }

}  // namespace hone::text::jinja
