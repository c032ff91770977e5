// The filters on texts: trim, replace, indent, tojson and the others.
#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/escape.h"
#include "text/jinja/filters.h"
#include "text/jinja/iterator.h"
#include "text/jinja/operators.h"
#include "text/jinja/print.h"
#include "text/jinja/python_characters.h"
#include "text/jinja/string_format.h"
#include "text/jinja/text_edit.h"
#include "text/jinja/text_lines.h"

namespace hone::text::jinja {

namespace {

// Returns the value as a text: markup stays markup.
Value soft_text(Render& render, const Value& value) { return value.is_text() ? value : to_text(render, value); }

Origin origin_like(const Value& value) { return has_data(value) ? Origin::kData : Origin::kTemplate; }

template <std::string (*map)(std::string_view)>
Value filtered_case(Render& render, const Value& value, const Bound&) {
  const Value text = soft_text(render, value);
  return render.markup(render.text(map(text.bytes()), origin_like(text)), text.text().is_markup);
}

// Unlike str.title(), a word begins behind white space and opening brackets only.
std::string title_of_words(std::string_view text) {
  std::string out, word;
  const auto end_word = [&] {
    if (word.empty()) return;
    const char* p = word.data();
    const char32_t first = next_code_point(p);
    append_case(first, CaseMapping::kUpper, out);
    out += lower_case(std::string_view(word).substr(static_cast<size_t>(p - word.data())));
    word.clear();
  };
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const char* begin = p;
    const char32_t code = next_code_point(p);
    const bool is_border =
        is_python_space(code) ||
        (code < 0x80 && std::string_view("-({[<").find(static_cast<char>(code)) != std::string_view::npos);
    if (is_border) {
      end_word();
      out.append(begin, p);
    } else {
      word.append(begin, p);
    }
  }
  end_word();
  return out;
}

Value trim(Render& render, const Value& value, const Bound& arguments) {
  if (arguments.has(0) && !arguments[0].is(Kind::kNone)) text_argument(arguments[0], "trim");
  return without_ends(render, soft_text(render, value), arguments[0], true, true);
}

Value replace(Render& render, const Value& value, const Bound& arguments) {
  const bool counts = arguments.has(2) && !arguments[2].is(Kind::kNone);
  return replaced(render, to_text(render, value), to_text(render, arguments[0]).bytes(), to_text(render, arguments[1]),
                  counts ? as_index(arguments[2]) : -1);
}

Value indent(Render& render, const Value& value, const Bound& arguments) {
  require_defined(value);
  if (!value.is_text()) fail("indent: a text is needed, not {}", type_name(value));
  const bool is_text = arguments.has(0) && arguments[0].is_text();
  const int64_t width = is_text ? 0 : arguments.integer_at(0, 4);
  const Value space = is_text
                          ? arguments[0]
                          : padded(render, render.borrowed(""), std::max<int64_t>(width, 0), 0, render.borrowed(" "));
  const bool first = arguments.is_true_at(1), blank = arguments.is_true_at(2);
  const std::string with_end = std::string(value.bytes()) + "\n";
  TextBuilder builder(render.limits.max_bytes);
  bool is_first = true;
  for (const Offset& line : lines_of(with_end, false)) {
    if (!is_first) builder.append("\n", Origin::kTemplate);
    if (is_first ? first : blank || line.begin < line.end) builder.append(space.text());
    builder.append_part(value.text(), std::min<size_t>(line.begin, value.bytes().size()), line.end);
    is_first = false;
  }
  return render.markup(render.text(builder), value.text().is_markup);
}

Value truncate(Render& render, const Value& value, const Bound& arguments) {
  const int64_t length = arguments.integer_at(0, 255);
  const int64_t leeway = arguments.has(3) && !arguments[3].is(Kind::kNone) ? as_index(arguments[3]) : 5;
  const Value end = arguments.has(2) ? text_argument(arguments[2], "truncate") : render.borrowed("...");
  const auto end_length = static_cast<int64_t>(count_code_points(end.bytes()));
  if (length < end_length) fail("expected length >= {}, got {}", end_length, length);
  if (leeway < 0) fail("expected leeway >= 0, got {}", leeway);
  const auto size = length_of(value);
  if (size && static_cast<int64_t>(*size) <= std::min(length, INT64_MAX - leeway) + leeway) return value;
  if (!value.is_text()) fail("truncate: a text is needed, not {}", type_name(value));
  size_t kept = byte_of_code_point(value.bytes(), static_cast<size_t>(length - end_length));
  if (!arguments.is_true_at(1)) kept = std::min(value.bytes().substr(0, kept).rfind(' '), kept);
  TextBuilder builder(render.limits.max_bytes);
  builder.append_part(value.text(), 0, kept);
  builder.append(end.text());
  return render.text(builder);
}

Value word_count(Render& render, const Value& value, const Bound&) {
  const Value text = soft_text(render, value);
  size_t count = 0;
  bool is_inside = false;
  for (const char *p = text.bytes().data(), *const end = p + text.bytes().size(); p < end;) {
    const char32_t code = next_code_point(p);
    const bool is_word = code == '_' || (character_flags(code) & (kAlphabetic | kDecimal | kDigit | kNumeric)) != 0;
    count += is_word && !is_inside ? 1 : 0;
    is_inside = is_word;
  }
  return Value::size(count);
}

Value format(Render& render, const Value& value, const Bound& arguments) {
  const Arguments& all = arguments.all();
  if (!all.positional.empty() && !all.keywords.empty()) {
    fail("can't handle positional and keyword arguments at the same time");
  }
  if (all.keywords.empty()) {
    return formatted_percent(render, soft_text(render, value), render.sequence(Kind::kTuple, all.positional));
  }
  std::vector<Entry> entries;
  for (const Keyword& keyword : all.keywords) entries.push_back({render.borrowed(keyword.name), keyword.value});
  return formatted_percent(render, soft_text(render, value), render.dict(entries));
}

Value joined_items(Render& render, const Value& value, const Bound& arguments) {
  const Value separator = arguments.has(0) ? to_text(render, arguments[0]) : render.borrowed("");
  const AttributePath path(render, arguments[1]);
  TextBuilder builder(render.limits.max_bytes);
  Iterator iterator(value);
  bool is_first = true;
  for (Value item; iterator.next(render, item); is_first = false) {
    if (!is_first) builder.append(separator.text());
    print(render, path(render, item), builder);
  }
  return render.text(builder);
}

std::string json_indent(const Value& indent) {
  if (indent.is_text()) return std::string(indent.bytes());
  return std::string(static_cast<size_t>(std::clamp<int64_t>(as_index(indent), 0, 1000)), ' ');
}

void set_separators(Render& render, const Value& given, JsonOptions& options) {
  options.item_separator = options.has_indent ? "," : ", ";
  options.key_separator = ": ";
  if (given.is_missing() || given.is(Kind::kNone)) return;
  const auto items = all_items(render, given);
  if (items.size() != 2) fail("tojson: separators must be two texts");
  options.item_separator = text_argument(items[0], "tojson").bytes();
  options.key_separator = text_argument(items[1], "tojson").bytes();
}

Value json_of(Render& render, const Value& value, const Bound& arguments) {
  JsonOptions options;
  options.ensure_ascii = arguments.is_true_at(0);
  options.has_indent = arguments.has(1) && !arguments[1].is(Kind::kNone);
  if (options.has_indent) options.indent = json_indent(arguments[1]);
  set_separators(render, arguments[2], options);
  options.sort_keys = arguments.is_true_at(3);
  return to_json(render, value, options);
}

Value unsupported(Render&, const Value&, const Bound&) { fail("hone does not support this filter"); }

constexpr MethodRow kTextFilters[] = {
    {{"trim", "chars"}, trim},
    {{"tojson", "ensure_ascii indent separators sort_keys"}, json_of},
    {{"upper"}, filtered_case<upper_case>},
    {{"lower"}, filtered_case<lower_case>},
    {{"capitalize"}, filtered_case<capitalized>},
    {{"title"}, filtered_case<title_of_words>},
    {{"replace", "old new count", 2}, replace},
    {{"join", "d attribute"}, joined_items},
    {{"string"}, [](Render& r, const Value& v, const Bound&) { return soft_text(r, v); }},
    {{"indent", "width first blank"}, indent},
    {{"truncate", "length killwords end leeway"}, truncate},
    {{"wordcount"}, word_count},
    {{"format", "*"}, format},
    {{"center", "width"},
     [](Render& r, const Value& v, const Bound& a) {
       return centered(r, soft_text(r, v), a.integer_at(0, 80), r.borrowed(" "));
     }},
    {{"escape"}, [](Render& r, const Value& v, const Bound&) { return escaped(r, v); }},
    {{"e"}, [](Render& r, const Value& v, const Bound&) { return escaped(r, v); }},
    {{"forceescape"}, [](Render& r, const Value& v, const Bound&) { return escaped(r, to_text(r, v)); }},
    {{"safe"}, [](Render& r, const Value& v, const Bound&) { return r.markup(to_text(r, v), true); }},
    {{"striptags", "*"}, unsupported},
    {{"urlencode", "*"}, unsupported},
    {{"urlize", "*"}, unsupported},
    {{"wordwrap", "*"}, unsupported},
    {{"xmlattr", "*"}, unsupported},
    {{"pprint", "*"}, unsupported},
    {{"random", "*"}, unsupported},
    {{"filesizeformat", "*"}, unsupported},
};

}  // namespace

std::span<const MethodRow> text_filters() { return kTextFilters; }

}  // namespace hone::text::jinja
