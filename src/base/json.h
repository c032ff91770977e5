// JSON documents of moderate size (configs, manifests): depth checked before parsing, key order kept, and errors that
// name file, line and column. Big files (datasets, tokenizer.json) are read with simdjson where they are used.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace hone {

using Json = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 128;

// Throws kInput if brackets nest deeper than kMaxJsonDepth; `source` names the text in the message.
void check_json_depth(std::string_view text, std::string_view source);

// The first syntax error of `text` as "source:line:column: what", for readers that do not report positions themselves.
// Returns a general message if the text parses. `first_line` and `first_column` are where `text` begins in the source.
Error json_syntax_error(std::string_view text, std::string_view source, size_t first_line = 1, size_t first_column = 1);

Json parse_json(std::string_view text, std::string_view source);
Json read_json(const std::filesystem::path& path);

// As Python's json.dumps(indent=2, ensure_ascii=False) plus a newline, written atomically.
void write_json(const std::filesystem::path& path, const Json& value);

}  // namespace hone
