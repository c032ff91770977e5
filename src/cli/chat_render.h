// hone chat --render: the text, or the token ids, that a chat template makes of a context.
#pragma once

#include "cli/chat_options.h"

namespace hone::cli {

// Prints the rendering of options.context. Errors: kUsage for options that are missing or exclude each other.
void render_chat(const ChatOptions& options);

}  // namespace hone::cli
