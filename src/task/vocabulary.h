// Finds tokens for which the model's word embedding has no row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "model/config.h"
#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::task {

// Warns if added tokens of the tokenizer have no row in an embedding of `num_rows` rows. Throws kInput if other tokens
// have no row, because then `folder` holds the tokenizer of another model.
void check_vocabulary(const text::Tokenizer& tokenizer, int64_t num_rows, const std::filesystem::path& folder);

// Throws kInput if a special token has another id than config.json says (pad_token_id, eos_token_id ...), because then
// `folder` holds the tokenizer of another model. A key that is absent or null says nothing; a list allows each id.
void check_special_ids(const text::Tokenizer& tokenizer, const model::ModelConfig& config,
                       const std::filesystem::path& folder);

// Throws kInput if the embedding has no row for one of the ids; `place` names their text.
void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, std::span<const int32_t> ids,
                    std::string_view place);

// The same for every row.
void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, const Features& features,
                    const std::function<std::string(uint64_t row)>& place_of);

}  // namespace hone::task
