// Writes one shard: its ids, and the offset of each document in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "corpus/manifest.h"

namespace hone::corpus {

class ShardWriter {
 public:
  // `vocab_size` decides the type of the ids (Manifest::id_bytes).
  ShardWriter(const std::filesystem::path& folder, size_t shard, int64_t vocab_size);

  // Adds a document, which may have no tokens. Errors: kIo; kInput for an id that is not in the vocabulary.
  void add(std::span<const int32_t> ids);

  uint64_t num_documents() const { return offsets_.size() - 1; }
  uint64_t num_tokens() const { return offsets_.back(); }

  // Syncs the files and gives them their names. Returns the counts and hashes that the writer knows.
  ShardRecord commit();

 private:
  std::filesystem::path ids_path_, offsets_path_;
  int64_t vocab_size_;
  size_t id_bytes_;
  AtomicFile ids_file_;
  std::string buffer_;
  std::vector<uint64_t> offsets_ = {0};
};

}  // namespace hone::corpus
