// The real vocabularies beside the checkout, for the tests that can use them.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace hone {

inline std::optional<std::filesystem::path> shared_tokenizer(const std::string& name) {
  const auto folder = std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "tokenizers" / name;
  if (std::filesystem::exists(folder)) return folder;
  MESSAGE("skipped: ", folder.string(), " is not here");
  return std::nullopt;
}

}  // namespace hone
