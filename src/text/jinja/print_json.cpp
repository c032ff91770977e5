// Writes JSON as json.dumps of Python does.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/utf8.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

class JsonPrinter {
 public:
  JsonPrinter(Render& render, const JsonOptions& options, std::string& out)
      : render_(render), options_(options), out_(out) {}

  void write(const Value& value, size_t depth);

 private:
  void add(std::string_view piece) { render_.append(out_, piece); }

  void line(size_t depth) {
    if (!options_.has_indent) return;
    add("\n");
    for (size_t i = 0; i < depth; ++i) add(options_.indent);
  }

  void write_unit(uint32_t unit) { out_ += fmt::format("\\u{:04x}", unit); }

  void write_character(char32_t code, std::string_view bytes) {
    constexpr std::string_view kPlain = "\"\\\n\r\t\f\b", kLetters = "\"\\nrtfb";
    const size_t place = code < 0x80 ? kPlain.find(static_cast<char>(code)) : std::string_view::npos;
    if (place != std::string_view::npos) {
      out_ += '\\';
      out_ += kLetters[place];
    } else if (code < 0x20 || (options_.ensure_ascii && code >= 0x7F && code < 0x10000)) {
      write_unit(static_cast<uint32_t>(code));
    } else if (options_.ensure_ascii && code >= 0x10000) {
      write_unit(0xD800 + static_cast<uint32_t>((code - 0x10000) >> 10));
      write_unit(0xDC00 + static_cast<uint32_t>((code - 0x10000) & 0x3FF));
    } else {
      out_ += bytes;
    }
  }

  void write_text(std::string_view bytes) {
    add("\"");
    render_.charge_bytes(bytes.size());
    for (const char *p = bytes.data(), *const end = p + bytes.size(); p < end;) {
      const char* begin = p;
      const char32_t code = next_code_point(p);
      write_character(code, {begin, static_cast<size_t>(p - begin)});
    }
    add("\"");
  }

  void write_number(const Value& value) {
    if (value.is(Kind::kInt)) return add(fmt::format("{}", value.as_integer()));
    const double real = value.as_real();
    if (std::isnan(real)) return add("NaN");
    if (std::isinf(real)) return add(real > 0 ? "Infinity" : "-Infinity");
    add(python_float(real));
  }

  // Keys may be texts, numbers, booleans and None; all are written as texts.
  void write_key(const Value& key) {
    if (key.is_text()) return write_text(key.bytes());
    if (!key.is_number() && !key.is(Kind::kNone)) {
      fail("keys must be str, int, float, bool or None, not {}", type_name(key));
    }
    add("\"");
    write(key, 0);
    add("\"");
  }

  void write_list(std::span<const Value> items, size_t depth) {
    if (items.empty()) return add("[]");
    add("[");
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) add(options_.item_separator);
      line(depth + 1);
      write(items[i], depth + 1);
    }
    line(depth);
    add("]");
  }

  void write_dict(std::span<const Entry> all, size_t depth) {
    if (all.empty()) return add("{}");
    std::vector<Entry> entries(all.begin(), all.end());
    if (options_.sort_keys) {
      std::stable_sort(entries.begin(), entries.end(),
                       [&](const Entry& a, const Entry& b) { return compare(render_, a.key, b.key, "<") < 0; });
    }
    add("{");
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) add(options_.item_separator);
      line(depth + 1);
      write_key(entries[i].key);
      add(options_.key_separator);
      write(entries[i].value, depth + 1);
    }
    line(depth);
    add("}");
  }

  Render& render_;
  const JsonOptions& options_;
  std::string& out_;
};

void JsonPrinter::write(const Value& value, size_t depth) {
  switch (value.kind()) {
    case Kind::kNone:
      return add("null");
    case Kind::kBool:
      return add(value.as_bool() ? "true" : "false");
    case Kind::kInt:
    case Kind::kFloat:
      return write_number(value);
    case Kind::kText:
      return write_text(value.bytes());
    case Kind::kList:
    case Kind::kTuple:
      return write_list(value.items(), depth);
    case Kind::kDict:
      return write_dict(value.dict().entries, depth);
    default:
      fail("Object of type {} is not JSON serializable", type_name(value));
  }
}

}  // namespace

Value to_json(Render& render, const Value& value, const JsonOptions& options) {
  std::string out;
  JsonPrinter(render, options, out).write(value, 0);
  return render.text(out, has_data(value) ? Origin::kData : Origin::kTemplate);
}

}  // namespace hone::text::jinja
