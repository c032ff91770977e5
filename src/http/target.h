// The target of a request line taken apart: path and query, percent-decoded. Hostile until it has been here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace hone::http {

struct Target {
  std::string authority;              // of "http://name:80/path"; empty for "/path"
  std::string raw_path;               // as sent
  std::vector<std::string> segments;  // between the slashes, each decoded, so that %2F is no slash
  std::string path;                   // decoded
  NamedValues query;
};

// nullopt for what is no target: not beginning with a slash, %-sequences that are none, bytes that are not UTF-8 or
// NUL.
std::optional<Target> parse_target(std::string_view target);

// "a%20b" as "a b", "+" as " " where `plus_is_space`; nullopt where a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace hone::http
