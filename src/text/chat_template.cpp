#include "text/chat_template.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/chat_context.h"
#include "text/jinja/python_characters.h"
#include "text/jinja/template.h"

namespace hone::text {

namespace {

std::tm local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return local;
}

void cut(std::vector<Offset>& ranges, size_t end) {
  while (!ranges.empty() && ranges.back().begin >= end) ranges.pop_back();
  if (!ranges.empty() && ranges.back().end > end) ranges.back().end = static_cast<uint32_t>(end);
}

// Ends the text where the final message ends, so that a model continues it.
void end_at_tag(Rendering& rendering, const ChatContext& context, const std::string& name) {
  const std::string_view tag = kContinueTag, bare = tag.substr(0, tag.size() - 1), text = rendering.text;
  const size_t place = text.rfind(bare);
  if (place == std::string_view::npos ||
      text.find(jinja::stripped(context.continued_text())) == std::string_view::npos) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("{}: the text of the final message is not in the rendering, so it cannot be continued", name),
        "leave out continue_final_message; the template changes or drops the message");
  }
  size_t end = place;
  if (!text.substr(place).starts_with(tag)) {  // the template has removed the space at the end
    const std::string_view kept = text.substr(0, place), inner = jinja::stripped(kept);
    end = inner.empty() ? 0 : static_cast<size_t>(inner.data() + inner.size() - text.data());
  }
  rendering.text.resize(end);
  cut(rendering.data, end);
  cut(rendering.generated, end);
}

}  // namespace

struct ChatTemplate::State {
  std::string source;
  jinja::Template compiled;
};

ChatTemplate ChatTemplate::parse(std::string_view source, std::string name) {
  return ChatTemplate(
      std::make_shared<const State>(State{std::string(source), jinja::Template::parse(source, std::move(name))}));
}

const std::string& ChatTemplate::name() const { return state_->compiled.name(); }

bool ChatTemplate::reads(std::string_view name) const {
  const std::vector<std::string>& names = state_->compiled.context_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

Rendering ChatTemplate::render(const Json& given, const SpecialTokens& special_tokens,
                               const std::optional<std::tm>& now) const {
  const ChatContext context(given, special_tokens, state_->source);
  const auto lookup = [&](jinja::Render& render, std::string_view name) { return context.find(render, name); };
  jinja::Written written = state_->compiled.render(lookup, now ? *now : local_time());
  Rendering rendering{std::move(written.text), std::move(written.data), std::move(written.generated)};
  if (context.is_continued()) end_at_tag(rendering, context, name());
  return rendering;
}

Encoding encode_chat(const Tokenizer& tokenizer, const Rendering& rendering, bool allow_special,
                     const EncodeOptions& options) {
  EncodeOptions plain = options;
  plain.add_special_tokens = false;
  if (allow_special) return tokenizer.encode(rendering.text, plain);
  return tokenizer.encode_with_plain_parts(rendering.text, rendering.data, plain);
}

}  // namespace hone::text
