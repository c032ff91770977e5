// A tokenizer of a few words, with the special tokens <|im_start|> and <|im_end|>.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "base/json.h"
#include "temporary_folder.h"
#include "text/tokenizer.h"

namespace hone {

inline constexpr int32_t kImStart = 8, kImEnd = 9;

inline std::string word_tokenizer_json() {
  const auto special = [](int32_t id, const char* content) {
    return Json{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
                {"rstrip", false}, {"normalized", false}, {"special", true}};
  };
  const Json vocabulary = {{"<unk>", 0}, {"user", 1}, {"<", 2}, {"|", 3}, {"im", 4}, {"_", 5}, {"end", 6}, {">", 7}};
  return Json{{"version", "1.0"},
              {"truncation", nullptr},
              {"padding", nullptr},
              {"added_tokens", Json::array({special(kImStart, "<|im_start|>"), special(kImEnd, "<|im_end|>")})},
              {"normalizer", nullptr},
              {"pre_tokenizer", {{"type", "Whitespace"}}},
              {"post_processor", nullptr},
              {"decoder", nullptr},
              {"model", {{"type", "WordLevel"}, {"vocab", vocabulary}, {"unk_token", "<unk>"}}}}
      .dump();
}

inline text::Tokenizer word_tokenizer() {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", word_tokenizer_json());
  return text::Tokenizer::load(folder.path());
}

}  // namespace hone
