// Config files: a YAML or JSON mapping of option names to values. Anchors, aliases and tags are not allowed, so a small
// file cannot expand into a large one.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hone::options {

inline constexpr size_t kMaxConfigBytes = size_t{256} * 1024;
inline constexpr size_t kMaxConfigDepth = 8;
inline constexpr size_t kMaxConfigKeys = 1000;  // of one mapping

// One key of the file. A YAML scalar stays text (a JSON string) unless JSON would write it in the same way. The type of
// the option decides later how to parse the text.
struct ConfigEntry {
  std::string key;
  Json value;
  size_t line = 0;  // of the key, from 1
};

// Return the entries in file order. Errors (kInput, with file and line): syntax, a repeated key, nesting deeper than
// kMaxConfigDepth, anchors, aliases, tags, several documents.
std::vector<ConfigEntry> parse_yaml_config(std::string_view text, const std::string& source);
std::vector<ConfigEntry> parse_json_config(std::string_view text, const std::string& source);

// Reads .json as JSON, .yaml and .yml as YAML. Errors (kUsage): another extension; (kInput): over kMaxConfigBytes.
std::vector<ConfigEntry> read_config(const std::filesystem::path& path);

}  // namespace hone::options
