#include "text/tokenizer_fingerprint.h"

#include "base/sha256.h"
#include "text/tokenizer_state.h"

namespace hone::text {

IdentifiedTokenizer load_identified_tokenizer(const std::filesystem::path& model_dir) {
  const auto state = std::make_shared<const Tokenizer::State>(read_tokenizer_folder(model_dir));
  return {Tokenizer(state), sha256(to_tokenizer_json(state->spec, state->added.tokens()))};
}

}  // namespace hone::text
