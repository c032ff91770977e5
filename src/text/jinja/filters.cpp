#include "text/jinja/filters.h"

#include <algorithm>

namespace hone::text::jinja {

namespace {

// Returns a part of a path as a key: digits are an index.
Value path_key(Render& render, std::string_view part) {
  const bool is_index = !part.empty() && part.size() < 10 &&
                        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_index) return render.text(part);
  int64_t index = 0;
  for (const char digit : part) index = index * 10 + (digit - '0');
  return Value::integer(index);
}

}  // namespace

const MethodRow* find_filter(std::string_view name) {
  for (const auto& table : {text_filters(), sequence_filters(), selection_filters(), number_filters()}) {
    if (const MethodRow* row = find_method(table, name)) return row;
  }
  return nullptr;
}

const MethodRow* find_test(std::string_view name) { return find_method(tests(), name); }

Value call_function(Render& render, const MethodRow& row, const Value& value, const Arguments& arguments) {
  render.charge(1);
  return row.run(render, value, Bound(row.signature, arguments));
}

AttributePath::AttributePath(Render& render, const Value& attribute) {
  if (attribute.is_missing() || attribute.is(Kind::kNone)) return;
  std::vector<Value> parts;
  if (attribute.is_text()) {
    std::string_view rest = attribute.bytes();
    for (size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      parts.push_back(path_key(render, rest.substr(0, dot)));
      rest.remove_prefix(dot + 1);
    }
    parts.push_back(path_key(render, rest));
  } else {
    parts.push_back(attribute);
  }
  parts_ = render.arena.copy(std::span<const Value>(parts));
}

Value AttributePath::operator()(Render& render, const Value& item, const Value& fallback) const {
  Value value = item;
  for (const Value& part : parts_) {
    value = element_of(render, value, part);
    const bool is_replaced = value.is(Kind::kUndefined) && !fallback.is_missing() && !fallback.is(Kind::kNone);
    if (is_replaced) value = fallback;
  }
  return value;
}

}  // namespace hone::text::jinja
