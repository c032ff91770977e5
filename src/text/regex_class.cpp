#include "text/regex_class.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <optional>

#include "text/regex_syntax.h"

namespace hone::text {

namespace {

constexpr char32_t kFirstSurrogate = 0xD800, kLastSurrogate = 0xDFFF;

// Returns Oniguruma's characters that PCRE2's category lacks, or nullopt if PCRE2's has some that Oniguruma's lacks.
std::optional<CodePointSet> lacking_in_pcre2(const std::string& category) {
  static std::mutex mutex;
  static std::map<std::string, std::optional<CodePointSet>> known;
  const std::lock_guard lock(mutex);
  const auto found = known.find(category);
  if (found != known.end()) return found->second;
  const CodePointSet wanted = *find_property(category), present = pcre2_property(category);
  const bool has_more = !intersection_of(present, complement_of(wanted)).empty();
  std::optional<CodePointSet> lacking;
  if (!has_more) lacking = intersection_of(wanted, complement_of(present));
  return known[category] = lacking;
}

std::string ranges_text(const CodePointSet& set) {
  std::string text;
  for (auto [first, last] : set) {
    // PCRE2 does not take a surrogate as the end of a range, and no text has one.
    if (first >= kFirstSurrogate && first <= kLastSurrogate) first = kLastSurrogate + 1;
    if (last >= kFirstSurrogate && last <= kLastSurrogate) last = kFirstSurrogate - 1;
    if (first > last) continue;
    text += first == last
                ? fmt::format("\\x{{{:x}}}", static_cast<uint32_t>(first))
                : fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", static_cast<uint32_t>(first), static_cast<uint32_t>(last));
  }
  return text;
}

}  // namespace

void RegexClass::add(const CodePointSet& set) {
  set_ = union_of(set_, set);
  ranges_ = union_of(ranges_, set);
}

void RegexClass::add_categories(const std::vector<std::string>& categories, const CodePointSet& set) {
  CodePointSet covered, lacking;
  std::string properties;
  for (const std::string& category : categories) {
    const std::optional<CodePointSet> part = lacking_in_pcre2(category);
    if (!part) return add(set);
    lacking = union_of(lacking, *part);
    covered = union_of(covered, *find_property(category));
    properties += fmt::format("\\p{{{}}}", category);
  }
  properties_ += properties;
  set_ = union_of(set_, set);
  ranges_ = union_of(ranges_, union_of(lacking, intersection_of(set, complement_of(covered))));
}

void RegexClass::add_class(const RegexClass& other) {
  if (other.is_negated_) return add(other.set());
  set_ = union_of(set_, other.set_);
  ranges_ = union_of(ranges_, other.ranges_);
  properties_ += other.properties_;
}

void RegexClass::intersect(const RegexClass& other) {
  set_ = ranges_ = intersection_of(set(), other.set());
  properties_.clear();
  is_negated_ = false;
}

std::string RegexClass::to_pcre2() const {
  if (properties_.empty() && ranges_.empty()) return is_negated_ ? "(?s:.)" : "(?!)";
  return fmt::format("[{}{}{}]", is_negated_ ? "^" : "", properties_, ranges_text(ranges_));
}

}  // namespace hone::text
