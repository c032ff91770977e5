// The parts of a tokenizer that several tokenizer classes of transformers make: the tokens that they name, and the
// post-processors.
#pragma once

#include <string>

#include "text/tokenizer_classes.h"

namespace hone::text {

// A token of a template. Its name may differ from that of the token that has the id.
struct NamedId {
  std::string name;
  int32_t id;
};

// Return the special token of this name, such as "cls_token". named_id throws kInput if the tokenizer has none.
std::optional<NamedId> find_named_id(const TokenizerSpec& spec, const char* attribute, const FindTokenId& find_id);
NamedId named_id(const TokenizerSpec& spec, const char* attribute, const FindTokenId& find_id);

// Returns the unknown token of a BPE model: "None" if the spec names none, as Python's str() makes it of a missing one.
std::string unknown_token_of(const TokenizerSpec& spec);

// Makes a TemplateProcessing of pieces, as tokenizers does.
class TemplateBuilder {
 public:
  Json special(const NamedId& token, int type_id = 0);
  static Json text(const char* id, int type_id = 0) { return {{"Sequence", {{"id", id}, {"type_id", type_id}}}}; }
  Json build(const Json& single, const Json& pair) const;

 private:
  Json special_tokens_ = Json::object();
};

// [CLS] A [SEP] B [SEP], where [CLS] has the type `cls_type_id`.
Json cls_sep_template(const NamedId& cls, const NamedId& sep, int cls_type_id = 0);

// first A last, and first A last last B last for a pair; all of type 0.
Json doubled_separator_template(const NamedId& first, const NamedId& last);

// Returns bos first eos bos second eos, with the tokens that spec.adds_bos and spec.adds_eos ask for.
Json bos_eos_template(const TokenizerSpec& spec, const FindTokenId& find_id);

}  // namespace hone::text
