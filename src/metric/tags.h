// Tags of words, such as B-person, and the schemes that define at which words an entity begins, continues and ends.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone::metric {

enum class TagRole : uint8_t { kOutside, kBegin, kInside, kEnd, kSingle };

struct Tag {
  TagRole role = TagRole::kOutside;
  int32_t type = -1;  // index in TagSet::types(); -1 for kOutside
  friend bool operator==(const Tag&, const Tag&) = default;
};

// Returns true if `before` leaves an entity open and `tag` is a later word of it.
bool continues_entity(const Tag& before, const Tag& tag);

struct TagScheme {
  std::string_view name;
  std::string_view doc;
  std::string_view letters;           // prefixes that its tags may have
  std::string_view required_letters;  // it has at least one of them
};

std::span<const TagScheme> tag_schemes();

// The tags of a model by id, and the scheme that their names suggest. A name without a prefix is a type, and adjacent
// words with this tag are one entity. "O" marks words outside entities.
class TagSet {
 public:
  TagSet() = default;
  explicit TagSet(std::vector<std::string> names);

  size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const Tag& tag(size_t id) const { return tags_[id]; }
  // "person", "location": sorted. The type of a prefix alone ("B") is "_", as in seqeval.
  const std::vector<std::string>& types() const { return types_; }
  const TagScheme& scheme() const { return *scheme_; }
  // Returns the id of the tag with this name, or nullopt.
  std::optional<size_t> id(std::string_view name) const;
  // Returns the id of the tag with this type and the first of these roles for which the set has a tag, or nullopt.
  std::optional<size_t> id(int32_t type, std::initializer_list<TagRole> roles) const;
  // Returns the index of this type, or nullopt.
  std::optional<int32_t> type(std::string_view name) const;
  // The tag of the later tokens of a word: I-x for B-x if there is such a tag, else the tag itself (run_ner.py).
  size_t continuation(size_t id) const { return continuations_[id]; }
  // Replaces BIO by IOB1, which has the same names.
  void use_iob1();

 private:
  Tag read(const std::string& name) const;

  std::vector<std::string> names_, types_;
  std::map<std::string, size_t, std::less<>> ids_;              // of two equal names the first
  std::map<std::pair<int32_t, TagRole>, size_t> ids_of_roles_;  // by type and role
  std::vector<Tag> tags_;
  std::vector<size_t> continuations_;
  const TagScheme* scheme_ = &tag_schemes().back();
};

// The names for entities of these types in BIO: "O", then B- and I- of each, sorted as run_ner.py sorts them.
std::vector<std::string> bio_names(const std::vector<std::string>& types);

// Counts the tags that distinguish IOB1 from BIO, and I- tags that continue no entity.
class TagUse {
 public:
  void add(std::span<const Tag> tags);

  // Returns the number of I- tags that continue no entity.
  uint64_t num_stray() const { return num_stray_; }
  // In IOB1, B- only separates an entity from one of the same type before it.
  bool is_iob1() const { return num_stray_ > 0 && num_plain_begins_ == 0; }

 private:
  uint64_t num_stray_ = 0, num_plain_begins_ = 0;
};

}  // namespace hone::metric
