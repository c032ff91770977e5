// The filters on lists and dicts: length, first, sort, groupby and the others that do not call other filters.
#include <algorithm>
#include <set>

#include "text/jinja/filters.h"
#include "text/jinja/iterator.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"
#include "text/jinja/python_characters.h"

namespace hone::text::jinja {

namespace {

Value length(Render&, const Value& value, const Bound&) {
  const auto size = length_of(value);
  if (!size) fail("object of type '{}' has no len()", type_name(value));
  return Value::size(*size);
}

Value first(Render& render, const Value& value, const Bound&) {
  Iterator iterator(value);
  Value item;
  return iterator.next(render, item) ? item : render.undefined_hint("No first item, sequence was empty.");
}

Value last(Render& render, const Value& value, const Bound&) {
  if (!length_of(value)) fail("'{}' object is not reversible", type_name(value));
  const auto size = static_cast<int64_t>(*length_of(value));
  if (size == 0) return render.undefined_hint("No last item, sequence was empty.");
  if (value.is(Kind::kDict) || value.is(Kind::kView)) return all_items(render, value).back();
  return element_of(render, value, Value::integer(size - 1));
}

Value list_of(Render& render, const Value& value, const Bound&) {
  return render.adopt_sequence(Kind::kList, all_items(render, value));
}

Value default_value(Render& render, const Value& value, const Bound& arguments) {
  const bool is_replaced = value.is(Kind::kUndefined) || (arguments.is_true_at(1) && !is_true(value));
  if (!is_replaced) return value;
  return arguments.has(0) ? arguments[0] : render.borrowed("");
}

// The pairs of a dict, one at a time; nothing of an undefined value.
struct PairItems final : Generator {
  explicit PairItems(const Dict& dict) : view{&dict, ViewKind::kItems} {}
  bool next(Render& render, Value& item) override {
    if (position == view.dict->entries.size()) return false;
    item = item_of_view(render, view, position++);
    return true;
  }
  View view;
  size_t position = 0;
};

Value items(Render& render, const Value& value, const Bound&) {
  static constexpr Dict kNothing{};
  if (!value.is(Kind::kUndefined) && !value.is(Kind::kDict)) fail("Can only get item pairs from a mapping.");
  const Dict& dict = value.is(Kind::kDict) ? value.dict() : kNothing;
  return Value(Kind::kGenerator, new (render.arena.allocate(sizeof(PairItems))) PairItems(dict));
}

// Texts compare without their case, unless the filter is case-sensitive.
Value sort_key(Render& render, const Value& value, bool is_case_sensitive) {
  if (is_case_sensitive || !value.is_text()) return value;
  return render.text(lower_case(value.bytes()));
}

struct Keyed {
  Value key, item;
};

// Sorts as Python: stable, and in reverse order too.
void sort_by_key(Render& render, std::vector<Keyed>& all, bool reverse) {
  std::stable_sort(all.begin(), all.end(), [&](const Keyed& a, const Keyed& b) {
    return reverse ? compare(render, b.key, a.key, "<") < 0 : compare(render, a.key, b.key, "<") < 0;
  });
}

Value items_of(Render& render, const std::vector<Keyed>& all) {
  const std::span<Value> values = render.arena.array<Value>(all.size());
  for (size_t i = 0; i < all.size(); ++i) values[i] = all[i].item;
  return render.adopt_sequence(Kind::kList, values);
}

// The attributes "a,b" of an item as a list.
Value several_keys(Render& render, const std::vector<AttributePath>& paths, const Value& item, bool is_case_sensitive) {
  std::vector<Value> keys;
  for (const AttributePath& path : paths) keys.push_back(sort_key(render, path(render, item), is_case_sensitive));
  return render.list(keys);
}

std::vector<AttributePath> attribute_paths(Render& render, const Value& attribute) {
  std::vector<AttributePath> paths;
  if (!attribute.is_text()) {
    paths.emplace_back(render, attribute);
    return paths;
  }
  std::string_view rest = attribute.bytes();
  for (size_t comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
    paths.emplace_back(render, render.text(rest.substr(0, comma)));
    rest.remove_prefix(comma + 1);
  }
  paths.emplace_back(render, render.text(rest));
  return paths;
}

Value sort(Render& render, const Value& value, const Bound& arguments) {
  const auto paths = attribute_paths(render, arguments[2]);
  std::vector<Keyed> all;
  for (const Value& item : all_items(render, value)) {
    all.push_back({several_keys(render, paths, item, arguments.is_true_at(1)), item});
  }
  sort_by_key(render, all, arguments.is_true_at(0));
  return items_of(render, all);
}

Value sort_dict(Render& render, const Value& value, const Bound& arguments) {
  require_defined(value);
  if (!value.is(Kind::kDict)) fail("'{}' object has no attribute 'items'", type_name(value));
  const std::string_view by = arguments.text_at(1, "key");
  if (by != "key" && by != "value") fail("You can only sort by either \"key\" or \"value\"");
  std::vector<Keyed> all;
  for (const Entry& entry : value.dict().entries) {
    const Value pair[] = {entry.key, entry.value};
    all.push_back({sort_key(render, by == "key" ? entry.key : entry.value, arguments.is_true_at(0)),
                   render.sequence(Kind::kTuple, pair)});
  }
  sort_by_key(render, all, arguments.is_true_at(2));
  return items_of(render, all);
}

// Yields the items whose key has not been seen.
Value unique(Render& render, const Value& value, const Bound& arguments) {
  const AttributePath path(render, arguments[1]);
  std::vector<Entry> seen;
  std::vector<Value> kept;
  const auto all = all_items(render, value);
  std::vector<Value> keys;
  for (const Value& item : all) keys.push_back(sort_key(render, path(render, item), arguments.is_true_at(0)));
  for (size_t i = 0; i < all.size(); ++i) seen.push_back({keys[i], Value::size(i)});
  std::reverse(seen.begin(), seen.end());  // the first item with a key wins
  const Value first_of = render.dict(seen);
  for (size_t i = 0; i < all.size(); ++i) {
    const Value* place = first_of.dict().find(keys[i]);  // null for NaN, which equals nothing
    if (place == nullptr || place->as_integer() == static_cast<int64_t>(i)) kept.push_back(all[i]);
  }
  return render.list(kept);
}

Value extreme(Render& render, const Value& value, const Bound& arguments, int wanted) {
  const AttributePath path(render, arguments[1]);
  Iterator iterator(value);
  Value best, best_key;
  for (Value item; iterator.next(render, item);) {
    const Value key = sort_key(render, path(render, item), arguments.is_true_at(0));
    const bool is_better = best.is_missing() || compare(render, key, best_key, wanted < 0 ? "<" : ">") * wanted > 0;
    if (!is_better) continue;
    best = item;
    best_key = key;
  }
  return best.is_missing() ? render.undefined_hint("No aggregated item, sequence was empty.") : best;
}

Value sum(Render& render, const Value& value, const Bound& arguments) {
  const AttributePath path(render, arguments[0]);
  Value total = arguments.has(1) ? arguments[1] : Value::integer(0);
  if (total.is_text()) fail("sum() can't sum strings [use ''.join(seq) instead]");
  Iterator iterator(value);
  for (Value item; iterator.next(render, item);) {
    total = apply(render, BinaryOperator::kAdd, total, path(render, item));
  }
  return total;
}

Value reverse(Render& render, const Value& value, const Bound&) {
  const Value step = Value::integer(-1);
  if (value.is_text()) return slice_of(render, value, nullptr, nullptr, &step);
  if (!is_iterable(value)) fail("argument must be iterable");
  const auto all = all_items(render, value);
  std::vector<Value> reversed(all.rbegin(), all.rend());
  return render.list(reversed);
}

Value batch(Render& render, const Value& value, const Bound& arguments) {
  const int64_t size = as_index(arguments[0]);
  std::vector<Value> rows, row;
  const auto end_row = [&] {
    rows.push_back(render.list(row));
    row.clear();
  };
  for (const Value& item : all_items(render, value)) {
    if (static_cast<int64_t>(row.size()) == size) end_row();
    row.push_back(item);
  }
  if (!row.empty()) {
    if (arguments.has(1) && !arguments[1].is(Kind::kNone) && size > static_cast<int64_t>(row.size())) {
      render.charge(sizeof(Value) * static_cast<size_t>(size));
      row.resize(static_cast<size_t>(size), arguments[1]);
    }
    end_row();
  }
  return render.list(rows);
}

Value slice(Render& render, const Value& value, const Bound& arguments) {
  const auto all = all_items(render, value);
  const int64_t count = as_index(arguments[0]);
  if (count == 0) fail("integer division or modulo by zero");
  std::vector<Value> columns;
  const auto length = static_cast<int64_t>(all.size());
  int64_t begin = 0;
  for (int64_t i = 0; i < count; ++i) {
    render.charge(1);
    const int64_t size = length / count + (i < length % count ? 1 : 0);
    std::vector<Value> column(all.begin() + begin, all.begin() + begin + size);
    if (arguments.has(1) && !arguments[1].is(Kind::kNone) && i >= length % count) column.push_back(arguments[1]);
    columns.push_back(render.list(column));
    begin += size;
  }
  return render.list(columns);
}

// A group is a tuple of the key and the list, with the attributes `grouper` and `list`.
Value group_by(Render& render, const Value& value, const Bound& arguments) {
  const AttributePath path(render, arguments[0]);
  const bool is_case_sensitive = arguments.is_true_at(2);
  std::vector<Keyed> all;
  for (const Value& item : all_items(render, value)) {
    all.push_back({sort_key(render, path(render, item, arguments[1]), is_case_sensitive), item});
  }
  sort_by_key(render, all, false);
  std::vector<Value> groups;
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    std::vector<Value> members;
    for (end = begin; end < all.size() && are_equal(render, all[begin].key, all[end].key); ++end) {
      members.push_back(all[end].item);
    }
    if (end == begin) ++end;  // NaN equals nothing, itself neither
    const Value pair[] = {path(render, all[begin].item, arguments[1]), render.list(members)};
    const Value group = render.sequence(Kind::kTuple, pair);
    group.as<Sequence>().is_group = true;
    groups.push_back(group);
  }
  return render.list(groups);
}

Value attribute(Render& render, const Value& value, const Bound& arguments) {
  const std::string_view name = text_argument(arguments[0], "attr").bytes();
  if (value.is(Kind::kDict) && AttributeName(name).method_of(value) == nullptr) {
    return render.undefined_attribute(value, name);
  }
  return attribute_of(render, value, AttributeName(name));
}

constexpr MethodRow kSequenceFilters[] = {
    {{"length"}, length},
    {{"count"}, length},
    {{"first"}, first},
    {{"last"}, last},
    {{"list"}, list_of},
    {{"default", "default_value boolean"}, default_value},
    {{"d", "default_value boolean"}, default_value},
    {{"items"}, items},
    {{"dictsort", "case_sensitive by reverse"}, sort_dict},
    {{"sort", "reverse case_sensitive attribute"}, sort},
    {{"unique", "case_sensitive attribute"}, unique},
    {{"min", "case_sensitive attribute"},
     [](Render& r, const Value& v, const Bound& a) { return extreme(r, v, a, -1); }},
    {{"max", "case_sensitive attribute"},
     [](Render& r, const Value& v, const Bound& a) { return extreme(r, v, a, 1); }},
    {{"sum", "attribute start"}, sum},
    {{"reverse"}, reverse},
    {{"batch", "linecount fill_with", 1}, batch},
    {{"slice", "slices fill_with", 1}, slice},
    {{"groupby", "attribute default case_sensitive", 1}, group_by},
    {{"attr", "name", 1}, attribute},
};

}  // namespace

std::span<const MethodRow> sequence_filters() { return kSequenceFilters; }

}  // namespace hone::text::jinja
