// The texts that rules have changed, so that they are not changed again when they are compared and written. Internal to
// the floor.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

// Keeps texts up to a limit of bytes; the others must be changed again. Threads may add texts of different ranges.
class CleanedTexts {
 public:
  static constexpr uint64_t kMaxBytes = uint64_t{1} << 29;

  CleanedTexts(uint64_t num_rows, uint64_t rows_in_range, uint64_t max_bytes = kMaxBytes)
      : rows_in_range_(rows_in_range), max_bytes_(max_bytes), ranges_((num_rows + rows_in_range - 1) / rows_in_range) {}

  // Adds the text of a row. The rows of a range come in ascending order.
  void add(uint64_t row, std::string_view text) {
    if (num_bytes_.fetch_add(text.size(), std::memory_order_relaxed) + text.size() > max_bytes_) return;
    Range& range = ranges_[row / rows_in_range_];
    range.places.resize(rows_in_range_);
    range.places[row % rows_in_range_] = {range.bytes.size(), text.size()};
    range.bytes += text;
  }

  // Returns nullopt for a row whose text is not kept. The result is valid until another text of the range is added.
  std::optional<std::string_view> text(uint64_t row) const {
    const Range& range = ranges_[row / rows_in_range_];
    if (range.places.empty()) return std::nullopt;
    const auto [begin, size] = range.places[row % rows_in_range_];
    if (size == kNone) return std::nullopt;
    return std::string_view(range.bytes).substr(begin, size);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;
  struct Place {
    size_t begin = 0, size = kNone;
  };
  struct Range {
    std::string bytes;
    std::vector<Place> places;  // of the range's rows; empty: no text is kept
  };

  uint64_t rows_in_range_, max_bytes_;
  std::vector<Range> ranges_;
  std::atomic<uint64_t> num_bytes_ = 0;
};

}  // namespace hone::data
