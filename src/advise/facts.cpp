#include "advise/facts.h"

#include <fmt/format.h>

#include <array>

namespace hone::advise {

namespace {

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  return value.dump();
}

const Json* find_in(std::initializer_list<const Facts*> all, std::string_view name) {
  for (const Facts* facts : all) {
    if (const Json* value = facts->find(name)) return value;
  }
  return nullptr;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"problem", "warning", "note"};
  return kNames[static_cast<size_t>(severity)];
}

const Json* Facts::find(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  return found == values_.end() ? nullptr : &*found;
}

std::optional<std::string> filled(std::string_view sentence, std::initializer_list<const Facts*> facts) {
  std::string result;
  while (!sentence.empty()) {
    const size_t begin = sentence.find('{');
    result += sentence.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const size_t end = sentence.find('}', begin);
    const Json* const value = find_in(facts, sentence.substr(begin + 1, end - begin - 1));
    if (value == nullptr) return std::nullopt;
    result += value_text(*value);
    sentence.remove_prefix(end + 1);
  }
  return result;
}

}  // namespace hone::advise
