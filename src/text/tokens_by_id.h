// Finds the token of an id in a vocabulary whose ids may have gaps.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "text/token_model.h"

namespace hone::text {

class TokensById {
 public:
  // `vocabulary` must outlive this object and keep its place. If an id occurs twice, the later entry is used.
  explicit TokensById(const std::vector<VocabularyEntry>& vocabulary);

  // Forgets the ids of tokens that have another id by `id_of`, because a later entry repeats them.
  template <typename IdOf>
  void forget_repeated(const IdOf& id_of) {
    // An entry that is forgotten may have hidden another one with the same id.
    add_all();
    std::erase_if(order_, [&](uint32_t i) { return id_of(vocabulary_[i].first) != vocabulary_[i].second; });
    sort_by_id();
  }

  std::optional<std::string_view> find(int32_t id) const;
  size_t num_ids() const { return order_.size(); }
  int64_t highest_id() const { return order_.empty() ? -1 : vocabulary_[order_.back()].second; }

 private:
  void add_all();
  void sort_by_id();

  const std::vector<VocabularyEntry>& vocabulary_;
  std::vector<uint32_t> order_;  // indices into vocabulary_, by ascending id
};

}  // namespace hone::text
