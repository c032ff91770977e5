// Fuzz target: a chat template, the byte 0xFF, and a context. The ranges of a rendering lie in its text, in order.
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "fuzz_input.h"
#include "text/chat_context.h"
#include "text/chat_template.h"
#include "text/jinja/template.h"

namespace hone::fuzz {

namespace {

// So that an input takes a fraction of a second at most.
constexpr text::jinja::Limits kFuzzLimits{.max_steps = 200'000, .max_bytes = 1 << 20, .max_memory = 1 << 26};

void check_ranges(const std::string& text, const std::vector<text::Offset>& ranges, bool are_ordered) {
  const auto is_border = [&](size_t place) { return place == text.size() || !is_continuation(text[place]); };
  size_t last = 0;
  for (const text::Offset& range : ranges) {
    require(range.begin <= range.end && range.end <= text.size(), "a range lies outside of the text");
    require(is_border(range.begin) && is_border(range.end), "a range cuts a character");
    require(!are_ordered || (last <= range.begin && range.begin < range.end), "a range is out of order");
    last = range.end;
  }
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hone;
  using namespace hone::fuzz;
  const InputParts parts = split_input({reinterpret_cast<const char*>(data), size});
  accepted([&] {
    const std::string source = valid_utf8(parts.first), rest = valid_utf8(parts.second);
    const auto chat_template = text::jinja::Template::parse(source, "template");
    Json context = accepted([&] { return parse_json(rest, "context"); }).value_or(Json(rest));
    if (!context.is_object()) context = {{"x", context}};
    if (!context.contains("messages")) context["messages"] = {{{"role", "user"}, {"content", rest}}};
    const text::SpecialTokens tokens{{"eos_token", "</s>"}};
    const text::ChatContext variables(context, tokens, source);
    const auto lookup = [&](text::jinja::Render& render, std::string_view name) {
      return variables.find(render, name);
    };
    const auto written = chat_template.render(lookup, std::tm{}, kFuzzLimits);
    require(find_invalid_utf8(written.text) == std::string::npos, "a rendering is not UTF-8");
    check_ranges(written.text, written.data, true);
    check_ranges(written.text, written.generated, false);
    return true;
  });
  return 0;
}
