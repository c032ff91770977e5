// Values by std::from_chars, which knows no locale and takes no sign or space before a number.
#include "options/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/names.h"

namespace hone::options {

namespace {

// Parses and checks one value for one field; `where` is for the errors.
struct Reader {
  const Field& field;
  std::string_view where;

  Error error(const std::string& problem) const { return value_error(field, where, problem); }

  void check_range(double value, std::string_view text) const {
    const bool below = field.minimum && (field.minimum_excluded ? value <= *field.minimum : value < *field.minimum);
    const bool above = field.maximum && value > *field.maximum;
    if (below || above) throw error(fmt::format("{} is out of range: it must be {}", text, expectation(field)));
  }

  // The saved configuration is JSON, which holds only valid UTF-8.
  void check_text(std::string_view text) const {
    try {
      Json(std::string(text)).dump();
    } catch (const nlohmann::json::type_error&) {
      throw error("the text is not valid UTF-8");
    }
  }

  template <typename Number>
  Number number(std::string_view text, const char* kind) const {
    Number value{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status == std::errc::result_out_of_range) throw error(fmt::format("{} is too large or too small", text));
    bool finite = true;
    if constexpr (std::is_floating_point_v<Number>) finite = std::isfinite(value);
    if (status != std::errc() || end != text.data() + text.size() || !finite) {
      throw error(fmt::format("\"{}\" is not {}", text, kind));
    }
    check_range(static_cast<double>(value), text);
    return value;
  }

  std::string choice(std::string_view text) const {
    check_text(text);
    if (field.choices.empty()) return std::string(text);
    for (const auto& [old, current] : field.old_choices) {
      if (text == old) return current;
    }
    if (std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end()) return std::string(text);
    const auto nearest = nearest_name(text, field.choices);
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: \"{}\" is not one of {}", where, text, fmt::join(field.choices, ", ")),
                nearest ? fmt::format("did you mean \"{}\"?", *nearest) : "");
  }

  void read(std::string& value, std::string_view text) const { value = choice(text); }
  void read(std::filesystem::path& value, std::string_view text) const {
    if (text.empty() && field.is_required) throw error("the path is empty");
    value = choice(text);
  }
  void read(int64_t& value, std::string_view text) const { value = number<int64_t>(text, "a whole number"); }
  void read(uint64_t& value, std::string_view text) const {
    value = number<uint64_t>(text, "a whole number, 0 or more");
  }
  void read(double& value, std::string_view text) const { value = number<double>(text, "a number"); }
  void read(bool& value, std::string_view text) const {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (lower != "true" && lower != "false") throw error(fmt::format("\"{}\" is neither true nor false", text));
    value = lower == "true";
  }
  void read(std::vector<std::string>& value, std::string_view text) const {
    value.clear();
    for (const std::string& item : split_items(field, text, where)) value.push_back(choice(item));
  }
  template <typename T>
  void read(std::optional<T>& value, std::string_view text) const {
    T read_value{};
    read(read_value, text);
    value = read_value;
  }
};

std::optional<std::string> text_of(const std::string& value) { return value; }
std::optional<std::string> text_of(const std::filesystem::path& value) { return value.string(); }
std::optional<std::string> text_of(int64_t value) { return fmt::format("{}", value); }
std::optional<std::string> text_of(uint64_t value) { return fmt::format("{}", value); }
std::optional<std::string> text_of(double value) { return fmt::format("{}", value); }
std::optional<std::string> text_of(bool value) { return value ? "true" : "false"; }
std::optional<std::string> text_of(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}
template <typename T>
std::optional<std::string> text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : std::nullopt;
}

Json json_of(const std::filesystem::path& value) { return value.string(); }
template <typename T>
Json json_of(const T& value) {
  return value;
}
template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

template <typename T>
void clear_value(std::optional<T>& value) {
  value.reset();
}
void clear_value(std::vector<std::string>& value) { value.clear(); }
template <typename T>
void clear_value(T&) {
  throw Error(ErrorKind::kInternal, "internal error: only optional values and lists can be cleared");
}

}  // namespace

Error value_error(const Field& field, std::string_view where, const std::string& problem) {
  const std::string hint = fmt::format("{} takes {}", flag_of(field.name), expectation(field));
  return Error(ErrorKind::kUsage, fmt::format("{}: {}", where, problem), hint);
}

void assign(const Field& field, std::string_view text, std::string_view where) {
  const Reader reader{field, where};
  std::visit([&](auto* target) { reader.read(*target, text); }, field.target);
}

void assign_items(const Field& field, std::vector<std::string> items, std::string_view where) {
  const Reader reader{field, where};
  for (std::string& item : items) item = reader.choice(item);
  *std::get<std::vector<std::string>*>(field.target) = std::move(items);
}

std::vector<std::string> split_items(const Field& field, std::string_view text, std::string_view where) {
  if (!field.is_split) return {std::string(text)};
  std::vector<std::string> items(1);
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_escape = c == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '"');
    if (c == '"' && (is_quoted || items.back().empty())) {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      items.emplace_back();
    } else {
      items.back() += is_escape ? text[++i] : c;
    }
  }
  if (is_quoted) throw value_error(field, where, fmt::format("\"{}\" has a quote that is not closed", text));
  for (const std::string& item : items) {
    if (item.empty()) throw value_error(field, where, fmt::format("\"{}\" has an empty item", text));
  }
  return items;
}

void clear(const Field& field) {
  std::visit([](auto* target) { clear_value(*target); }, field.target);
}

std::optional<std::string> value_text(const Field& field) {
  return std::visit([](const auto* target) { return text_of(*target); }, field.target);
}

Json value_json(const Field& field) {
  return std::visit([](const auto* target) { return json_of(*target); }, field.target);
}

}  // namespace hone::options
