// A folder of shards, mapped: documents and ids at any place, without reading what lies before. hone does not trust the
// files: offsets and ids are checked where they are read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "corpus/manifest.h"

namespace hone::corpus {

// A range of the stream of all tokens, which has the documents of all shards one after another.
struct TokenRange {
  uint64_t begin = 0, end = 0;
  uint64_t size() const { return end - begin; }
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

// Several threads may read it.
class Corpus {
 public:
  // Errors: those of read_manifest(); kInput for a corpus that is not complete or has no tokens.
  explicit Corpus(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  const Manifest& manifest() const { return manifest_; }
  uint64_t num_documents() const { return shards_.back().documents_end; }
  uint64_t num_tokens() const { return shards_.back().tokens_end; }

  // Returns the tokens of a document. Error (kInput): the shard's offsets are damaged.
  TokenRange document(uint64_t index) const;
  // The same, faster for documents that follow each other: `shard` begins at 0, and is kept from call to call.
  TokenRange document(uint64_t index, size_t& shard) const;
  // Returns the number of tokens before document `index`, which may be num_documents().
  uint64_t tokens_before(uint64_t index) const;
  // Returns the document that has this token.
  uint64_t document_of(uint64_t token) const;
  // Copies the ids of the tokens from `begin` on. Error (kInput): an id is not in the vocabulary.
  void read(uint64_t begin, std::span<int32_t> ids) const;

  // Throws kInput unless the corpus was made with this tokenizer (IdentifiedTokenizer::sha256), which `model` names.
  void check_tokenizer(const std::string& sha256, int64_t vocab_size, const std::string& model) const;
  // Throws kInput unless both corpora have one tokenizer, so that they can be mixed.
  void check_same_tokenizer(const Corpus& other) const;
  // Compares every file with its checksum, and checks every offset and id. Error (kInput): the first damage.
  void verify() const;

 private:
  struct Shard {
    MappedFile ids, offsets;
    uint64_t documents_end = 0, tokens_end = 0;  // of the corpus, behind this shard
  };

  // Returns the shard that holds the document or token; `end` is the member that counts them.
  size_t shard_of(uint64_t index, uint64_t Shard::* end) const;
  uint64_t shard_begin(size_t shard, uint64_t Shard::* end) const { return shard == 0 ? 0 : shards_[shard - 1].*end; }
  uint64_t offset(size_t shard, uint64_t document) const;
  void read_from(size_t shard, uint64_t first, std::span<int32_t> ids) const;

  std::filesystem::path folder_;
  Manifest manifest_;
  size_t id_bytes_;
  std::vector<Shard> shards_;
};

}  // namespace hone::corpus
