#include "text/jinja/iterator.h"

#include "base/utf8.h"

namespace hone::text::jinja {

Iterator::Iterator(const Value& iterable) : source_(iterable) {
  if (!is_iterable(iterable)) fail("'{}' object is not iterable", type_name(iterable));
}

bool Iterator::next(Render& render, Value& item) {
  render.charge(1);
  switch (source_.kind()) {
    case Kind::kList:
    case Kind::kTuple:
      if (position_ == source_.items().size()) return false;
      item = source_.items()[position_++];
      return true;
    case Kind::kText:
      return next_character(render, item);
    case Kind::kDict:
      if (position_ == source_.dict().entries.size()) return false;
      item = source_.dict().entries[position_++].key;
      return true;
    case Kind::kView:
      if (position_ == source_.as<const View>().dict->entries.size()) return false;
      item = item_of_view(render, source_.as<const View>(), position_++);
      return true;
    case Kind::kRange:
      if (position_ == static_cast<size_t>(source_.as<const Range>().length)) return false;
      item = Value::integer(source_.as<const Range>().at(static_cast<int64_t>(position_++)));
      return true;
    case Kind::kGenerator:
      return source_.as<Generator>().next(render, item);
    default:
      return false;  // Undefined
  }
}

bool Iterator::next_character(Render& render, Value& item) {
  const std::string_view bytes = source_.bytes();
  if (position_ == bytes.size()) return false;
  const char* end = bytes.data() + position_;
  next_code_point(end);
  const auto next = static_cast<size_t>(end - bytes.data());
  item = render.part(source_, position_, next);
  position_ = next;
  return true;
}

std::optional<size_t> length_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      return 0;
    case Kind::kText:
      return count_code_points(value.bytes());
    case Kind::kList:
    case Kind::kTuple:
      return value.items().size();
    case Kind::kDict:
      return value.dict().entries.size();
    case Kind::kView:
      return value.as<const View>().dict->entries.size();
    case Kind::kRange:
      return static_cast<size_t>(value.as<const Range>().length);
    default:
      return std::nullopt;
  }
}

bool is_iterable(const Value& value) { return value.is(Kind::kGenerator) || length_of(value).has_value(); }

Value item_of_view(Render& render, const View& view, size_t index) {
  const Entry& entry = view.dict->entries[index];
  if (view.kind != ViewKind::kItems) return view.kind == ViewKind::kKeys ? entry.key : entry.value;
  const Value pair[] = {entry.key, entry.value};
  return render.sequence(Kind::kTuple, pair);
}

std::span<const Value> all_items(Render& render, const Value& iterable) {
  if (iterable.is_sequence()) return iterable.items();
  std::vector<Value> items;
  Iterator iterator(iterable);
  for (Value item; iterator.next(render, item);) items.push_back(item);
  return render.arena.copy(std::span<const Value>(items));
}

}  // namespace hone::text::jinja
