// The settings of the pre-tokenizer and of the decoder Metaspace: a visible character stands for a space.
#pragma once

#include "base/json.h"

namespace hone::text {

// Where the character is put before a word that does not begin with it.
enum class PrependScheme { kAlways, kFirst, kNever };

struct MetaspaceSettings {
  char32_t replacement;
  PrependScheme scheme;
  bool splits;  // each of the characters begins a word
};

// Errors: kUnsupported for an unknown scheme, kInput for a scheme that add_prefix_space contradicts.
MetaspaceSettings metaspace_settings(const Json& spec, const std::string& source);

}  // namespace hone::text
