#include "cli/chat_render.h"

#include <fmt/ranges.h>

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

Json read_context(const fs::path& file) {
  if (file.empty()) throw Error(ErrorKind::kUsage, "--render needs --context", "give a JSON file with the messages");
  if (file != "-") return read_json(file);
  return parse_json(std::string(std::istreambuf_iterator<char>(std::cin), {}), "standard input");
}

bool has_tools(const Json& context) {
  return context.is_object() && context.contains("tools") && !context["tools"].is_null();
}

}  // namespace

void render_chat(const ChatOptions& options) {
  if (options.chat_template.allow_special && !options.ids) {
    throw Error(ErrorKind::kUsage, "--allow-special changes only the token ids", "add --ids");
  }
  const Json context = read_context(options.context);
  const text::ChatTemplate chat_template =
      text::read_chat_template(options.chat_template.template_file, options.model_name_or_path, has_tools(context));
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  const text::Rendering rendering = chat_template.render(context, tokenizer.special_tokens());
  if (!options.ids) return print(rendering.text);
  print(fmt::format("[{}]\n",
                    fmt::join(text::encode_chat(tokenizer, rendering, options.chat_template.allow_special).ids, ", ")));
}

}  // namespace hone::cli
