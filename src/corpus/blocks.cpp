#include "corpus/blocks.h"

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"

namespace hone::corpus {

namespace {

constexpr uint64_t kIndexedBlocks = 2;

}  // namespace

Blocks::Blocks(std::shared_ptr<const Corpus> corpus, const BlockOptions& options)
    : corpus_(std::move(corpus)),
      block_size_(static_cast<uint64_t>(options.size())),
      group_documents_(static_cast<uint64_t>(options.group_documents)),
      is_fixed_(options.block),
      is_packed_(options.packing) {
  if (is_fixed_ && !is_packed_) {
    throw Error(ErrorKind::kUsage, "--block joins documents, and --packing false leaves each by itself",
                "give one of them");
  }
  if (group_documents_ == 0) group_documents_ = corpus_->num_documents();
  size_t shard = 0;
  for (uint64_t i = 0; i < corpus_->num_documents(); ++i) {
    const uint64_t length = corpus_->document(i, shard).size();
    counts_.documents += length > 0 ? 1 : 0;
    counts_.split_documents += length > block_size_ ? 1 : 0;
  }
  if (is_fixed_) {
    index_fixed();
  } else {
    index_packed();
  }
  counts_.dropped_tokens = corpus_->num_tokens() - counts_.tokens;
  if (counts_.blocks > 0) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: no {} has the {} of a block", corpus_->folder().string(),
                          counted(group_documents_, "document"), counted(block_size_, "token")),
              "lower --block-size; or join all documents with --group-documents 0");
}

Blocks::Place Blocks::skip_empty(Place at, size_t& shard) const {
  while (at.document < corpus_->num_documents() && at.token == corpus_->document(at.document, shard).size()) {
    at = {at.document + 1, 0};
  }
  return at;
}

template <typename Use>
Blocks::Place Blocks::walk(Place at, size_t& shard, const Use& use) const {
  uint64_t room = block_size_;
  while (room > 0 && at.document < corpus_->num_documents()) {
    const TokenRange document = corpus_->document(at.document, shard);
    const uint64_t part = std::min(document.size() - at.token, block_size_);
    if (part > room) break;
    if (part > 0) use(at.document, {document.begin + at.token, document.begin + at.token + part});
    if (!is_packed_) return skip_empty({at.document + 1, 0}, shard);
    room -= part;
    at.token += part;
    if (at.token == document.size()) at = {at.document + 1, 0};
  }
  return skip_empty(at, shard);
}

void Blocks::index_packed() {
  const auto count = [&](uint64_t, const TokenRange& tokens) { counts_.tokens += tokens.size(); };
  size_t shard = 0;
  for (Place at = skip_empty({}, shard); at.document < corpus_->num_documents(); ++counts_.blocks) {
    if (counts_.blocks % kIndexedBlocks == 0) places_.push_back(at);
    at = walk(at, shard, count);
  }
}

void Blocks::index_fixed() {
  for (uint64_t begin = 0; begin < corpus_->num_documents(); begin += group_documents_) {
    const uint64_t end = std::min(begin + group_documents_, corpus_->num_documents());
    blocks_before_.push_back(counts_.blocks);
    counts_.blocks += (corpus_->tokens_before(end) - corpus_->tokens_before(begin)) / block_size_;
  }
  counts_.tokens = counts_.blocks * block_size_;
}

Blocks::Place Blocks::packed_begin(uint64_t index, size_t& shard) const {
  Place at = places_[index / kIndexedBlocks];
  for (uint64_t i = 0; i < index % kIndexedBlocks; ++i) at = walk(at, shard, [](uint64_t, const TokenRange&) {});
  return at;
}

TokenRange Blocks::fixed_range(uint64_t index) const {
  const auto behind = std::ranges::upper_bound(blocks_before_, index);
  const auto group = static_cast<uint64_t>(behind - blocks_before_.begin()) - 1;
  const uint64_t begin =
      corpus_->tokens_before(group * group_documents_) + (index - blocks_before_[group]) * block_size_;
  return {begin, begin + block_size_};
}

const char* Blocks::kind_name() const { return is_fixed_ ? "fixed block" : is_packed_ ? "packed block" : "document"; }

uint64_t Blocks::length(uint64_t block) const {
  if (is_fixed_) return block_size_;
  uint64_t length = 0;
  size_t shard = 0;
  const Place begin = packed_begin(block, shard);
  walk(begin, shard, [&](uint64_t, const TokenRange& tokens) { length += tokens.size(); });
  return length;
}

uint64_t Blocks::first_document(uint64_t block) const {
  size_t shard = 0;
  return is_fixed_ ? corpus_->document_of(fixed_range(block).begin) : packed_begin(block, shard).document;
}

void Blocks::read(uint64_t index, Block& block) const {
  check_internal(index < size(), "a block beyond the corpus");
  block.offsets.assign(1, 0);
  block.documents.clear();
  TokenRange range;
  if (is_fixed_) {
    range = fixed_range(index);
    block.offsets.push_back(static_cast<int64_t>(range.size()));
  } else {
    size_t shard = 0;
    const Place begin = packed_begin(index, shard);
    // The parts follow each other in the stream, because documents between them are empty.
    walk(begin, shard, [&](uint64_t document, const TokenRange& tokens) {
      if (block.documents.empty()) range.begin = tokens.begin;
      range.end = tokens.end;
      block.offsets.push_back(static_cast<int64_t>(range.size()));
      block.documents.push_back(document);
    });
  }
  block.ids.resize(range.size());
  corpus_->read(range.begin, block.ids);
}

}  // namespace hone::corpus
