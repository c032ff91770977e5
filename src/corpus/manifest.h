// corpus.json: what a folder of shards holds and what it was made of. docs/corpora.md describes the folder's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "corpus/document_place.h"

namespace hone::corpus {

inline constexpr std::string_view kManifestName = "corpus.json";
// The hint of errors about damaged files.
inline constexpr std::string_view kMakeAgain = "make the corpus again with hone data tokenize; --overwrite replaces it";

// A file that was tokenized. The path is for messages; name, size and time tell whether it is the same file.
struct SourceFile {
  std::string path;
  uint64_t size = 0;
  int64_t modified = 0;  // of the file system's clock, in its units

  bool is_same_as(const SourceFile& other) const;
};

// Returns the files with their sizes and times. Errors (kIo): a file that does not exist.
std::vector<SourceFile> source_files(std::span<const std::filesystem::path> files);

struct ShardRecord {
  uint64_t num_documents = 0, num_tokens = 0;
  uint64_t num_bytes = 0;       // of text
  uint64_t num_empty = 0;       // documents without text, which have no tokens
  uint64_t num_duplicates = 0;  // documents that were left out before the last one of this shard
  DocumentPlace end;            // of the first document behind this shard
  std::string ids_sha256, offsets_sha256;
};

struct Manifest {
  bool is_complete = false;
  std::string tokenizer_sha256;
  int64_t vocab_size = 0;
  Json settings;  // the options that decide which documents and tokens there are
  std::vector<SourceFile> sources;
  std::vector<ShardRecord> shards;

  // Bytes of an id: 2 if every id of the vocabulary fits, else 4.
  size_t id_bytes() const { return vocab_size <= 0x10000 ? 2 : 4; }
  // The sums over all shards.
  ShardRecord totals() const;
};

// Return the paths of a shard's files.
std::filesystem::path ids_path(const std::filesystem::path& folder, size_t shard);
std::filesystem::path offsets_path(const std::filesystem::path& folder, size_t shard);

// Returns whether the folder has a manifest of a corpus, of any version.
bool is_corpus(const std::filesystem::path& folder);

enum class ShardCheck { kSizes, kNone };

// Reads a manifest and compares it with the sizes of the shards' files. Errors: kIo for a missing folder; kInput for a
// folder that is no corpus, a malformed manifest, numbers that contradict each other or the files; kUnsupported for a
// newer version.
Manifest read_manifest(const std::filesystem::path& folder, ShardCheck check = ShardCheck::kSizes);
void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

// Returns "" if both files of a shard are those that were written, else what is wrong: "DIR/shard-00000.ids has another
// sha256 than corpus.json says".
std::string damage_of_shard(const std::filesystem::path& folder, const Manifest& manifest, size_t shard);

}  // namespace hone::corpus
