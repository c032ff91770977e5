// What a corpus that is made of files holds: its documents and their tokens; options of every command that makes one.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/names.h"

namespace hone::corpus {

inline constexpr std::array<std::string_view, 3> kDocumentKinds = {"line", "paragraph", "file"};

// What a document of a txt file is.
struct TextFileOptions {
  std::string documents{kDocumentKinds[0]};
  bool keep_linebreaks = true;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("documents", self.documents, "txt files: what a document is; a blank line ends a paragraph")
        .choices(choices_of(kDocumentKinds));
    visit("keep_linebreaks", self.keep_linebreaks, "txt files: a document ends with its line break, as in run_clm");
  }
};

// Which documents and which tokens.
struct ContentOptions {
  bool deduplicate = false, add_special_tokens = true, append_eos = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("deduplicate", self.deduplicate, "leave out documents whose text equals an earlier one");
    visit("add_special_tokens", self.add_special_tokens, "put the tokenizer's own special tokens around each document");
    visit("append_eos", self.append_eos, "end each document with the end token if it does not end so");
  }
};

}  // namespace hone::corpus
