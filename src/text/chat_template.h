// Chat templates: messages to the text that a model was trained on, byte for byte as apply_chat_template() of
// transformers. docs/chat_templates.md describes the context and what differs.
#pragma once

#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/tokenizer.h"

namespace hone::text {

// The rendering of a chat. All ranges are bytes of `text`, in order.
struct Rendering {
  std::string text;
  std::vector<Offset> data;       // what comes from the context: what users, models and tools wrote
  std::vector<Offset> generated;  // what stands in generation blocks: what a model learns to write
};

// Named special tokens, as Tokenizer::special_tokens() returns them.
using SpecialTokens = std::map<std::string, std::string>;

// Immutable; copies share the parsed template. Thread-safe.
class ChatTemplate {
 public:
  // `name` stands in messages. Errors: kInput, "NAME:LINE: what is wrong".
  static ChatTemplate parse(std::string_view source, std::string name);

  // Renders {"messages": [...], "tools": [...], "documents": [...], "add_generation_prompt": bool,
  // "continue_final_message": bool or the name of a field, ...}; the template sees every other key as a variable.
  // `now`: the local time of strftime_now, by default the present.
  // Errors: kInput for a malformed context; "NAME:LINE: ..." if the template refuses it or does too much.
  Rendering render(const Json& context, const SpecialTokens& special_tokens = {},
                   const std::optional<std::tm>& now = std::nullopt) const;

  const std::string& name() const;
  // Returns whether the template reads a variable of this name from the context.
  bool reads(std::string_view name) const;

 private:
  struct State;
  explicit ChatTemplate(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

// The sources of a model's templates, by name; a single template has the name "default".
class ChatTemplateSources {
 public:
  struct Source {
    std::string text, file;
  };

  // Reads chat_template.jinja and additional_chat_templates/*.jinja, or the key chat_template of
  // tokenizer_config.json. A folder without templates has no sources. Errors: kInput for a malformed file.
  static ChatTemplateSources read(const std::filesystem::path& model_dir);

  // Parses the template of this name; without a name "tool_use" if there are tools, or else "default".
  // Errors: kInput if the folder has no such template, or it cannot be parsed.
  ChatTemplate choose(bool has_tools, const std::string& name = "") const;

  const std::map<std::string, Source>& sources() const { return sources_; }

 private:
  std::filesystem::path folder_;
  std::map<std::string, Source> sources_;
};

// Returns the template in `file`, or the folder's if no file is given. Errors: those of read(), choose() and parse().
ChatTemplate read_chat_template(const std::filesystem::path& file, const std::filesystem::path& model_dir,
                                bool has_tools = false);

// Encodes a rendering without adding special tokens, as apply_chat_template() does. The text of a special token in
// what users wrote becomes ordinary tokens, unless `allow_special`; then the ids are always those of transformers.
Encoding encode_chat(const Tokenizer& tokenizer, const Rendering& rendering, bool allow_special = false,
                     const EncodeOptions& options = {});

}  // namespace hone::text
