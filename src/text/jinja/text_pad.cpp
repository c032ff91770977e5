// str.strip, removeprefix, center and the others that change the ends of a text; replace and join.
#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/iterator.h"
#include "text/jinja/methods.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_characters.h"
#include "text/jinja/text_edit.h"

namespace hone::text::jinja {

namespace {

bool is_stripped(char32_t code, const Value& characters) {
  if (!characters.is_text()) return is_python_space(code);
  const std::string_view set = characters.bytes();
  for (const char *p = set.data(), *const end = p + set.size(); p < end;) {
    if (next_code_point(p) == code) return true;
  }
  return false;
}

Value remove_affix(Render& render, const Value& self, const Bound& arguments, bool at_start) {
  const std::string_view text = self.bytes(), affix = text_argument(arguments[0], "removeprefix").bytes();
  if (!(at_start ? text.starts_with(affix) : text.ends_with(affix))) return self;
  return at_start ? render.part(self, affix.size(), text.size()) : render.part(self, 0, text.size() - affix.size());
}

Value padded_to(Render& render, const Value& self, const Bound& arguments, Side side) {
  const Value fill = arguments.has(1) ? text_argument(arguments[1], "fill") : render.borrowed(" ");
  if (count_code_points(fill.bytes()) != 1) fail("The fill character must be exactly one character long");
  const int64_t missing = as_index(arguments[0]) - static_cast<int64_t>(count_code_points(self.bytes()));
  const int64_t total = std::max<int64_t>(missing, 0);
  return side == Side::kLeft ? padded(render, self, total, 0, fill) : padded(render, self, 0, total, fill);
}

Value zero_filled(Render& render, const Value& self, const Bound& arguments) {
  const std::string_view text = self.bytes();
  const int64_t missing = as_index(arguments[0]) - static_cast<int64_t>(count_code_points(text));
  if (missing <= 0) return self;
  const size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const Value zeros = padded(render, render.borrowed(""), missing, 0, render.borrowed("0"));
  TextBuilder builder(render.limits.max_bytes);
  builder.append_part(self.text(), 0, sign);
  builder.append(zeros.text());
  builder.append_part(self.text(), sign, text.size());
  return render.text(builder);
}

Value expanded_tabs(Render& render, const Value& self, const Bound& arguments) {
  const auto width = static_cast<size_t>(std::clamp<int64_t>(arguments.integer_at(0, 8), 0, 1 << 20));
  TextBuilder builder(render.limits.max_bytes);
  const std::string_view text = self.bytes();
  size_t column = 0, begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') {
      builder.append_part(self.text(), begin, i);
      begin = i + 1;
      const size_t spaces = width == 0 ? 0 : width - column % width;
      builder.append(std::string(spaces, ' '), Origin::kTemplate);
      column += spaces;
    } else if (text[i] == '\n' || text[i] == '\r') {
      column = 0;
    } else if (!is_continuation(text[i])) {
      ++column;
    }
  }
  builder.append_part(self.text(), begin, text.size());
  return render.text(builder);
}

Value join(Render& render, const Value& self, const Bound& arguments) {
  TextBuilder builder(render.limits.max_bytes);
  Iterator iterator(arguments[0]);
  size_t index = 0;
  for (Value item; iterator.next(render, item); ++index) {
    if (!item.is_text()) fail("sequence item {}: expected str instance, {} found", index, type_name(item));
    render.charge_bytes(item.bytes().size());
    if (index > 0) builder.append(self.text());
    builder.append(item.text());
  }
  return render.text(builder);
}

Value strip(Render& render, const Value& self, const Bound& arguments, bool left, bool right) {
  const Value& characters = arguments[0];
  if (arguments.has(0) && !characters.is(Kind::kNone)) text_argument(characters, "strip");
  return without_ends(render, self, characters, left, right);
}

constexpr MethodRow kTextPadMethods[] = {
    {{"strip", "_chars"}, [](Render& r, const Value& s, const Bound& a) { return strip(r, s, a, true, true); }},
    {{"lstrip", "_chars"}, [](Render& r, const Value& s, const Bound& a) { return strip(r, s, a, true, false); }},
    {{"rstrip", "_chars"}, [](Render& r, const Value& s, const Bound& a) { return strip(r, s, a, false, true); }},
    {{"removeprefix", "_prefix", 1},
     [](Render& r, const Value& s, const Bound& a) { return remove_affix(r, s, a, true); }},
    {{"removesuffix", "_suffix", 1},
     [](Render& r, const Value& s, const Bound& a) { return remove_affix(r, s, a, false); }},
    {{"ljust", "_width _fillchar", 1},
     [](Render& r, const Value& s, const Bound& a) { return padded_to(r, s, a, Side::kRight); }},
    {{"rjust", "_width _fillchar", 1},
     [](Render& r, const Value& s, const Bound& a) { return padded_to(r, s, a, Side::kLeft); }},
    {{"center", "_width _fillchar", 1},
     [](Render& r, const Value& s, const Bound& a) {
       const Value fill = a.has(1) ? text_argument(a[1], "center") : r.borrowed(" ");
       if (count_code_points(fill.bytes()) != 1) fail("The fill character must be exactly one character long");
       return centered(r, s, as_index(a[0]), fill);
     }},
    {{"zfill", "_width", 1}, zero_filled},
    {{"expandtabs", "tabsize"}, expanded_tabs},
    {{"join", "_iterable", 1}, join},
    {{"replace", "_old _new _count", 2},
     [](Render& r, const Value& s, const Bound& a) {
       return replaced(r, s, text_argument(a[0], "replace").bytes(), text_argument(a[1], "replace"),
                       a.integer_at(2, -1));
     }},
};

}  // namespace

std::span<const MethodRow> text_pad_methods() { return kTextPadMethods; }

Value without_ends(Render& render, const Value& self, const Value& characters, bool left, bool right) {
  const std::string_view text = self.bytes();
  size_t begin = 0, end = text.size();
  while (left && begin < end) {
    const char* p = text.data() + begin;
    if (!is_stripped(next_code_point(p), characters)) break;
    begin = static_cast<size_t>(p - text.data());
  }
  while (right && begin < end) {
    size_t last = end - 1;
    while (is_continuation(text[last])) --last;
    const char* p = text.data() + last;
    if (!is_stripped(next_code_point(p), characters)) break;
    end = last;
  }
  return render.part(self, begin, end);
}

Value padded(Render& render, const Value& self, int64_t left, int64_t right, const Value& fill) {
  TextBuilder builder(render.limits.max_bytes);
  const auto add = [&](int64_t count) {
    render.charge(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) builder.append(fill.text());
  };
  add(left);
  builder.append(self.text());
  add(right);
  return render.text(builder);
}

Value centered(Render& render, const Value& self, int64_t width, const Value& fill) {
  const int64_t missing = width - static_cast<int64_t>(count_code_points(self.bytes()));
  if (missing <= 0) return self;
  const int64_t left = missing / 2 + (missing & width & 1);
  return padded(render, self, left, missing - left, fill);
}

Value replaced(Render& render, const Value& self, std::string_view old, const Value& replacement, int64_t max_count) {
  const std::string_view text = self.bytes();
  TextBuilder builder(render.limits.max_bytes);
  size_t begin = 0;
  // An empty text is found before each character and at the end.
  const auto next = [&](size_t from) {
    if (!old.empty() || from >= text.size()) return old.empty() ? std::string_view::npos : text.find(old, from);
    const char* p = text.data() + from;
    next_code_point(p);
    return static_cast<size_t>(p - text.data());
  };
  size_t at = old.empty() ? 0 : text.find(old);
  for (; at != std::string_view::npos && max_count != 0; --max_count) {
    render.charge_bytes(replacement.bytes().size());
    builder.append_part(self.text(), begin, at);
    builder.append(replacement.text());
    begin = at + old.size();
    at = next(begin);
  }
  if (begin == 0 && builder.bytes().empty()) return self;
  builder.append_part(self.text(), begin, text.size());
  return render.text(builder);
}

}  // namespace hone::text::jinja
