// The characters of a text by which near duplicates are compared: its letters and digits in lower case and half-width
// form. A run of all other characters becomes one space; beside a Chinese or Japanese character it becomes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

// Reads one text after the other into memory that it keeps.
class ComparedText {
 public:
  // `text` is checked UTF-8.
  void read(std::string_view text);

  // Frees the memory if a very long text took more than 4 MiB. What was read of it is gone then.
  void release_large();

  size_t size() const { return size_; }
  bool is_empty() const { return size_ == 0; }

  // Returns true if all compared characters are of ASCII, as of most texts in English. They are then in ascii(), else
  // in wide().
  bool is_ascii() const { return is_ascii_; }
  // kReadableBytes bytes that follow may be read; the first eight of them are 0.
  std::span<const uint8_t> ascii() const { return {ascii_.data(), size_}; }
  std::span<const char32_t> wide() const { return {wide_.data(), size_}; }
  static constexpr size_t kReadableBytes = 64;

  // Returns a hash of the characters.
  uint64_t hash() const;

  // Calls use(begin, end, is_chinese) for each run of wide characters that are all Chinese or Japanese, or all others.
  template <typename Use>
  void for_each_run(const Use& use) const {
    if (!has_chinese_) {
      use(size_t{0}, size_, false);
      return;
    }
    for (size_t begin = 0, end = 0; begin < size_; begin = end) {
      const bool is_chinese = is_chinese_or_kana(wide_[begin]);
      while (end < size_ && is_chinese_or_kana(wide_[end]) == is_chinese) ++end;
      use(begin, end, is_chinese);
    }
  }

  size_t kept_bytes() const { return ascii_.capacity() + wide_.capacity() * sizeof(char32_t); }

 private:
  static bool is_chinese_or_kana(char32_t code);
  void read_other(char32_t code);
  void add_ascii(char32_t code);
  // Returns false and adds nothing if a character is not of ASCII.
  bool add_ascii_run(std::string_view run);
  void add_wide(char32_t code);
  void become_wide();
  void remove_space();
  char32_t last() const { return is_ascii_ ? ascii_[size_ - 1] : wide_[size_ - 1]; }

  std::vector<uint8_t> ascii_;
  std::vector<char32_t> wide_;
  size_t size_ = 0;
  bool is_ascii_ = true;
  bool has_chinese_ = false;  // or Japanese
  bool after_gap_ = true;     // a space would be the first character, or follow a space or a Chinese character
};

}  // namespace hone::data
