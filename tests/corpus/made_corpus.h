// Small corpora whose ids a test chooses.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "corpus/corpus.h"
#include "corpus/shard_writer.h"

namespace hone::corpus {

using Documents = std::vector<std::vector<int32_t>>;

// Writes a complete corpus with these documents in each shard, and returns its manifest.
inline Manifest write_corpus(const std::filesystem::path& folder, const std::vector<Documents>& shards,
                             int64_t vocab_size = 100) {
  make_folders(folder);
  Manifest manifest{.is_complete = true, .tokenizer_sha256 = "abc", .vocab_size = vocab_size};
  manifest.settings = {{"documents", "line"}};
  manifest.sources = {{"made.txt", 12, 34}};
  for (size_t i = 0; i < shards.size(); ++i) {
    ShardWriter writer(folder, i, vocab_size);
    for (const std::vector<int32_t>& document : shards[i]) writer.add(document);
    manifest.shards.push_back(writer.commit());
  }
  write_manifest(folder, manifest);
  return manifest;
}

inline std::shared_ptr<const Corpus> made_corpus(const std::filesystem::path& folder,
                                                 const std::vector<Documents>& shards, int64_t vocab_size = 100) {
  write_corpus(folder, shards, vocab_size);
  return std::make_shared<const Corpus>(folder);
}

// Returns documents of these lengths, whose ids count up from 0 through all of them.
inline Documents counted_documents(const std::vector<size_t>& lengths) {
  Documents documents;
  int32_t next = 0;
  for (const size_t length : lengths) {
    documents.emplace_back();
    for (size_t i = 0; i < length; ++i) documents.back().push_back(next++);
  }
  return documents;
}

inline std::vector<int32_t> read_ids(const Corpus& corpus, uint64_t begin, size_t count) {
  std::vector<int32_t> ids(count);
  corpus.read(begin, ids);
  return ids;
}

// Overwrites bytes of a file at `place`.
inline void change_bytes(const std::filesystem::path& file, size_t place, const std::string& bytes) {
  std::string content = read_file(file);
  REQUIRE(place + bytes.size() <= content.size());
  content.replace(place, bytes.size(), bytes);
  write_file(file, content);
}

}  // namespace hone::corpus
