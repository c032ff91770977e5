// The options of hone data blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "corpus/block_options.h"
#include "corpus/mixture_options.h"

namespace hone::corpus {

struct ViewOptions {
  std::vector<std::string> folders;
  BlockOptions blocks;
  MixOptions order;
  uint64_t seed = 42;
  std::filesystem::path model_name_or_path;
  int64_t num_blocks = 0, position = 0;
  bool verify = false, json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Corpora");
    visit.positional("folders", self.folders, "folders of shards, made by hone data tokenize; or give --mix")
        .not_split()
        .paths()
        .value_name("DIR");
    MixOptions::fields(self.order, visit);
    visit("seed", self.seed, "seed of the order of the blocks");
    visit.group("Blocks");
    BlockOptions::fields(self.blocks, visit);
    visit.group("Output");
    visit("num_blocks", self.num_blocks, "show this many blocks of the order").at_least(0);
    visit("position", self.position, "place in the order of the first block that is shown").at_least(0);
    visit("model_name_or_path", self.model_name_or_path, "folder of the tokenizer, to show texts instead of ids")
        .alias("model")
        .value_name("DIR");
    visit("verify", self.verify, "compare the checksums, check every id, and read all blocks once");
    visit("json", self.json, "write a JSON line for each corpus and block instead of text");
  }
};

}  // namespace hone::corpus
