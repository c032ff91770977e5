// Places the nodes breadth first, so that those near the root are together in memory. The search for free units starts
// behind the part of the array that is almost full, as in Darts.
#include "text/double_array.h"

#include <algorithm>

#include "base/error.h"

namespace hone::text {

namespace {

// The tokens [begin, end) share their first `depth` bytes, so they are below one node.
struct TokenRange {
  size_t begin, end, depth;
  uint32_t unit;
};

}  // namespace

class DoubleArray::Builder {
 public:
  Builder(const std::vector<std::pair<std::string_view, int32_t>>& tokens, std::vector<Unit>& units)
      : tokens_(tokens), units_(units), is_free_(1 << 10, true) {
    is_free_[0] = false;
    units_.resize(is_free_.size());
  }

  void build() {
    std::vector<TokenRange> ranges{{0, tokens_.size(), 0, 0}};
    for (size_t next = 0; next < ranges.size(); ++next) add_children(TokenRange(ranges[next]), ranges);
    const auto last = std::find(is_free_.rbegin(), is_free_.rend(), false);
    // A base may be that of the last unit, and a byte at most 255.
    units_.resize(static_cast<size_t>(is_free_.rend() - last) + 256);
    units_.shrink_to_fit();
  }

 private:
  static constexpr double kFullShare = 0.95;

  void add_children(TokenRange range, std::vector<TokenRange>& ranges) {
    for (; range.begin < range.end && tokens_[range.begin].first.size() == range.depth; ++range.begin) {
      if (range.depth > 0) units_[range.unit].id = tokens_[range.begin].second;
    }
    labels_.clear();
    const size_t first = ranges.size();
    while (range.begin < range.end) {
      const auto label = static_cast<unsigned char>(tokens_[range.begin].first[range.depth]);
      size_t next = range.begin + 1;
      while (next < range.end && static_cast<unsigned char>(tokens_[next].first[range.depth]) == label) ++next;
      ranges.push_back({range.begin, next, range.depth + 1, 0});
      labels_.push_back(label);
      range.begin = next;
    }
    if (labels_.empty()) return;
    const uint32_t base = find_base();
    units_[range.unit].base = base;
    for (size_t i = 0; i < labels_.size(); ++i) {
      const uint32_t unit = base + labels_[i];
      is_free_[unit] = false;
      units_[unit].parent = range.unit;
      ranges[first + i].unit = unit;
    }
  }

  // Returns a base whose units for all labels are free.
  uint32_t find_base() {
    size_t num_used = 0;
    bool is_first_free = true;
    for (size_t position = std::max<size_t>(labels_[0], search_from_);; ++position) {
      reserve(position + 256);
      if (!is_free_[position]) {
        ++num_used;
        continue;
      }
      if (is_first_free) {
        search_from_ = position;
        is_first_free = false;
      }
      const size_t base = position - labels_[0];
      const bool fits = std::ranges::all_of(labels_, [&](unsigned char label) { return is_free_[base + label]; });
      if (!fits) continue;
      if (static_cast<double>(num_used) >= kFullShare * static_cast<double>(position - search_from_ + 1)) {
        search_from_ = position;
      }
      return static_cast<uint32_t>(base);
    }
  }

  void reserve(size_t size) {
    if (size < is_free_.size()) return;
    if (size > UINT32_MAX / 2) throw Error(ErrorKind::kInput, "the vocabulary is too large");
    is_free_.resize(2 * size, true);
    units_.resize(is_free_.size());
  }

  const std::vector<std::pair<std::string_view, int32_t>>& tokens_;
  std::vector<Unit>& units_;
  std::vector<bool> is_free_;
  std::vector<unsigned char> labels_;  // of the children of one node
  size_t search_from_ = 1;
};

DoubleArray::DoubleArray(std::vector<std::pair<std::string_view, int32_t>> tokens) {
  std::stable_sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Builder(tokens, units_).build();
}

std::optional<int32_t> DoubleArray::find(std::string_view token) const {
  std::optional<int32_t> found;
  each_prefix(token.data(), token.data() + token.size(), [&](int32_t id, uint32_t length) {
    if (length == token.size()) found = id;
  });
  return found;
}

}  // namespace hone::text
