// Writes the files of a tokenizer: loaded files byte for byte, and missing files made from the spec.
#include "base/files.h"
#include "text/tokenizer_classes.h"
#include "text/tokenizer_state.h"

namespace hone::text {

namespace {

Json special_tokens_map(const TokenizerSpec& spec) {
  Json map = Json::object();
  for (const auto& [name, content] : spec.special_tokens) map[name] = content;
  return map;
}

Json tokenizer_config(const TokenizerSpec& spec) {
  Json config = special_tokens_map(spec);
  if (!spec.extra_special_tokens.empty()) config["extra_special_tokens"] = spec.extra_special_tokens;
  if (spec.class_row != nullptr) spec.class_row->add_settings(spec, config);
  config["clean_up_tokenization_spaces"] = spec.clean_up_spaces;
  // transformers writes this for "no limit".
  config["model_max_length"] = spec.model_max_length == kNoLimit ? Json(1e30) : Json(spec.model_max_length);
  config["padding_side"] = spec.padding_side == Side::kLeft ? "left" : "right";
  config["truncation_side"] = spec.truncation_side == Side::kLeft ? "left" : "right";
  config["tokenizer_class"] = spec.tokenizer_class.empty() ? "PreTrainedTokenizerFast" : spec.tokenizer_class;
  return config;
}

// Returns one line for each token, in the order of ids. Returns an empty text if ids have gaps, which vocab.txt cannot
// express.
std::string vocabulary_text(const TokenModel& model) {
  std::string text;
  for (int64_t id = 0; id <= model.highest_id(); ++id) {
    const auto token = model.token(static_cast<int32_t>(id));
    if (!token || token->find('\n') != std::string_view::npos) return "";
    text.append(*token).append("\n");
  }
  return text;
}

}  // namespace

void Tokenizer::save(const std::filesystem::path& folder) const {
  const TokenizerSpec& spec = state_->spec;
  make_folders(folder);
  for (const auto& [name, bytes] : spec.files) write_file(folder / name, bytes);
  const auto is_missing = [&](const char* name) { return !spec.files.contains(name); };
  if (is_missing("tokenizer.json")) {
    write_file(folder / "tokenizer.json", to_tokenizer_json(spec, state_->added.tokens()));
  }
  if (is_missing("tokenizer_config.json")) write_json(folder / "tokenizer_config.json", tokenizer_config(spec));
  if (is_missing("special_tokens_map.json")) write_json(folder / "special_tokens_map.json", special_tokens_map(spec));
  // The vocabulary of another model would not be read from a vocab.txt.
  const bool has_vocabulary_text = is_missing("vocab.txt") && spec.model.value("type", "WordPiece") == "WordPiece";
  const std::string vocabulary = has_vocabulary_text ? vocabulary_text(*state_->model) : "";
  if (!vocabulary.empty()) write_file(folder / "vocab.txt", vocabulary);
}

}  // namespace hone::text
