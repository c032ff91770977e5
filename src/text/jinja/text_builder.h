// Builds a text from pieces and remembers which of them come from the context. The output of a template is one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/failure.h"
#include "text/jinja/value.h"

namespace hone::text::jinja {

// Throws Failure if a text of `size` bytes cannot take `more` ones.
inline void check_room(size_t size, size_t more, size_t max_bytes) {
  if (more > max_bytes - size) fail("a text would be longer than {} MB", max_bytes >> 20);
}

class TextBuilder {
 public:
  explicit TextBuilder(size_t max_bytes) : max_bytes_(max_bytes) {}

  void append(std::string_view piece, Origin origin) {
    check_room(bytes_.size(), piece.size(), max_bytes_);
    if (origin == Origin::kData) add_range(bytes_.size(), bytes_.size() + piece.size());
    bytes_ += piece;
  }
  void append(const Text& text) {
    if (text.origin == Origin::kMixed) return append_part(text, 0, text.bytes.size());
    append(text.bytes, text.origin);
  }
  // Appends bytes begin to end of a text.
  void append_part(const Text& text, size_t begin, size_t end);

  void clear() {
    bytes_.clear();
    data_.clear();
  }
  const std::string& bytes() const { return bytes_; }
  // The parts that come from the context, in order.
  const std::vector<Offset>& data() const { return data_; }
  Origin origin() const;

  std::string take_bytes() { return std::move(bytes_); }
  std::vector<Offset> take_data() { return std::move(data_); }

 private:
  void add_range(size_t begin, size_t end);

  size_t max_bytes_;
  std::string bytes_;
  std::vector<Offset> data_;
};

}  // namespace hone::text::jinja
