// Builds the parts of a tokenizer from its spec.
#include "text/tokenizer_state.h"

#include <algorithm>

#include "text/template_builder.h"

namespace hone::text {

namespace {

// Throws if an id of the template does not exist, because a wrong id would fail only later, inside a model.
void check_template(const std::vector<TemplatePiece>& pieces, const Tokenizer::State& state) {
  for (const TemplatePiece& piece : pieces) {
    for (int32_t id : piece.ids) {
      if (state.added.find(id) != nullptr || state.model->token(id)) continue;
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the post-processor adds id {}, but no token has it", state.spec.source, id));
    }
  }
}

Json post_processor_of(const TokenizerSpec& spec, const TokenModel& model, const AddedTokens& added) {
  const FindTokenId find_id = [&](const std::string& content) -> std::optional<int32_t> {
    if (const AddedToken* token = added.find(std::string_view(content))) return token->id;
    return model.token_id(content);
  };
  if (spec.class_row != nullptr) return spec.class_row->post_processor(spec, find_id);
  const bool lacks_template = spec.has_model_file && (spec.post_processor.is_null() || spec.adds_bos || spec.adds_eos);
  return lacks_template ? bos_eos_template(spec, find_id) : spec.post_processor;
}

std::unique_ptr<BertEncoder> make_bert_encoder(const Tokenizer::State& state) {
  const auto is_type = [](const Json& part, const char* type) {
    return part.is_object() && part.value("type", Json()) == type;
  };
  const auto* word_piece = dynamic_cast<const WordPiece*>(state.model.get());
  const bool is_bert = is_type(state.spec.normalizer, "BertNormalizer") &&
                       is_type(state.spec.pre_tokenizer, "BertPreTokenizer") && word_piece != nullptr;
  if (!is_bert || !state.added.normalized().is_empty()) return nullptr;
  return std::make_unique<BertEncoder>(bert_normalizer_settings(state.spec.normalizer, state.spec.source), *word_piece);
}

std::unique_ptr<ByteLevelEncoder> make_byte_level_encoder(const TokenizerSpec& spec, const TokenModel& model) {
  const bool is_nfc = spec.normalizer.is_object() && spec.normalizer.value("type", Json()) == "NFC";
  if (!spec.normalizer.is_null() && !is_nfc) return nullptr;
  return ByteLevelEncoder::make(spec.pre_tokenizer, model);
}

// Returns the ids whose token, as decoders see it, is the text of a special token. It may be another token's id.
std::unordered_set<int32_t> find_skipped_ids(const Tokenizer::State& state) {
  std::unordered_set<std::string_view> special;
  for (const AddedToken& token : state.added.tokens()) {
    if (token.special) special.insert(token.content);
  }
  std::unordered_set<int32_t> ids;
  const auto add = [&](int32_t id) {
    const auto token = state.decoded_token(id);
    if (token && special.contains(*token)) ids.insert(id);
  };
  for (const AddedToken& token : state.added.tokens()) add(token.id);
  for (const auto& [token, id] : state.spec.vocabulary) {
    if (special.contains(token)) add(id);
  }
  return ids;
}

}  // namespace

Tokenizer::State::State(TokenizerSpec given)
    : spec(std::move(given)),
      normalizer(make_normalizer(spec.normalizer, spec.source)),
      pre_tokenizer(make_pre_tokenizer(spec.pre_tokenizer, spec.source)),
      model(make_token_model(spec.model, spec.vocabulary, {spec.merges, scores_in_use(spec)}, spec.source)),
      added(spec.added_tokens, *model, normalizer) {
  spec.post_processor = post_processor_of(spec, *model, added);
  post_processor = make_post_processor(spec.post_processor, spec.source);
  check_template(post_processor.single, *this);
  check_template(post_processor.pair, *this);
  decoder = make_decoder(spec.decoder, spec.source);
  one_pass.bert = make_bert_encoder(*this);
  one_pass.byte_level = make_byte_level_encoder(spec, *model);
  if (added.normalized().is_empty()) {
    one_pass.metaspace = MetaspaceEncoder::make(spec.normalizer, spec.pre_tokenizer, normalizer, *model, spec.source);
    one_pass.spaced_bpe = SpacedBpeEncoder::make(spec.normalizer, spec.pre_tokenizer, *model);
  }
  skipped_ids = find_skipped_ids(*this);
  highest_id = model->highest_id();
  for (const AddedToken& token : added.tokens()) highest_id = std::max<int64_t>(highest_id, token.id);
  const auto pad = spec.special_tokens.find("pad_token");
  if (pad == spec.special_tokens.end()) return;
  const AddedToken* token = added.find(std::string_view(pad->second));
  pad_id = token != nullptr ? token->id : model->token_id(pad->second);
}

std::optional<std::string_view> Tokenizer::State::decoded_token(int32_t id) const {
  const AddedToken* token = added.find(id);
  if (token == nullptr) return model->token(id);
  return token->normalized ? token->normalized_content : token->content;
}

}  // namespace hone::text
