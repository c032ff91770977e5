#include "text/jinja/methods.h"

#include <algorithm>

namespace hone::text::jinja {

const MethodRow* find_method(std::span<const MethodRow> table, std::string_view name) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const auto& known) { return known.signature.name == name; });
  return row == table.end() ? nullptr : &*row;
}

const MethodRow* find_text_method(std::string_view name) {
  for (const auto& table :
       {text_search_methods(), text_split_methods(), text_pad_methods(), text_case_methods(), text_format_methods()}) {
    if (const MethodRow* row = find_method(table, name)) return row;
  }
  return nullptr;
}

Value call_method(Render& render, const MethodRow& row, const Value& self, const Arguments& arguments) {
  const Bound bound(row.signature, arguments);
  if (self.is_text()) render.charge_bytes(self.bytes().size());
  const Value result = row.run(render, self, bound);
  const bool is_markup = self.is_text() && self.text().is_markup && result.is_text();
  return is_markup ? render.markup(result, true) : result;
}

const Value& text_argument(const Value& value, std::string_view what) {
  require_defined(value);
  if (!value.is_text()) fail("{}: a text is needed, not {}", what, type_name(value));
  return value;
}

}  // namespace hone::text::jinja
