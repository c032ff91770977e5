#include "text/jinja/string_format.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/attributes.h"
#include "text/jinja/methods.h"
#include "text/jinja/number_format.h"
#include "text/jinja/print.h"
#include "text/jinja/text_edit.h"

namespace hone::text::jinja {

namespace {

constexpr int kMaxFormatDepth = 2;

// Returns the value as format(value, spec) does.
Value formatted_value(Render& render, const Value& value, std::string_view spec_text) {
  if (spec_text.empty()) return to_text(render, value);
  const FormatSpec spec = parse_format_spec(spec_text);
  if (value.is(Kind::kFloat)) return render.text(format_real(value.as_real(), spec));
  if (value.is(Kind::kInt) || (value.is(Kind::kBool) && spec.type != 0 && spec.type != 's')) {
    return render.text(format_integer(value.as_integer(), spec));
  }
  if (!value.is_text()) fail("unsupported format string passed to {}.__format__", type_name(value));
  if (spec.type != 0 && spec.type != 's') {
    fail("Unknown format code '{}' for object of type 'str'", spec.type);
  }
  Value text = value;
  if (spec.precision >= 0) {
    const size_t end = byte_of_code_point(value.bytes(), static_cast<size_t>(spec.precision));
    if (end < value.bytes().size()) text = render.part(value, 0, end);
  }
  if (spec.align == '=') fail("'=' alignment not allowed in string format specifier");
  const Padding padding = padding_of(static_cast<int64_t>(count_code_points(text.bytes())), spec, '<');
  return padded(render, text, padding.left, padding.right, render.text(spec.fill));
}

bool is_number_text(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Reads a format text and writes the result.
class BraceFormatter {
 public:
  BraceFormatter(Render& render, const Arguments& arguments) : render_(render), arguments_(arguments) {}

  void write(const Value& format, TextBuilder& builder, int depth) {
    if (depth > kMaxFormatDepth) fail("Max string recursion exceeded");
    const std::string_view text = format.bytes();
    size_t begin = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '{' && text[i] != '}') continue;
      builder.append_part(format.text(), begin, i);
      if (i + 1 < text.size() && text[i + 1] == text[i]) {
        begin = ++i;
        continue;
      }
      if (text[i] == '}') fail("Single '}}' encountered in format string");
      const size_t end = field_end(text, i + 1);
      write_field(text.substr(i + 1, end - i - 1), builder, depth);
      i = end;
      begin = end + 1;
    }
    builder.append_part(format.text(), std::min(begin, text.size()), text.size());
  }

 private:
  static size_t field_end(std::string_view text, size_t from) {
    int depth = 1;
    for (size_t i = from; i < text.size(); ++i) {
      if (text[i] == '{') ++depth;
      if (text[i] == '}' && --depth == 0) return i;
    }
    fail("expected '}}' before end of string");
  }

  void write_field(std::string_view field, TextBuilder& builder, int depth) {
    const size_t name_end = std::min(field.find_first_of("!:"), field.size());
    Value value = lookup(field.substr(0, name_end));
    std::string_view rest = field.substr(name_end);
    if (rest.starts_with('!')) {
      value = converted(value, rest);
      rest.remove_prefix(std::min<size_t>(2, rest.size()));
      if (!rest.empty() && rest[0] != ':') fail("expected ':' after conversion specifier");
    }
    std::string_view spec = rest.empty() ? rest : rest.substr(1);
    TextBuilder inner(render_.limits.max_bytes);
    if (spec.find('{') != std::string_view::npos) {
      write(render_.borrowed(spec), inner, depth + 1);
      spec = inner.bytes();
    }
    builder.append(formatted_value(render_, value, spec).text());
  }

  Value converted(const Value& value, std::string_view rest) {
    const char kind = rest.size() > 1 ? rest[1] : '\0';
    if (kind == 'r' || kind == 'a') return repr(render_, value);
    if (kind != 's') fail("Unknown conversion specifier {}", rest.substr(1, 1));
    return to_text(render_, value);
  }

  Value first_value(std::string_view name) {
    if (!name.empty() && !is_number_text(name)) {
      const Value* found = arguments_.find(name);
      if (found == nullptr) fail("format: there is no argument '{}'", name);
      return *found;
    }
    size_t index = next_++;
    if (!name.empty()) {
      index = 0;
      for (const char digit : name) index = index * 10 + static_cast<size_t>(digit - '0');
    }
    if (index >= arguments_.positional.size()) {
      fail("Replacement index {} out of range for positional args tuple", index);
    }
    return arguments_.positional[index];
  }

  // A name such as "0.role" or "x[key]".
  Value lookup(std::string_view name) {
    const size_t first_end = std::min(name.find_first_of(".["), name.size());
    Value value = first_value(name.substr(0, first_end));
    for (std::string_view rest = name.substr(first_end); !rest.empty();) {
      const bool is_element = rest[0] == '[';
      rest.remove_prefix(1);
      const size_t end = std::min(is_element ? rest.find(']') : rest.find_first_of(".["), rest.size());
      const std::string_view part = rest.substr(0, end);
      if (part.empty()) fail("Empty attribute in format string");
      rest.remove_prefix(std::min(end + (is_element ? 1 : 0), rest.size()));
      value = is_element ? element(value, part) : attribute_of(render_, value, AttributeName(part));
    }
    return value;
  }

  Value element(const Value& value, std::string_view part) {
    if (!is_number_text(part)) return element_of(render_, value, render_.text(part));
    int64_t index = 0;
    for (const char digit : part) index = index * 10 + (digit - '0');
    return element_of(render_, value, Value::integer(index));
  }

  Render& render_;
  const Arguments& arguments_;
  size_t next_ = 0;
};

// Python takes values with elements for a mapping, whose elements need not be used.
bool can_be_mapping(const Value& values) {
  return values.is(Kind::kDict) || values.is(Kind::kList) || values.is(Kind::kRange) || values.is(Kind::kUndefined);
}

// A conversion of the % operator, such as %-8.2f.
struct PercentField {
  FormatSpec spec;
  char type = 0;
};

class PercentFormatter {
 public:
  PercentFormatter(Render& render, const Value& values) : render_(render), values_(values) {}

  Value write(const Value& format) {
    TextBuilder builder(render_.limits.max_bytes);
    const std::string_view text = format.bytes();
    size_t begin = 0;
    for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', begin)) {
      builder.append_part(format.text(), begin, i);
      rest_ = text.substr(i + 1);
      write_field(builder);
      begin = text.size() - rest_.size();
    }
    builder.append_part(format.text(), begin, text.size());
    const bool is_used = can_be_mapping(values_) || used_ == count();
    if (!is_used) fail("not all arguments converted during string formatting");
    return render_.text(builder);
  }

 private:
  size_t count() const { return values_.is(Kind::kTuple) ? values_.items().size() : 1; }

  char take() {
    if (rest_.empty()) fail("incomplete format");
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  Value next_value() {
    if (used_ >= count()) fail("not enough arguments for format string");
    return values_.is(Kind::kTuple) ? values_.items()[used_++] : (++used_, values_);
  }

  Value named_value() {
    const size_t end = rest_.find(')');
    if (end == std::string_view::npos) fail("incomplete format key");
    if (!values_.is(Kind::kDict)) fail("format requires a mapping");
    const Value* found = values_.dict().find(rest_.substr(0, end));
    if (found == nullptr) fail("format: there is no key '{}'", rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return *found;
  }

  int64_t take_width() {
    int64_t width = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      width = width * 10 + (take() - '0');
      if (width > kMaxFieldWidth) fail("a field would be wider than {} characters", kMaxFieldWidth);
    }
    return width;
  }

  FormatSpec take_spec() {
    FormatSpec spec;
    spec.align = '>';
    for (; !rest_.empty() && std::string_view("-+ #0").find(rest_[0]) != std::string_view::npos;
         rest_.remove_prefix(1)) {
      if (rest_[0] == '-') spec.align = '<';
      if (rest_[0] == '+' || (rest_[0] == ' ' && spec.sign != '+')) spec.sign = rest_[0];
      if (rest_[0] == '#') spec.alternate = true;
      if (rest_[0] == '0') spec.fill = "0";
    }
    if (spec.fill == "0") spec.align = spec.align == '<' ? '<' : '=';
    if (spec.align == '<') spec.fill = " ";
    spec.width = take_width();
    if (!rest_.empty() && rest_[0] == '.') {
      rest_.remove_prefix(1);
      spec.precision = take_width();
    }
    return spec;
  }

  void write_field(TextBuilder& builder) {
    std::optional<Value> named;
    if (!rest_.empty() && rest_[0] == '(') {
      rest_.remove_prefix(1);
      named = named_value();
    }
    FormatSpec spec = take_spec();
    const char type = take();
    if (type == '%') return builder.append("%", Origin::kTemplate);
    const Value value = named ? *named : next_value();
    builder.append(converted(value, type, spec).text());
  }

  Value converted(const Value& value, char type, FormatSpec& spec) {
    if (type == 's' || type == 'r' || type == 'a' || (type == 'c' && value.is_text())) {
      return text_field(type == 's' || type == 'c' ? to_text(render_, value) : repr(render_, value), spec);
    }
    require_defined(value);
    if (!value.is_number()) {
      fail("%{} format: a real number is required, not {}", type, type_name(value));
    }
    const bool is_integer = std::string_view("diuxXoc").find(type) != std::string_view::npos;
    if (!is_integer && std::string_view("eEfFgG").find(type) == std::string_view::npos) {
      fail("unsupported format character '{}'", type);
    }
    spec.type = type == 'i' || type == 'u' ? 'd' : type;
    if (!is_integer) return render_.text(format_real(value.as_real(), spec));
    spec.precision = -1;
    const double real = value.as_real();
    if (!(std::abs(real) < 9.2e18)) fail("an integer does not fit into 64 bits");
    const int64_t integer = value.is(Kind::kFloat) ? static_cast<int64_t>(real) : value.as_integer();
    return render_.text(format_integer(integer, spec));
  }

  Value text_field(Value text, const FormatSpec& spec) {
    if (spec.precision >= 0) {
      const size_t end = byte_of_code_point(text.bytes(), static_cast<size_t>(spec.precision));
      if (end < text.bytes().size()) text = render_.part(text, 0, end);
    }
    const int64_t missing = spec.width - static_cast<int64_t>(count_code_points(text.bytes()));
    if (missing <= 0) return text;
    const bool is_left = spec.align == '<';
    return padded(render_, text, is_left ? 0 : missing, is_left ? missing : 0, render_.borrowed(" "));
  }

  Render& render_;
  const Value& values_;
  std::string_view rest_;
  size_t used_ = 0;
};

Value format_map(Render& render, const Value& self, const Bound& arguments) {
  if (!arguments[0].is(Kind::kDict)) fail("format_map: a mapping is needed, not {}", type_name(arguments[0]));
  std::vector<Keyword> keywords;
  for (const Entry& entry : arguments[0].dict().entries) {
    if (entry.key.is_text()) keywords.push_back({entry.key.bytes(), entry.value});
  }
  return formatted_braces(render, self, {{}, keywords});
}

Value unsupported_method(Render&, const Value&, const Bound&) { fail("hone does not support this method of texts"); }

constexpr MethodRow kTextFormatMethods[] = {
    {{"format", "*"}, [](Render& r, const Value& s, const Bound& a) { return formatted_braces(r, s, a.all()); }},
    {{"format_map", "_mapping", 1}, format_map},
    {{"encode", "*"}, unsupported_method},
    {{"translate", "*"}, unsupported_method},
    {{"maketrans", "*"}, unsupported_method},
};

}  // namespace

std::span<const MethodRow> text_format_methods() { return kTextFormatMethods; }

Value formatted_braces(Render& render, const Value& format, const Arguments& arguments) {
  TextBuilder builder(render.limits.max_bytes);
  BraceFormatter(render, arguments).write(format, builder, 0);
  return render.text(builder);
}

Value formatted_percent(Render& render, const Value& format, const Value& values) {
  return PercentFormatter(render, values).write(format);
}

}  // namespace hone::text::jinja
