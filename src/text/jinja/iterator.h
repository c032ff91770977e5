// Walks over a value as Python's for does: the items of a list, the characters of a text, the keys of a dict.
#pragma once

#include <optional>
#include <vector>

#include "text/jinja/render.h"

namespace hone::text::jinja {

class Iterator {
 public:
  // Errors: Failure if Python cannot iterate over the value.
  explicit Iterator(const Value& iterable);

  // Returns false after the last item.
  bool next(Render& render, Value& item);

 private:
  bool next_character(Render& render, Value& item);

  Value source_;
  size_t position_ = 0;
};

// Returns the number of items (Python's len), or nullopt if the value has none. Undefined has 0.
std::optional<size_t> length_of(const Value& value);

bool is_iterable(const Value& value);

// Returns the items of a view at a position, or an entry of items() as a tuple.
Value item_of_view(Render& render, const View& view, size_t index);

// Returns all items, as Python's list() does. Those of lists and tuples are not copied.
std::span<const Value> all_items(Render& render, const Value& iterable);

}  // namespace hone::text::jinja
