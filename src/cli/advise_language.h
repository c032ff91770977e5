// The language of advice: that of --language, else that of the environment.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "advise/facts.h"

namespace hone::cli {

// Returns the language of the option, else that of the first variable that is set, in the order of POSIX.
inline advise::Language language_of(const std::optional<std::string>& option) {
  std::string name = option.value_or("");
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (name.empty() && value != nullptr) name = value;
  }
  return name.starts_with("zh") ? advise::Language::kChinese : advise::Language::kEnglish;
}

}  // namespace hone::cli
