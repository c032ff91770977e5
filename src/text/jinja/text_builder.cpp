#include "text/jinja/text_builder.h"

#include <algorithm>

namespace hone::text::jinja {

void TextBuilder::append_part(const Text& text, size_t begin, size_t end) {
  const std::string_view part = text.bytes.substr(begin, end - begin);
  if (text.origin != Origin::kMixed) return append(part, text.origin);
  const size_t start = bytes_.size();
  append(part, Origin::kTemplate);
  for (const Offset& range : text.data) {
    const size_t first = std::max<size_t>(range.begin, begin), last = std::min<size_t>(range.end, end);
    if (first < last) add_range(start + first - begin, start + last - begin);
  }
}

Origin TextBuilder::origin() const {
  if (data_.empty()) return Origin::kTemplate;
  return data_.size() == 1 && data_[0].begin == 0 && data_[0].end == bytes_.size() ? Origin::kData : Origin::kMixed;
}

void TextBuilder::add_range(size_t begin, size_t end) {
  if (begin == end) return;
  const auto first = static_cast<uint32_t>(begin), last = static_cast<uint32_t>(end);
  if (!data_.empty() && data_.back().end == first) {
    data_.back().end = last;
  } else {
    data_.push_back({first, last});
  }
}

}  // namespace hone::text::jinja
