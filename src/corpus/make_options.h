// The options of hone data tokenize.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "corpus/documents.h"
#include "data/near_duplicates.h"

namespace hone::corpus {

struct MakeOptions : data::NearDuplicateOptions, ContentOptions {
  DocumentOptions documents;
  std::string split;
  std::filesystem::path model_name_or_path, output;
  bool near_duplicates = false, overwrite = false;
  int64_t shard_tokens = int64_t{1} << 26, num_threads = 0;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    DocumentOptions::fields(self.documents, visit);
    visit("split", self.split, "split to read of a folder").value_name("NAME").default_text("train, or the only one");
    visit("near_duplicates", self.near_duplicates,
          "leave out documents that are nearly equal to an earlier one; all texts are read twice");
    data::NearDuplicateOptions::fields(self, visit);
    visit.group("Content");
    visit("model_name_or_path", self.model_name_or_path, "folder that holds the tokenizer's files")
        .required()
        .alias("model")
        .value_name("DIR");
    ContentOptions::fields(self, visit);
    visit.group("Output");
    visit("output", self.output, "folder for the shards, which appears when all are written")
        .required()
        .value_name("DIR");
    visit("overwrite", self.overwrite, "replace another corpus at --output, and unfinished shards of other work");
    visit("shard_tokens", self.shard_tokens, "a shard ends with the document that reaches this many tokens")
        .in_range(1, 1e12);
    visit("num_threads", self.num_threads, "threads; the shards are the same at any number")
        .at_least(0)
        .default_text("one for each core of this process");
  }
};

}  // namespace hone::corpus
