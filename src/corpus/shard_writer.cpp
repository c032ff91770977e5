#include "corpus/shard_writer.h"

#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/sha256.h"

namespace hone::corpus {

namespace {

static_assert(std::endian::native == std::endian::little, "the files of shards are little-endian");

constexpr size_t kBufferBytes = size_t{1} << 20;

// Appends the ids as numbers of this type. Returns the largest id, as an unsigned number.
template <typename Id>
uint32_t append_ids(std::span<const int32_t> ids, std::string& buffer) {
  const size_t begin = buffer.size();
  buffer.resize(begin + ids.size() * sizeof(Id));
  char* to = buffer.data() + begin;
  uint32_t largest = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto id = static_cast<Id>(ids[i]);
    largest = std::max(largest, static_cast<uint32_t>(ids[i]));
    std::memcpy(to + i * sizeof(Id), &id, sizeof(Id));
  }
  return largest;
}

}  // namespace

ShardWriter::ShardWriter(const std::filesystem::path& folder, size_t shard, int64_t vocab_size)
    : ids_path_(ids_path(folder, shard)),
      offsets_path_(offsets_path(folder, shard)),
      vocab_size_(vocab_size),
      id_bytes_(Manifest{.vocab_size = vocab_size}.id_bytes()),
      ids_file_(ids_path_) {}

void ShardWriter::add(std::span<const int32_t> ids) {
  const uint32_t largest = id_bytes_ == 2 ? append_ids<uint16_t>(ids, buffer_) : append_ids<uint32_t>(ids, buffer_);
  if (!ids.empty() && static_cast<int64_t>(largest) >= vocab_size_) {
    throw Error(ErrorKind::kInput,
                fmt::format("the tokenizer makes the id {}, but its vocabulary has {} tokens",
                            static_cast<int32_t>(largest), vocab_size_),
                "check the tokenizer's files");
  }
  offsets_.push_back(offsets_.back() + ids.size());
  if (buffer_.size() < kBufferBytes) return;
  ids_file_.write(buffer_);
  buffer_.clear();
}

ShardRecord ShardWriter::commit() {
  ids_file_.write(buffer_);
  buffer_.clear();
  ids_file_.commit();
  write_file(offsets_path_, {reinterpret_cast<const char*>(offsets_.data()), offsets_.size() * sizeof(uint64_t)});
  ShardRecord record;
  record.num_documents = num_documents();
  record.num_tokens = num_tokens();
  record.ids_sha256 = sha256_file(ids_path_);
  record.offsets_sha256 = sha256_file(offsets_path_);
  return record;
}

}  // namespace hone::corpus
