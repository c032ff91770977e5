// Parses the target of a request line into path and query, percent-decoded. Targets come from clients and may be
// hostile.
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
  std::vector<std::string> segments;  // between the slashes, each decoded, so that %2F does not separate
  std::string path;                   // decoded
  NamedValues query;
};

// Returns nullopt if the target is malformed: no slash at its beginning, a malformed %-sequence, bytes that are not
// UTF-8, or NUL.
std::optional<Target> parse_target(std::string_view target);

// Decodes "a%20b" to "a b", and "+" to " " if `plus_is_space`; nullopt if a % is not followed by two hexadecimal
// digits.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace hone::http
