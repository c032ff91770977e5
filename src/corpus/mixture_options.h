// In which order blocks are read; options of every command that reads blocks.
#pragma once

#include <string>
#include <vector>

namespace hone::corpus {

struct MixOptions {
  std::vector<std::string> mix;
  bool shuffle = true;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("mix", self.mix, "corpora with their shares of the blocks, each read again as soon as it ends")
        .paths()
        .value_name("DIR=WEIGHT,...");
    visit("shuffle", self.shuffle, "read the blocks of each epoch in an order of its own; else in that of the files");
  }
};

}  // namespace hone::corpus
