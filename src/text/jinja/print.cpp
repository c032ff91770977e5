#include "text/jinja/print.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "text/jinja/iterator.h"
#include "text/jinja/python_characters.h"

namespace hone::text::jinja {

namespace {

constexpr size_t kMaxShown = 60;  // bytes of a text in a message

void append_escaped(char32_t code, std::string& out) {
  switch (code) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += code < 0x100     ? fmt::format("\\x{:02x}", static_cast<uint32_t>(code))
             : code < 0x10000 ? fmt::format("\\u{:04x}", static_cast<uint32_t>(code))
                              : fmt::format("\\U{:08x}", static_cast<uint32_t>(code));
  }
}

// Prefers single quotes, as Python does.
std::string python_quoted(std::string_view bytes) {
  const bool has_single = bytes.find('\'') != std::string_view::npos;
  const char quote = has_single && bytes.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (const char *p = bytes.data(), *const end = p + bytes.size(); p < end;) {
    const char* begin = p;
    const char32_t code = next_code_point(p);
    if (code == static_cast<unsigned char>(quote) || code == '\\') {
      out += '\\';
      out += static_cast<char>(code);
    } else if (!is_printable(code)) {
      append_escaped(code, out);
    } else {
      out.append(begin, p);
    }
  }
  return out += quote;
}

class Printer {
 public:
  Printer(Render& render, std::string& out) : render_(render), out_(out) {}

  void write(const Value& value, int depth);

 private:
  void add(std::string_view piece) { render_.append(out_, piece); }

  void write_items(std::span<const Value> items, int depth) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) add(", ");
      write(items[i], depth + 1);
    }
  }

  void write_dict(std::span<const Entry> entries, int depth) {
    add("{");
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) add(", ");
      write(entries[i].key, depth + 1);
      add(": ");
      write(entries[i].value, depth + 1);
    }
    add("}");
  }

  void write_view(const View& view, int depth) {
    constexpr std::string_view kNames[] = {"dict_keys([", "dict_values([", "dict_items(["};
    add(kNames[static_cast<size_t>(view.kind)]);
    for (size_t i = 0; i < view.dict->entries.size(); ++i) {
      if (i > 0) add(", ");
      write(item_of_view(render_, view, i), depth + 1);
    }
    add("])");
  }

  void write_range(const Range& range) {
    const int64_t end = range.first + range.length * range.step;
    add(range.step == 1 ? fmt::format("range({}, {})", range.first, end)
                        : fmt::format("range({}, {}, {})", range.first, end, range.step));
  }

  Render& render_;
  std::string& out_;
};

void Printer::write(const Value& value, int depth) {
  if (depth > static_cast<int>(kMaxNesting)) fail("lists and dicts nest deeper than {}", kMaxNesting);
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
      return add("Undefined");
    case Kind::kNone:
      return add("None");
    case Kind::kBool:
      return add(value.as_bool() ? "True" : "False");
    case Kind::kInt:
      return add(fmt::format("{}", value.as_integer()));
    case Kind::kFloat:
      return add(python_float(value.as_real()));
    case Kind::kText:
      return add(value.text().is_markup ? "Markup(" + python_quoted(value.bytes()) + ")"
                                        : python_quoted(value.bytes()));
    case Kind::kList:
      add("[");
      write_items(value.items(), depth);
      return add("]");
    case Kind::kTuple:
      add("(");
      write_items(value.items(), depth);
      return add(value.items().size() == 1 ? ",)" : ")");
    case Kind::kDict:
      return write_dict(value.dict().entries, depth);
    case Kind::kView:
      return write_view(value.as<const View>(), depth);
    case Kind::kRange:
      return write_range(value.as<const Range>());
    case Kind::kNamespace:
      add("<Namespace ");
      write_dict(value.as<const Namespace>().entries.first(value.as<const Namespace>().size), depth);
      return add(">");
    default:
      return add(fmt::format("<{}>", type_name(value)));
  }
}

Origin origin_of(const Value& value) { return has_data(value) ? Origin::kData : Origin::kTemplate; }

}  // namespace

Value to_text(Render& render, const Value& value) {
  if (value.is_text()) return value.text().is_markup ? render.markup(value, false) : value;
  return value.is(Kind::kUndefined) ? render.borrowed("") : repr(render, value);
}

void print(Render& render, const Value& value, TextBuilder& builder) {
  if (value.is_text()) {
    render.charge_bytes(value.bytes().size());
    return builder.append(value.text());
  }
  if (value.is(Kind::kUndefined)) return;
  std::string out;
  Printer(render, out).write(value, 0);
  builder.append(out, origin_of(value));
}

Value repr(Render& render, const Value& value) {
  std::string out;
  Printer(render, out).write(value, 0);
  return render.text(out, origin_of(value));
}

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

std::string short_repr(const Value& value) {
  if (value.is_text()) return python_quoted(shortened(value.bytes(), kMaxShown));
  if (value.is_integral() && value.is(Kind::kBool)) return value.as_bool() ? "True" : "False";
  if (value.is(Kind::kInt)) return fmt::format("{}", value.as_integer());
  if (value.is(Kind::kFloat)) return python_float(value.as_real());
  return value.is(Kind::kNone) ? "None" : fmt::format("<{}>", type_name(value));
}

}  // namespace hone::text::jinja
