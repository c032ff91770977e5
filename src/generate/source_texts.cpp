#include "generate/source_texts.h"

#include <algorithm>

#include "base/error.h"

namespace hone::generate {

void SourceTexts::begin(uint64_t id, std::vector<int32_t> text) {
  check_internal(!waiting_.contains(id) && !keys_.contains(id), "a sequence reads one text");
  waiting_.emplace(id, std::move(text));
  order_.push_back(id);
}

void SourceTexts::fork(uint64_t from, uint64_t to) {
  const auto found = keys_.find(from);
  check_internal(found != keys_.end(), "a fork reads an encoded text");
  keys_.emplace(to, Keys(found->second));
}

void SourceTexts::end(uint64_t id) {
  keys_.erase(id);
  if (waiting_.erase(id) > 0) std::erase(order_, id);
}

void SourceTexts::encode_waiting() {
  if (order_.empty()) return;
  std::vector<std::vector<int32_t>> texts;
  for (const uint64_t id : order_) texts.push_back(std::move(waiting_.at(id)));
  const std::vector<Keys> encoded = encode_(texts);
  check_internal(encoded.size() == order_.size(), "each text is encoded");
  for (size_t i = 0; i < order_.size(); ++i) keys_.emplace(order_[i], encoded[i]);
  waiting_.clear();
  order_.clear();
}

tensor::SourceBatch SourceTexts::batch(std::span<const uint64_t> ids) {
  encode_waiting();
  std::vector<Keys> keys;
  for (const uint64_t id : ids) {
    const auto found = keys_.find(id);
    check_internal(found != keys_.end(), "a sequence of a model with an encoder reads a text");
    keys.push_back(found->second);
  }
  return tensor::SourceBatch(std::move(keys));
}

}  // namespace hone::generate
