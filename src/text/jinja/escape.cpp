#include "text/jinja/escape.h"

#include <utility>

#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

constexpr std::pair<char, std::string_view> kEscapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'\'', "&#39;"}, {'"', "&#34;"}};

std::string_view escape_of(char c) {
  for (const auto& [plain, replacement] : kEscapes) {
    if (plain == c) return replacement;
  }
  return {};
}

}  // namespace

Value escaped(Render& render, const Value& value) {
  if (value.is_text() && value.text().is_markup) return value;
  const Value plain = to_text(render, value);
  const Text& text = plain.text();
  TextBuilder builder(render.limits.max_bytes);
  size_t begin = 0;
  for (size_t i = 0; i < text.bytes.size(); ++i) {
    const std::string_view replacement = escape_of(text.bytes[i]);
    if (replacement.empty()) continue;
    builder.append_part(text, begin, i);
    builder.append(replacement, Origin::kTemplate);
    begin = i + 1;
  }
  builder.append_part(text, begin, text.bytes.size());
  return render.markup(render.text(builder), true);
}

}  // namespace hone::text::jinja
