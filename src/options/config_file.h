// Config files: a YAML or JSON mapping of option names to values. Only the plain parts of YAML are taken: no anchors,
// aliases or tags, so that a small file cannot become a large one.
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

// One key of the file. A YAML scalar is kept as its text (a JSON string) unless JSON would write it the same way, for
// the type of the option decides what it is.
struct ConfigEntry {
  std::string key;
  Json value;
  size_t line = 0;  // of the key, from 1
};

// The entries in file order. Errors (kInput) name file and line: syntax, a key given twice, nesting deeper than
// kMaxConfigDepth, more than kMaxConfigBytes, anchors, tags, several documents.
std::vector<ConfigEntry> parse_yaml_config(std::string_view text, const std::string& source);
std::vector<ConfigEntry> parse_json_config(std::string_view text, const std::string& source);

// By the file's name: .json is JSON, .yaml and .yml are YAML; another name is an error (kUsage).
std::vector<ConfigEntry> read_config(const std::filesystem::path& path);

}  // namespace hone::options
