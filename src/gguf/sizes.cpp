#include "gguf/sizes.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace hone::gguf {

namespace {

constexpr int64_t kMaxSize = int64_t{1} << 30;  // three heads of this size with as many values do not overflow

int64_t needed_size(const File& file, std::string_view key) {
  const std::string full = key_of(file, key);
  const std::optional<int64_t> size = file.metadata().integer(full, 1, kMaxSize);
  if (!size) file.metadata().throw_missing(full);
  return *size;
}

int64_t size_or(const File& file, std::string_view key, int64_t fallback) {
  return file.metadata().integer(key_of(file, key), 0, kMaxSize).value_or(fallback);
}

void check_heads(const File& file, Sizes& sizes) {
  const Metadata& metadata = file.metadata();
  const std::string heads = key_of(file, "attention.head_count"), key_heads = key_of(file, "attention.head_count_kv"),
                    key_width = key_of(file, "attention.key_length");
  if (sizes.kv_heads == 0 || sizes.heads % sizes.kv_heads != 0) {
    throw metadata.error(key_heads,
                         fmt::format("is {}, which does not divide the {} heads", sizes.kv_heads, sizes.heads));
  }
  if (sizes.head_width == 0) {
    if (sizes.width % sizes.heads != 0) {
      throw metadata.error(heads, fmt::format("is {}, which does not divide the width {}", sizes.heads, sizes.width));
    }
    sizes.head_width = sizes.width / sizes.heads;
  }
  const int64_t value_width = size_or(file, "attention.value_length", sizes.head_width);
  if (value_width != sizes.head_width) {
    throw metadata.error(key_width, fmt::format("is {}, but the values have {}", sizes.head_width, value_width));
  }
}

}  // namespace

Json plain_number(double number) {
  constexpr double kExact = 1e15;  // integers up to here are exact
  const bool is_integer = number == std::floor(number) && std::abs(number) < kExact;
  return is_integer ? Json(static_cast<int64_t>(number)) : Json(number);
}

std::string key_of(const File& file, std::string_view key) {
  return fmt::format("{}.{}", file.metadata().text("general.architecture").value_or(""), key);
}

Sizes sizes_of(const File& file) {
  const Tensor* words = file.find_tensor(kWordsTensor);
  if (words == nullptr || words->shape.size() != 2) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: it has no tensor \"{}\" of two dimensions", file.source(), kWordsTensor),
                "give the file of a whole language model, not that of an adapter, a projector or a vocabulary");
  }
  Sizes sizes;
  sizes.vocabulary = words->shape[0];
  sizes.width = needed_size(file, "embedding_length");
  sizes.layers = needed_size(file, "block_count");
  sizes.heads = needed_size(file, "attention.head_count");
  sizes.kv_heads = size_or(file, "attention.head_count_kv", sizes.heads);
  sizes.head_width = size_or(file, "attention.key_length", 0);
  sizes.inner = needed_size(file, "feed_forward_length");
  sizes.positions = needed_size(file, "context_length");
  sizes.experts = size_or(file, "expert_count", 0);
  sizes.experts_per_token = size_or(file, "expert_used_count", 0);
  sizes.expert_inner = size_or(file, "expert_feed_forward_length", 0);
  check_heads(file, sizes);
  return sizes;
}

bool has_own_head(const File& file) {
  const Tensor *head = file.find_tensor(kHeadTensor), *words = file.find_tensor(kWordsTensor);
  if (head == nullptr) return false;
  return words == nullptr || head->type != words->type || head->shape != words->shape || head->bytes != words->bytes;
}

}  // namespace hone::gguf
