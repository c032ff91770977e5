// What a normalizer makes of each character, for the characters that it normalizes without looking at their neighbours.
// A table caches the results in pages; the first use of a page computes it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "text/normalizers.h"

namespace hone::text {

class PlainCharacters {
 public:
  enum class Fate : uint8_t {
    kText,     // becomes `bytes`; may be nothing
    kSpace,    // becomes white space
    kPattern,  // kText, but a normalizer may replace it together with a kPattern beside it
    kOther,    // neighbours matter, or the result is not simple
  };

  struct Entry {
    Fate fate = Fate::kOther;
    uint8_t length = 0;
    char bytes[6] = {};
  };

  // Returns null if the parts of the normalizer (its JSON in tokenizer.json) do not all work character by character.
  static std::unique_ptr<PlainCharacters> make(const Json& normalizer, const std::string& source);
  ~PlainCharacters();
  PlainCharacters(const PlainCharacters&) = delete;
  PlainCharacters& operator=(const PlainCharacters&) = delete;

  // Returns true if a text can be cut behind an accent (U+0300 to U+036F) before a plain character.
  bool can_cut_after_accents() const { return !has_late_pattern_; }

  // Returns true if a run of one kPattern character can be cut behind an even number of them, before any character but
  // a kOther one: the normalizer first replaces two equal characters by another one of ASCII, and no other texts.
  bool replaces_only_doubles() const { return replaces_only_doubles_; }

  const Entry& at(char32_t code) const {
    const Page* known = pages_[code >> 8].load(std::memory_order_acquire);
    return (known != nullptr ? *known : make_page(code >> 8))[code & 0xFF];
  }

 private:
  using Page = std::array<Entry, 256>;

  PlainCharacters() = default;
  bool add_stages(const Json& spec, const std::string& source);
  const Page& make_page(size_t number) const;
  Entry make_entry(char32_t code) const;

  std::vector<Normalizer> stages_;
  std::u32string pattern_characters_;  // of the texts that a Replace looks for
  std::string contents_;               // that a Replace puts there
  bool replaces_only_doubles_ = true;
  bool removes_characters_ = false;  // some part may remove characters
  bool has_late_pattern_ = false;    // a Replace looks for marks, or for characters that a removed one stood between
  mutable std::array<std::atomic<const Page*>, 0x1100> pages_{};
};

}  // namespace hone::text
