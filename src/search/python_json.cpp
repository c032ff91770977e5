#include "search/python_json.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace hone::search {

namespace {

// The longer name first: "-Infinity" contains "Infinity".
const std::array<std::pair<std::string_view, double>, 3> kBareNumbers = {
    std::pair<std::string_view, double>{"-Infinity", -HUGE_VAL},
    {"Infinity", HUGE_VAL},
    {"NaN", std::numeric_limits<double>::quiet_NaN()}};

// Puts quotes around the bare numbers that JSON lacks.
std::string quoted(std::string_view text) {
  std::string result;
  bool is_in_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_in_text && text[i] == '\\' && i + 1 < text.size()) {
      result += text[i++];
      result += text[i];
      continue;
    }
    if (text[i] == '"') is_in_text = !is_in_text;
    std::string_view bare;
    for (const auto& [name, value] : kBareNumbers) {
      if (!is_in_text && bare.empty() && text.substr(i).starts_with(name)) bare = name;
    }
    if (bare.empty()) {
      result += text[i];
      continue;
    }
    result.append("\"").append(bare).append("\"");
    i += bare.size() - 1;
  }
  return result;
}

}  // namespace

Json parse_python_json(std::string_view text, std::string_view where) {
  check_json_depth(text, where);
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) value = Json::parse(quoted(text), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) throw Error(ErrorKind::kInput, fmt::format("{}: not JSON", where));
  return value;
}

std::optional<double> number_of(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  for (const auto& [name, number] : kBareNumbers) {
    if (value.get_ref<const std::string&>() == name) return number;
  }
  return std::nullopt;
}

std::string python_number(double value) {
  if (std::isfinite(value)) return Json(value).dump();
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

}  // namespace hone::search
