// Decomposition by the tables of unicode.h, compatibility decomposition by utf8proc, composition by CompositionTable.
#include "text/normal_forms.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "text/composition.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

// A character of the decomposed text. `is_added`: it is not the first one of its source character.
struct DecomposedCharacter {
  char32_t code;
  int combining_class;
  bool is_added;
};

// Sorts each run of non-starters by combining class (The Unicode Standard, section 3.11).
void sort_non_starters(std::vector<DecomposedCharacter>& text) {
  const auto is_lower = [](const auto& a, const auto& b) { return a.combining_class < b.combining_class; };
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class != 0; });
    const auto end = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class == 0; });
    if (!std::is_sorted(begin, end, is_lower)) std::stable_sort(begin, end, is_lower);
    begin = end;
  }
}

// A character of the changed text, and how many characters of the text before it replaces; 0 for an added one.
struct ChangedCharacter {
  char32_t code;
  size_t num_replaced;
};

// Assigns origins by position, also after sorting: the n-th replacement gets the origin of the n-th character, and an
// added character that of the last replaced one. Calls use(code, origin) for each.
template <typename OriginOf, typename Use>
void each_with_origin(const std::vector<ChangedCharacter>& changed, const OriginOf& origin_of, const Use& use) {
  size_t next = 0;
  for (const ChangedCharacter& c : changed) {
    const size_t source = c.num_replaced > 0 ? next : next - 1;
    next += c.num_replaced;
    use(c.code, next == 0 ? Offset{} : origin_of(source));
  }
}

void take_origins(NormalizedText& text, const std::vector<ChangedCharacter>& changed) {
  NormalizedText result;
  result.reserve(changed.size());
  each_with_origin(
      changed, [&](size_t i) { return text[i].origin; },
      [&](char32_t code, Offset origin) { result.push_back({code, origin}); });
  text = std::move(result);
}

template <typename Decomposition>
void add_decomposed(char32_t code, const Decomposition& decomposition, std::vector<DecomposedCharacter>& result) {
  bool is_added = false;
  for (char32_t part : decomposition(code)) {
    result.push_back({part, CompositionTable::get().of(part).combining_class, is_added});
    is_added = true;
  }
}

template <typename Decomposition>
std::vector<DecomposedCharacter> decomposed(const NormalizedText& text, const Decomposition& decomposition) {
  std::vector<DecomposedCharacter> result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) add_decomposed(c.code, decomposition, result);
  sort_non_starters(result);
  return result;
}

template <typename Decomposition>
void decompose(NormalizedText& text, const Decomposition& decomposition) {
  std::vector<ChangedCharacter> changed;
  for (const DecomposedCharacter& c : decomposed(text, decomposition))
    changed.push_back({c.code, c.is_added ? 0u : 1u});
  take_origins(text, changed);
}

// utf8proc knows newer characters than tokenizers, which stay as they are.
std::vector<char32_t> compatibility_decomposition(char32_t code) {
  if (!has_compatibility_decomposition(code)) {
    const CodePoints codes = canonical_decomposition(code);
    return {codes.begin(), codes.end()};
  }
  utf8proc_int32_t parts[32];
  int last_boundclass = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts, 32,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_boundclass);
  if (count <= 0 || count > 32) return {code};
  return {parts, parts + count};
}

// Appends the composition of decomposed text. A character composes with the last starter if all characters between them
// have lower combining classes.
void add_composed(std::span<const DecomposedCharacter> text, std::vector<ChangedCharacter>& result) {
  const CompositionTable& table = CompositionTable::get();
  size_t starter = std::string::npos;  // its place in the result
  int last_class = -1;                 // of the character before, if it stands after the starter
  for (const DecomposedCharacter& c : text) {
    const size_t num_replaced = c.is_added ? 0 : 1;
    if (starter != std::string::npos && c.combining_class > last_class) {
      if (const char32_t composite = table.compose(result[starter].code, c.code)) {
        result[starter] = {composite, result[starter].num_replaced + num_replaced};
        continue;
      }
    }
    last_class = c.combining_class == 0 ? -1 : c.combining_class;
    if (c.combining_class == 0) starter = result.size();
    result.push_back({c.code, num_replaced});
  }
}

void compose(NormalizedText& text, const std::vector<DecomposedCharacter>& parts) {
  std::vector<ChangedCharacter> changed;
  changed.reserve(parts.size());
  add_composed(parts, changed);
  take_origins(text, changed);
}

const char* skip_ascii(const char* p, const char* end) {
  while (end - p >= 8) {
    uint64_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    if ((bytes & 0x8080808080808080u) != 0) break;
    p += 8;
  }
  while (p < end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

// Where NFC may change a text: at the character `unstable`, which it may also join with the one at `before`. At the
// beginning of a text both are its first character; in a text without such a character both point to its end.
struct UnstablePlace {
  const char *before, *unstable;
};

UnstablePlace find_unstable(const CompositionTable& table, const char* p, const char* end) {
  constexpr char32_t kFirstUnstable = 0x300;
  for (const char* before = p; p < end;) {
    if (static_cast<unsigned char>(*p) < 0x80) {
      p = skip_ascii(p, end);
      before = p - 1;
      continue;
    }
    const char* const first = p;
    const char32_t code = next_code_point(p);
    if (code >= kFirstUnstable && !table.is_stable(code)) return {before, first};
    before = first;
  }
  return {end, end};
}

// Writes the NFC of a text: stable characters as they are, and the composition of each segment, which begins with the
// stable character before an unstable one and ends before the next stable one.
class NfcWriter {
 public:
  std::string result;

  NfcWriter(std::string_view text, uint32_t begin, std::vector<Offset>* origins)
      : text_(text), end_(text.data() + text.size()), begin_(begin), origins_(origins) {
    result.reserve(text.size());
  }

  void write() {
    for (const char* p = text_.data(); p < end_;) {
      const UnstablePlace found = find_unstable(table_, p, end_);
      copy(p, found.before);
      p = found.before;
      const size_t num_before = result.size();
      if (p < end_ && !write_pair(found, p)) p = write_segment(found);
      if (origins_ == nullptr) p = repeat({found.before, p}, num_before, p);
    }
  }

 private:
  Offset place(const char* begin, const char* end) const {
    return {begin_ + static_cast<uint32_t>(begin - text_.data()), begin_ + static_cast<uint32_t>(end - text_.data())};
  }
  void add(char32_t code, Offset origin) {
    append_utf8(result, code);
    if (origins_ != nullptr) origins_->resize(result.size(), origin);
  }

  void copy(const char* p, const char* end) {
    if (origins_ == nullptr) {
      result.append(p, end);
      return;
    }
    while (p < end) {
      const char* const character = p;
      const char32_t code = next_code_point(p);
      add(code, place(character, p));
    }
  }

  // Writes what stands in the result from `first` on for each repetition of the segment at `p`. Returns their end.
  const char* repeat(std::string_view segment, size_t first, const char* p) {
    const std::string written = result.substr(first);
    while (!segment.empty() && std::string_view(p, end_).starts_with(segment) && begins_segment(p + segment.size())) {
      result += written;
      p += segment.size();
    }
    return p;
  }

  bool begins_segment(const char* p) const { return p == end_ || table_.is_stable(next_code_point(p)); }

  // Writes the most frequent segments, a letter with one mark and a single character with another form, and moves `p`
  // behind them. Returns false for the other ones.
  bool write_pair(const UnstablePlace& found, const char*& p) {
    const char* after = found.unstable;
    const char32_t second = next_code_point(after);
    if (!begins_segment(after)) return false;
    if (const char32_t replacement = table_.replacement(second)) {
      copy(p, found.unstable);
      add(replacement, place(found.unstable, after));
      p = after;
      return true;
    }
    const char32_t first = next_code_point(p);
    const char32_t composite =
        found.before == found.unstable || table_.of(first).decomposes || table_.of(second).decomposes
            ? 0
            : table_.compose(first, second);
    if (composite == 0) {
      p = found.before;
      return false;
    }
    add(composite, place(found.before, found.unstable));
    p = after;
    return true;
  }

  // Returns the end of the segment.
  const char* write_segment(const UnstablePlace& found) {
    parts_.clear(), changed_.clear(), part_origins_.clear();
    const char* p = found.before;
    while (p <= found.unstable || !begins_segment(p)) {
      const char* const character = p;
      const char32_t code = next_code_point(p);
      part_origins_.push_back(place(character, p));
      if (table_.of(code).decomposes) {
        add_decomposed(code, canonical_decomposition, parts_);
      } else {
        parts_.push_back({code, table_.of(code).combining_class, /*is_added=*/false});
      }
    }
    sort_non_starters(parts_);
    add_composed(parts_, changed_);
    each_with_origin(
        changed_, [&](size_t i) { return part_origins_[i]; }, [&](char32_t code, Offset from) { add(code, from); });
    return p;
  }

  const CompositionTable& table_ = CompositionTable::get();
  std::string_view text_;
  const char* end_;
  uint32_t begin_;
  std::vector<Offset>* origins_;  // may be null
  // Of a segment.
  std::vector<DecomposedCharacter> parts_;
  std::vector<ChangedCharacter> changed_;
  std::vector<Offset> part_origins_;
};

}  // namespace

void to_nfc(NormalizedText& text) { compose(text, decomposed(text, canonical_decomposition)); }
void to_nfd(NormalizedText& text) { decompose(text, canonical_decomposition); }
void to_nfkc(NormalizedText& text) { compose(text, decomposed(text, compatibility_decomposition)); }
void to_nfkd(NormalizedText& text) { decompose(text, compatibility_decomposition); }

bool is_surely_nfc(std::string_view text) {
  const char* const end = text.data() + text.size();
  return find_unstable(CompositionTable::get(), text.data(), end).unstable == end;
}

std::string nfc(std::string_view text, uint32_t begin, std::vector<Offset>* origins) {
  NfcWriter writer(text, begin, origins);
  writer.write();
  return std::move(writer.result);
}

}  // namespace hone::text
