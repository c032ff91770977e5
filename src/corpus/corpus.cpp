#include "corpus/corpus.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/vector_clones.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

constexpr size_t kIdGroup = 64;  // a constant, so that the compiler uses vectors

// Widens groups of ids of this type. The ids and their largest ones are unsigned numbers; `largest` [kIdGroup].
template <typename Id>
[[gnu::always_inline]] inline void widen_any_groups(const char* __restrict from, uint32_t* __restrict to,
                                                    size_t num_groups, Id* __restrict largest) {
  for (size_t group = 0; group < num_groups; ++group) {
    Id ids[kIdGroup];
    std::memcpy(ids, from + group * sizeof(ids), sizeof(ids));
    for (size_t i = 0; i < kIdGroup; ++i) to[group * kIdGroup + i] = ids[i];
    for (size_t i = 0; i < kIdGroup; ++i) largest[i] = largest[i] < ids[i] ? ids[i] : largest[i];
  }
}

HONE_VECTOR_CLONES void widen_groups(const char* __restrict from, uint32_t* __restrict to, size_t num_groups,
                                     uint16_t* __restrict largest) {
  widen_any_groups(from, to, num_groups, largest);
}
HONE_VECTOR_CLONES void widen_groups(const char* __restrict from, uint32_t* __restrict to, size_t num_groups,
                                     uint32_t* __restrict largest) {
  widen_any_groups(from, to, num_groups, largest);
}

// Copies `count` ids of this type, and returns the largest one as an unsigned number.
template <typename Id>
uint32_t widened(const char* from, int32_t* to, size_t count) {
  Id largest[kIdGroup] = {};
  const size_t num_groups = count / kIdGroup;
  widen_groups(from, reinterpret_cast<uint32_t*>(to), num_groups, largest);
  uint32_t all = *std::ranges::max_element(largest);
  for (size_t i = num_groups * kIdGroup; i < count; ++i) {
    Id id;
    std::memcpy(&id, from + i * sizeof(id), sizeof(id));
    to[i] = static_cast<int32_t>(id);
    all = std::max(all, uint32_t{id});
  }
  return all;
}

}  // namespace

Corpus::Corpus(fs::path folder)
    : folder_(std::move(folder)), manifest_(read_manifest(folder_)), id_bytes_(manifest_.id_bytes()) {
  if (!manifest_.is_complete) {
    throw Error(ErrorKind::kInput, fmt::format("{} is not finished", folder_.string()),
                "run the hone data tokenize that made it again: it continues");
  }
  if (manifest_.totals().num_tokens == 0) {
    throw Error(ErrorKind::kInput, fmt::format("{} has no tokens", folder_.string()), std::string(kMakeAgain));
  }
  uint64_t documents = 0, tokens = 0;
  for (size_t i = 0; i < manifest_.shards.size(); ++i) {
    documents += manifest_.shards[i].num_documents;
    tokens += manifest_.shards[i].num_tokens;
    shards_.push_back({MappedFile(ids_path(folder_, i)), MappedFile(offsets_path(folder_, i)), documents, tokens});
  }
}

size_t Corpus::shard_of(uint64_t index, uint64_t Shard::* end) const {
  const auto found = std::ranges::upper_bound(shards_, index, {}, end);
  return static_cast<size_t>(found - shards_.begin());
}

// Returns the place of a shard's document in its tokens.
uint64_t Corpus::offset(size_t shard, uint64_t document) const {
  uint64_t offset;
  std::memcpy(&offset, shards_[shard].offsets.bytes().data() + document * sizeof(offset), sizeof(offset));
  const uint64_t size = manifest_.shards[shard].num_tokens;
  const bool is_border = document == 0 || document == manifest_.shards[shard].num_documents;
  if (offset <= size && (!is_border || offset == (document == 0 ? 0 : size))) return offset;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: the offset of document {} is {}, but the shard has {} tokens",
                          offsets_path(folder_, shard).string(), document, offset, size),
              std::string(kMakeAgain));
}

TokenRange Corpus::document(uint64_t index) const {
  size_t shard = 0;
  return document(index, shard);
}

TokenRange Corpus::document(uint64_t index, size_t& shard) const {
  check_internal(index < num_documents(), "a document beyond the corpus");
  if (index < shard_begin(shard, &Shard::documents_end) || index >= shards_[shard].documents_end) {
    shard = shard_of(index, &Shard::documents_end);
  }
  const uint64_t local = index - shard_begin(shard, &Shard::documents_end);
  const uint64_t begin = offset(shard, local), end = offset(shard, local + 1);
  if (begin > end) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: document {} ends at token {}, before it begins at {}",
                            offsets_path(folder_, shard).string(), local, end, begin),
                std::string(kMakeAgain));
  }
  const uint64_t before = shard_begin(shard, &Shard::tokens_end);
  return {before + begin, before + end};
}

uint64_t Corpus::tokens_before(uint64_t index) const {
  return index == num_documents() ? num_tokens() : document(index).begin;
}

uint64_t Corpus::document_of(uint64_t token) const {
  check_internal(token < num_tokens(), "a token beyond the corpus");
  const size_t shard = shard_of(token, &Shard::tokens_end);
  const uint64_t local = token - shard_begin(shard, &Shard::tokens_end);
  uint64_t first = 0, last = manifest_.shards[shard].num_documents - 1;  // the document is one of these
  while (first < last) {
    const uint64_t middle = first + (last - first) / 2;
    if (offset(shard, middle + 1) > local) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return shard_begin(shard, &Shard::documents_end) + first;
}

void Corpus::read_from(size_t shard, uint64_t first, std::span<int32_t> ids) const {
  const char* const from = shards_[shard].ids.bytes().data() + first * id_bytes_;
  const uint32_t largest = id_bytes_ == 2 ? widened<uint16_t>(from, ids.data(), ids.size())
                                          : widened<uint32_t>(from, ids.data(), ids.size());
  if (static_cast<int64_t>(largest) < manifest_.vocab_size) return;
  const auto is_beyond = [&](int32_t id) { return static_cast<uint32_t>(id) >= manifest_.vocab_size; };
  const auto place = std::ranges::find_if(ids, is_beyond) - ids.begin();
  throw Error(ErrorKind::kInput,
              fmt::format("{}: token {} has the id {}, but the vocabulary has {} tokens",
                          ids_path(folder_, shard).string(), first + static_cast<uint64_t>(place),
                          static_cast<uint32_t>(ids[static_cast<size_t>(place)]), manifest_.vocab_size),
              std::string(kMakeAgain));
}

void Corpus::read(uint64_t begin, std::span<int32_t> ids) const {
  check_internal(begin <= num_tokens() && ids.size() <= num_tokens() - begin, "tokens beyond the corpus");
  for (size_t shard = shard_of(begin, &Shard::tokens_end); !ids.empty(); ++shard) {
    const uint64_t first = begin - shard_begin(shard, &Shard::tokens_end);
    const size_t count = std::min<uint64_t>(ids.size(), manifest_.shards[shard].num_tokens - first);
    if (count > 0) read_from(shard, first, ids.first(count));
    ids = ids.subspan(count);
    begin += count;
  }
}

void Corpus::check_tokenizer(const std::string& sha256, int64_t vocab_size, const std::string& model) const {
  if (manifest_.tokenizer_sha256 == sha256 && manifest_.vocab_size == vocab_size) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{} was made with another tokenizer than that of {}: sha256 {:.12} and {} tokens, not {:.12} "
                  "and {}",
                  folder_.string(), model, manifest_.tokenizer_sha256, manifest_.vocab_size, sha256, vocab_size),
      "tokenize the files again with hone data tokenize; give --model the folder whose tokenizer made the corpus");
}

void Corpus::check_same_tokenizer(const Corpus& other) const {
  check_tokenizer(other.manifest_.tokenizer_sha256, other.manifest_.vocab_size, other.folder_.string());
}

void Corpus::verify() const {
  std::vector<int32_t> ids(size_t{1} << 16);
  for (size_t i = 0; i < shards_.size(); ++i) {
    if (const std::string damage = damage_of_shard(folder_, manifest_, i); !damage.empty()) {
      throw Error(ErrorKind::kInput, damage, std::string(kMakeAgain));
    }
  }
  for (uint64_t begin = 0; begin < num_tokens(); begin += ids.size()) {
    read(begin, std::span(ids).first(std::min<uint64_t>(ids.size(), num_tokens() - begin)));
  }
  for (uint64_t i = 0; i < num_documents(); ++i) document(i);
}

}  // namespace hone::corpus
