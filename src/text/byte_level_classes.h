// The parts of the tokenizer classes of transformers that read vocab.json and merges.txt (transformers 5.23,
// models/*/tokenization_*.py). tokenizer_classes() lists them.
#pragma once

#include <string>

#include "text/tokenizer_classes.h"

namespace hone::text {

// Set all parts but the post-processor.
void use_gpt2_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_roberta_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_qwen2_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_gpt_neox_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_blenderbot_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_codegen_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_clip_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_openai_gpt_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_herbert_parts(const Json& config, const std::string& source, TokenizerSpec& spec);

void add_gpt2_settings(const TokenizerSpec& spec, Json& config);
void add_roberta_settings(const TokenizerSpec& spec, Json& config);
void add_no_settings(const TokenizerSpec& spec, Json& config);

Json gpt2_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json roberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json clip_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json deberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json herbert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);

}  // namespace hone::text
