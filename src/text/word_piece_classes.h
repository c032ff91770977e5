// The parts of the tokenizer classes of transformers that read vocab.txt (transformers 5.23,
// models/*/tokenization_*.py). tokenizer_classes() lists them.
#pragma once

#include <string>

#include "text/tokenizer_classes.h"

namespace hone::text {

// Set all parts but the post-processor, whatever tokenizer.json contains.
void use_bert_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_dpr_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_funnel_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_mpnet_parts(const Json& config, const std::string& source, TokenizerSpec& spec);

void add_bert_settings(const TokenizerSpec& spec, Json& config);

Json bert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json funnel_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);

}  // namespace hone::text
