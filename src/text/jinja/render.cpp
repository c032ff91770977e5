#include "text/jinja/render.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace hone::text::jinja {

namespace {

// Dicts with more entries get a hash table.
constexpr size_t kMaxPlainDict = 8;

uint32_t nesting(uint32_t deepest_item) {
  if (deepest_item >= kMaxNesting) fail("lists and dicts nest deeper than {}", kMaxNesting);
  return deepest_item + 1;
}

// Puts the number of a new entry into the table, or returns the number of the entry with this key.
uint32_t find_or_insert(std::span<uint32_t> table, std::span<const Entry> entries, uint32_t number, Render& render) {
  const Value& key = entries[number].key;
  for (size_t place = hash_of(key) & (table.size() - 1);; place = (place + 1) & (table.size() - 1)) {
    if (table[place] == 0) {
      table[place] = number + 1;
      return number;
    }
    if (are_equal(render, entries[table[place] - 1].key, key)) return table[place] - 1;
  }
}

std::span<uint32_t> make_table(Arena& arena, size_t num_entries) {
  const std::span<uint32_t> table = arena.array<uint32_t>(std::bit_ceil(2 * num_entries));
  std::fill(table.begin(), table.end(), 0);
  return table;
}

}  // namespace

Render::Render(const Limits& given)
    : arena(given.max_memory), limits(given), main_output(given.max_bytes), steps_left_(given.max_steps) {
  output = &main_output;
  stack_begin = static_cast<const char*>(__builtin_frame_address(0));
}

std::string_view Render::keep(std::string_view bytes) {
  check_room(0, bytes.size(), limits.max_bytes);
  charge_bytes(bytes.size());
  return arena.copy(bytes);
}

void Render::append(std::string& text, std::string_view piece) {
  check_room(text.size(), piece.size(), limits.max_bytes);
  charge_bytes(piece.size());
  text += piece;
}

Value Render::text(const TextBuilder& builder) {
  const std::string_view bytes = keep(builder.bytes());
  const Origin origin = builder.origin();
  if (origin != Origin::kMixed) return borrowed(bytes, origin);
  return Value(arena.make<Text>(bytes, origin, false, arena.copy(std::span<const Offset>(builder.data()))));
}

Value Render::part(const Value& whole, size_t begin, size_t end) {
  const Text& text = whole.text();
  if (begin == 0 && end == text.bytes.size()) return whole;
  const std::string_view bytes = text.bytes.substr(begin, end - begin);
  if (text.origin != Origin::kMixed) return Value(arena.make<Text>(bytes, text.origin, text.is_markup));
  TextBuilder builder(limits.max_bytes);
  builder.append_part(text, begin, end);
  const std::span<const Offset> data = arena.copy(std::span<const Offset>(builder.data()));
  return Value(arena.make<Text>(bytes, builder.origin(), text.is_markup, data));
}

Value Render::markup(const Value& value, bool is_markup) {
  if (!value.is_text() || value.text().is_markup == is_markup) return value;
  Text text = value.text();
  text.is_markup = is_markup;
  return Value(arena.make<Text>(text));
}

Value Render::sequence(Kind kind, std::span<const Value> items) { return adopt_sequence(kind, arena.copy(items)); }

Value Render::adopt_sequence(Kind kind, std::span<const Value> items) {
  uint32_t deepest = 0;
  bool is_data = false;
  for (const Value& item : items) {
    deepest = std::max(deepest, depth_of(item));
    is_data = is_data || has_data(item);
  }
  charge(1 + items.size() / 8);
  return Value(kind, arena.make<Sequence>(items, nesting(deepest), is_data));
}

Value Render::dict(std::span<const Entry> entries) {
  const std::span<Entry> kept = arena.array<Entry>(entries.size());
  const std::span<uint32_t> table = make_table(arena, std::max<size_t>(entries.size(), 1));
  uint32_t size = 0;
  for (const Entry& entry : entries) {
    kept[size] = entry;
    const uint32_t place = find_or_insert(table, kept, size, *this);
    kept[place].value = entry.value;
    if (place == size) ++size;
  }
  return adopt_dict(kept.first(size));
}

Value Render::adopt_dict(std::span<const Entry> entries) {
  Dict* dict = arena.make<Dict>(entries);
  uint32_t deepest = 0;
  for (const Entry& entry : entries) {
    deepest = std::max({deepest, depth_of(entry.value), depth_of(entry.key)});
    dict->has_data = dict->has_data || has_data(entry.key) || has_data(entry.value);
  }
  dict->depth = nesting(deepest);
  charge(1 + entries.size() / 8);
  if (entries.size() > kMaxPlainDict) {
    const std::span<uint32_t> table = make_table(arena, entries.size());
    for (uint32_t i = 0; i < entries.size(); ++i) find_or_insert(table, entries, i, *this);
    dict->index = table;
  }
  return Value(dict);
}

Value Render::undefined_attribute(const Value& object, std::string_view name) {
  return Value(arena.make<Missing>(name, std::string_view(), arena.make<Value>(object)));
}

Value Render::undefined_element(const Value& object, const Value& element) {
  if (element.is_text()) return undefined_attribute(object, element.bytes());
  return Value(arena.make<Missing>(std::string_view(), std::string_view(), arena.make<Value>(object),
                                   arena.make<Value>(element)));
}

Value Render::unsafe_attribute(const Value& object, std::string_view name) {
  const std::string hint = fmt::format("access to attribute '{}' of '{}' object is unsafe", name, type_name(object));
  return undefined_hint(keep(hint), name);
}

void Render::check_call() const {
  const std::ptrdiff_t used = stack_begin - static_cast<const char*>(__builtin_frame_address(0));
  if (num_calls <= static_cast<size_t>(limits.max_calls) && static_cast<size_t>(std::abs(used)) < limits.max_stack) {
    return;
  }
  fail("macros or recursive loops call each other more than {} deep", limits.max_calls);
}

void Render::fail_steps() const {
  fail("the template does more than {} million steps: it may loop for ever", limits.max_steps / 1'000'000);
}

}  // namespace hone::text::jinja
