// hone chat: what it is asked to do.
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/chat_options.h"
#include "cli/chat_render.h"
#include "cli/chat_session.h"
#include "cli/library.h"
#include "generate/causal_model.h"
#include "generate/conversation.h"

namespace hone::cli {

namespace {

generate::Conversation conversation_with(const generate::CausalModel& model, const ChatOptions& options,
                                         text::ChatTemplate chat_template) {
  generate::Conversation::Settings settings{.generation = options.generation,
                                            .form = generate::make_form(options.form, model.tokenizer),
                                            .max_context = options.max_context_tokens,
                                            .truncates = options.truncate};
  return {model.language_model(), model.kv_shape(),
          generate::ChatFormat(std::move(chat_template), model.tokenizer, options.chat_template.allow_special),
          model.generation, std::move(settings)};
}

int chat(ChatOptions options, const options::Provenance& user) {
  if (options.ids) throw Error(ErrorKind::kUsage, "--ids belongs to --render", "add --render, or leave --ids out");
  if (options.prompt) check_utf8(*options.prompt, "--prompt");
  check_utf8(options.system, "--system");
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const model::ModelFolder folder(options.model_name_or_path, options.base_model);
  // Before the weights, which take time.
  text::ChatTemplate chat_template = text::read_chat_template(options.chat_template.template_file, folder.tokenizer());
  const generate::CausalModel model = generate::load_causal_model(folder, compute, options.weights);
  generate::apply_generation_config(model.generation, user, options.generation);
  generate::Conversation conversation = conversation_with(model, options, std::move(chat_template));
  if (!options.context.empty()) conversation.load(read_json(options.context));
  if (!options.system.empty()) conversation.set_system(options.system);
  const ChatSettings settings{.json = options.json};
  return options.prompt ? ask_one_question(conversation, *options.prompt, settings)
                        : run_chat_session(conversation, settings);
}

}  // namespace

int run_chat(const options::Parsed<ChatOptions>& parsed) {
  if (!parsed.options.render) return chat(parsed.options, parsed.provenance);
  render_chat(parsed.options);
  return 0;
}

}  // namespace hone::cli
