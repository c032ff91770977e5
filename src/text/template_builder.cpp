#include "text/template_builder.h"

#include "base/error.h"

namespace hone::text {

std::optional<NamedId> find_named_id(const TokenizerSpec& spec, const char* attribute, const FindTokenId& find_id) {
  const auto named = spec.special_tokens.find(attribute);
  const std::optional<int32_t> id = named == spec.special_tokens.end() ? std::nullopt : find_id(named->second);
  return id ? std::optional(NamedId{named->second, *id}) : std::nullopt;
}

NamedId named_id(const TokenizerSpec& spec, const char* attribute, const FindTokenId& find_id) {
  if (std::optional<NamedId> found = find_named_id(spec, attribute, find_id)) return *std::move(found);
  throw Error(ErrorKind::kInput, fmt::format("{}: a {} needs a {}", spec.source, spec.tokenizer_class, attribute),
              "name one in tokenizer_config.json");
}

std::string unknown_token_of(const TokenizerSpec& spec) {
  const auto named = spec.special_tokens.find("unk_token");
  return named == spec.special_tokens.end() ? "None" : named->second;
}

Json TemplateBuilder::special(const NamedId& token, int type_id) {
  special_tokens_[token.name] = {
      {"id", token.name}, {"ids", Json::array({token.id})}, {"tokens", Json::array({token.name})}};
  return {{"SpecialToken", {{"id", token.name}, {"type_id", type_id}}}};
}

Json TemplateBuilder::build(const Json& single, const Json& pair) const {
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", special_tokens_}};
}

Json cls_sep_template(const NamedId& cls, const NamedId& sep, int cls_type_id) {
  TemplateBuilder t;
  const Json first = Json::array({t.special(cls, cls_type_id), t.text("A"), t.special(sep)});
  Json pair = first;
  pair.push_back(t.text("B", 1));
  pair.push_back(t.special(sep, 1));
  return t.build(first, pair);
}

Json doubled_separator_template(const NamedId& first, const NamedId& last) {
  TemplateBuilder t;
  const Json begin = t.special(first), end = t.special(last);
  return t.build(Json::array({begin, t.text("A"), end}), Json::array({begin, t.text("A"), end, end, t.text("B"), end}));
}

Json bos_eos_template(const TokenizerSpec& spec, const FindTokenId& find_id) {
  const auto bos = spec.adds_bos ? find_named_id(spec, "bos_token", find_id) : std::nullopt;
  const auto eos = spec.adds_eos ? find_named_id(spec, "eos_token", find_id) : std::nullopt;
  TemplateBuilder t;
  const auto add_text = [&](Json& to, const char* id, int type_id) {
    if (bos) to.push_back(t.special(*bos, type_id));
    to.push_back(t.text(id, type_id));
    if (eos) to.push_back(t.special(*eos, type_id));
  };
  Json single = Json::array(), pair = Json::array();
  add_text(single, "A", 0);
  add_text(pair, "A", 0);
  add_text(pair, "B", 1);
  return t.build(single, pair);
}

}  // namespace hone::text
