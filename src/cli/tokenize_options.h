// Options of hone tokenize.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/text_options.h"

namespace hone::cli {

struct TokenizeOptions {
  std::filesystem::path model_name_or_path;
  TextOptions texts;
  std::optional<int64_t> max_seq_length;
  bool json = false, show = false, decode = false, skip_special_tokens = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Tokenizer");
    visit("model_name_or_path", self.model_name_or_path, "folder that holds the tokenizer's files")
        .required()
        .alias("model")
        .value_name("DIR");
    TextOptions::fields(self.texts, visit);
    visit("max_seq_length", self.max_seq_length, "longest row in tokens").at_least(2).default_text("no limit");
    visit("json", self.json, "write a JSON line for each text instead of a table");
    visit("show", self.show, "write only the tokens: coloured on a terminal, else with bars between them");
    visit("decode", self.decode,
          "the texts are lists of token ids, as in \"101 1037 102\" or in JSON; write their text");
    visit("skip_special_tokens", self.skip_special_tokens, "decode without special tokens");
  }
};

}  // namespace hone::cli
