// hone chat: what it is asked to do.
#include "base/error.h"
#include "cli/chat_options.h"
#include "cli/chat_render.h"
#include "cli/library.h"

namespace hone::cli {

int run_chat(const options::Parsed<ChatOptions>& parsed) {
  const ChatOptions& options = parsed.options;
  if (!options.render) {
    throw Error(ErrorKind::kUsage, "hone chat has only the action --render", "add --render --context FILE");
  }
  render_chat(options);
  return 0;
}

}  // namespace hone::cli
