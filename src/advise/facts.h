// Numbers and texts by name, and sentences that name them.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"

namespace hone::advise {

enum class Severity { kProblem, kWarning, kNote };

std::string_view severity_name(Severity severity);  // "problem", "warning", "note"

enum class Language { kEnglish, kChinese };

// A sentence in each language. {name} stands for the fact of that name.
struct Sentence {
  std::string_view en, zh;
  std::string_view in(Language language) const { return language == Language::kChinese ? zh : en; }
};

// Numbers and texts by name, in the order in which they were found.
class Facts {
 public:
  void set(std::string_view name, Json value) { values_[std::string(name)] = std::move(value); }
  const Json& values() const { return values_; }
  // Returns the value, or null if it is unknown.
  const Json* find(std::string_view name) const;

 private:
  Json values_ = Json::object();
};

// Returns the sentence with its facts, which are looked up in this order, or nullopt if one of them is unknown.
std::optional<std::string> filled(std::string_view sentence, std::initializer_list<const Facts*> facts);

}  // namespace hone::advise
