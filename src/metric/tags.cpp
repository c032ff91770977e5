#include "metric/tags.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"

namespace hone::metric {

namespace {

// The first row whose letters cover all prefixes of the names is theirs.
constexpr std::array<TagScheme, 7> kSchemes = {{
    {"IO", "I- for every word of an entity", "I", "I"},
    {"BIO", "B- for the first word of an entity, I- for the others (IOB2)", "BI", "B"},
    {"BIOES", "as BIO, with E- for the last word and S- for a single one", "BIES", "ES"},
    {"BILOU", "as BIO, with L- for the last word and U- for a single one", "BILU", "LU"},
    {"BMES", "as BIOES, with M- for I-", "BMES", "M"},
    {"IOB1", "I-; B- only between two adjacent entities of one type", "BI", "B"},
    {"none", "tags without prefixes: adjacent words with one tag are an entity", "", ""},
}};
constexpr size_t kIob1 = 5;
static_assert(kSchemes[kIob1].name == "IOB1");

struct Prefix {
  char letter;
  TagRole role;
};
constexpr Prefix kPrefixes[] = {{'B', TagRole::kBegin}, {'I', TagRole::kInside}, {'M', TagRole::kInside},
                                {'E', TagRole::kEnd},   {'L', TagRole::kEnd},    {'S', TagRole::kSingle},
                                {'U', TagRole::kSingle}};

constexpr std::string_view kOutsideName = "O", kNoType = "_";

bool has_letter(std::string_view letters, char letter) { return letters.find(letter) != std::string_view::npos; }

// Whether the name is a letter, or begins with a letter and a dash.
bool has_prefix(std::string_view name) { return name.size() == 1 || (name.size() > 2 && name[1] == '-'); }

std::string_view type_of(std::string_view name) { return name.size() == 1 ? kNoType : name.substr(2); }

const TagScheme& scheme_of(const std::vector<std::string>& names) {
  std::set<char> letters;
  for (const std::string& name : names) {
    if (name == kOutsideName) continue;
    if (!has_prefix(name)) return kSchemes.back();
    letters.insert(name[0]);
  }
  const bool has_outside = std::ranges::find(names, kOutsideName) != names.end();
  const bool are_letters =
      std::ranges::any_of(names, [](const std::string& name) { return name.size() == 1 && name != kOutsideName; });
  if (letters.empty() || (are_letters && !has_outside)) return kSchemes.back();
  for (const TagScheme& scheme : kSchemes) {
    const auto is_known = [&](char letter) { return has_letter(scheme.letters, letter); };
    const auto is_required = [&](char letter) { return has_letter(scheme.required_letters, letter); };
    if (std::ranges::all_of(letters, is_known) && std::ranges::any_of(letters, is_required)) return scheme;
  }
  return kSchemes.back();
}

}  // namespace

bool continues_entity(const Tag& before, const Tag& tag) {
  const bool is_open = before.role == TagRole::kBegin || before.role == TagRole::kInside;
  const bool is_later = tag.role == TagRole::kInside || tag.role == TagRole::kEnd;
  return is_open && is_later && before.type == tag.type;
}

std::span<const TagScheme> tag_schemes() { return kSchemes; }

TagSet::TagSet(std::vector<std::string> names) : names_(std::move(names)), scheme_(&scheme_of(names_)) {
  std::set<std::string> types;
  const bool has_prefixes = !scheme_->letters.empty();
  for (const std::string& name : names_) {
    if (name != kOutsideName) types.emplace(has_prefixes ? type_of(name) : name);
  }
  types_.assign(types.begin(), types.end());
  for (size_t id = 0; id < names_.size(); ++id) {
    const Tag& tag = tags_.emplace_back(read(names_[id]));
    ids_.emplace(names_[id], id);
    ids_of_roles_.emplace(std::pair(tag.type, tag.role), id);
  }
  for (size_t id = 0; id < names_.size(); ++id) {
    const bool begins = has_prefixes && names_[id].starts_with("B-");
    continuations_.push_back(begins ? this->id("I-" + names_[id].substr(2)).value_or(id) : id);
  }
}

Tag TagSet::read(const std::string& name) const {
  if (name == kOutsideName) return {};
  const bool has_prefixes = !scheme_->letters.empty();
  const std::string_view type = has_prefixes ? type_of(name) : std::string_view(name);
  TagRole role = TagRole::kInside;
  for (const Prefix& prefix : kPrefixes) {
    if (has_prefixes && prefix.letter == name[0]) role = prefix.role;
  }
  return {role, this->type(type).value()};
}

std::optional<size_t> TagSet::id(std::string_view name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<size_t> TagSet::id(int32_t type, std::initializer_list<TagRole> roles) const {
  for (const TagRole role : roles) {
    const auto found = ids_of_roles_.find({type, role});
    if (found != ids_of_roles_.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<int32_t> TagSet::type(std::string_view name) const {
  const auto found = std::ranges::lower_bound(types_, name);
  if (found == types_.end() || *found != name) return std::nullopt;
  return static_cast<int32_t>(found - types_.begin());
}

void TagSet::use_iob1() {
  check_internal(scheme_->name == "BIO", "IOB1 has the names of BIO");
  scheme_ = &kSchemes[kIob1];
}

std::vector<std::string> bio_names(const std::vector<std::string>& types) {
  std::vector<std::string> names = {std::string(kOutsideName)};
  for (const std::string& type : types) {
    for (const char* prefix : {"B-", "I-"}) names.push_back(prefix + type);
  }
  std::ranges::sort(names);
  return names;
}

void TagUse::add(std::span<const Tag> tags) {
  Tag before;
  for (const Tag& tag : tags) {
    const bool continues = before.role != TagRole::kOutside && before.type == tag.type;
    const bool has_ended = before.role == TagRole::kEnd || before.role == TagRole::kSingle;
    num_stray_ += tag.role == TagRole::kInside && (!continues || has_ended);
    num_plain_begins_ += tag.role == TagRole::kBegin && !continues;
    before = tag;
  }
}

}  // namespace hone::metric
