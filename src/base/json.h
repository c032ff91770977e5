// JSON documents of moderate size, such as configs and manifests. The depth is checked before parsing, the order of
// keys is kept, and errors name file, line and column. The readers of large files (data sets, tokenizer.json) use
// simdjson.
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

// Returns the first syntax error of `text` as "source:line:column: what", for readers that do not report positions, or
// a general message if the text is valid. `first_line` and `first_column` are the position of `text` in the source.
Error json_syntax_error(std::string_view text, std::string_view source, size_t first_line = 1, size_t first_column = 1);

Json parse_json(std::string_view text, std::string_view source);
Json read_json(const std::filesystem::path& path);

// Appends a member without looking for its name first, so that an object of K members costs K steps. The caller
// includes <nlohmann/json.hpp>.
void append_member(Json& object, const std::string& name, Json value);

// Returns the double that prints with the float's own shortest digits: 0.9987, not 0.99870002269744873.
double shortest_double(float value);

// Writes the text of Python's json.dumps(indent=2, ensure_ascii=False) and a newline, atomically.
void write_json(const std::filesystem::path& path, const Json& value);

}  // namespace hone
