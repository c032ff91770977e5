// Tokens for which the model's word embedding has no row.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::task {

// Warns if the tokenizer has added tokens without a row among the `num_rows` of the embedding; `remedy` ends the
// warning. Throws kInput if other tokens have no row: then `folder` holds the tokenizer of another model.
void check_vocabulary(const text::Tokenizer& tokenizer, int64_t num_rows, const std::filesystem::path& folder,
                      std::string_view remedy);

// Throws kInput if one of the ids has no row; `place` names their text, `remedy` ends the hint.
void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, std::span<const int32_t> ids,
                    std::string_view place, std::string_view remedy);

// The same for every row.
void check_embedded(const text::Tokenizer& tokenizer, int64_t num_rows, const Features& features,
                    const std::function<std::string(uint64_t row)>& place_of, std::string_view remedy);

}  // namespace hone::task
