// The parts of the tokenizer classes of transformers that read SentencePiece models (transformers 5.23,
// models/*/tokenization_*.py). tokenizer_classes() lists them.
#pragma once

#include <string>

#include "text/tokenizer_classes.h"

namespace hone::text {

// Set all parts but the post-processor.
void use_t5_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_albert_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_xlm_roberta_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_camembert_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_mbart_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_deberta_v2_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_llama_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_code_llama_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_gemma_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_xlnet_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_big_bird_parts(const Json& config, const std::string& source, TokenizerSpec& spec);
void use_pegasus_parts(const Json& config, const std::string& source, TokenizerSpec& spec);

Json t5_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json albert_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json xlm_roberta_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json mbart_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json deberta_v2_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json llama_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json xlnet_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);
Json pegasus_post_processor(const TokenizerSpec& spec, const FindTokenId& find_id);

// Return the extra special tokens of a folder that names none. `given`: those of its model file.
std::vector<AddedToken> t5_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);
std::vector<AddedToken> camembert_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);
std::vector<AddedToken> mbart_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);
std::vector<AddedToken> xlnet_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);
std::vector<AddedToken> code_llama_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);
std::vector<AddedToken> pegasus_extra_tokens(const Json& config, std::vector<AddedToken> given, bool has_model_file);

}  // namespace hone::text
