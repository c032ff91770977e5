// Adds fields with distinct names, and finds them by what people type.
#include "options/field_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/names.h"

namespace hone::options {

namespace {

// Longer lists do not help the user.
constexpr size_t kMaxSuggestions = 3;

// Returns whether `word` is a whole word of `name`: "epochs" is one of "num_train_epochs".
bool has_word(std::string_view name, std::string_view word) {
  const std::string padded = fmt::format("_{}_", name);
  return !word.empty() && padded.find(fmt::format("_{}_", word)) != std::string::npos;
}

bool contains_name(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string key_of(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

const Field* FieldList::find(std::string_view name) const {
  const std::string key = key_of(name);
  for (const Field& field : fields_) {
    if (field.name == key || contains_name(field.aliases, key)) return &field;
  }
  return nullptr;
}

std::optional<OldOption> FieldList::find_old(std::string_view name) const {
  const std::string key = key_of(name);
  for (const Field& field : fields_) {
    const auto old = std::find(field.old_names.begin(), field.old_names.end(), key);
    if (old != field.old_names.end()) return OldOption{*old, field.name, "", "", is_boolean(field)};
  }
  for (const OldOption& old : old_options()) {
    if (old.name == key && find(old.current) != nullptr) return old;
  }
  return std::nullopt;
}

std::string FieldList::suggestion(std::string_view name, bool flags) const {
  const std::string key = key_of(name);
  std::vector<std::string> known, related;
  for (const Field& field : fields_) {
    known.push_back(field.name);
    known.insert(known.end(), field.aliases.begin(), field.aliases.end());
    if (has_word(field.name, key)) related.push_back(field.name);
  }
  if (related.empty() || related.size() > kMaxSuggestions) {
    const auto nearest = nearest_name(key, known);
    if (!nearest) return "";
    related = {*nearest};
  }
  for (std::string& related_name : related) {
    related_name = fmt::format("\"{}\"", flags ? flag_of(related_name) : related_name);
  }
  return fmt::format("did you mean {}?", fmt::join(related, " or "));
}

Field& FieldList::add(std::string name, Target target, std::string doc) {
  check_internal(find(name) == nullptr, ("the option " + name + " is declared twice").c_str());
  Field field;
  field.name = std::move(name);
  field.doc = std::move(doc);
  field.group = group_;
  field.target = target;
  field.holds_paths = std::holds_alternative<std::filesystem::path*>(target) ||
                      std::holds_alternative<std::optional<std::filesystem::path>*>(target);
  return fields_.emplace_back(std::move(field));
}

}  // namespace hone::options
