// std::from_chars reads numbers: it ignores the locale, and accepts neither a plus sign nor a space before a number.
#include "options/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/names.h"

namespace hone::options {

namespace {

// Returns the decimal form of a whole number in another notation (1_000, 0x2A, 0b11, +5, 1e3), or nullopt.
std::optional<std::string> decimal_form(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  const std::string sign = digits.starts_with('-') ? "-" : "";
  if (digits.starts_with('-') || digits.starts_with('+')) digits.erase(0, 1);
  struct Notation {
    std::string_view prefix;
    int base;
  };
  for (const auto& [prefix, base] :
       {Notation{"0x", 16}, Notation{"0X", 16}, Notation{"0o", 8}, Notation{"0b", 2}, Notation{"", 10}}) {
    uint64_t value = 0;
    if (!digits.starts_with(prefix)) continue;
    const char* const begin = digits.data() + prefix.size();
    const auto [end, status] = std::from_chars(begin, digits.data() + digits.size(), value, base);
    if (status == std::errc() && end == digits.data() + digits.size()) return sign + std::to_string(value);
  }
  double value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_whole =
      status == std::errc() && end == digits.data() + digits.size() && value < 1e15 && value == std::floor(value);
  return is_whole ? std::optional(sign + fmt::format("{:.0f}", value)) : std::nullopt;
}

// Returns "true" or "false" for another spelling of the two (YAML 1.1, Python, shells), or nullopt.
std::optional<std::string> boolean_form(std::string_view lower) {
  for (const std::string_view yes : {"yes", "y", "on", "1", "t"}) {
    if (lower == yes) return "true";
  }
  for (const std::string_view no : {"no", "n", "off", "0", "f"}) {
    if (lower == no) return "false";
  }
  return std::nullopt;
}

// Parses and checks one value for one field; `where` is for the errors.
struct Reader {
  const Field& field;
  std::string_view where;

  Error error(const std::string& problem) const { return value_error(field, where, problem); }

  // Returns the error for a value in a notation that hone does not read. The hint shows the plain form, if it is known.
  Error error(const std::string& problem, const std::optional<std::string>& plain_form) const {
    if (!plain_form) return error(problem);
    return Error(ErrorKind::kUsage, fmt::format("{}: {}", where, problem), fmt::format("write {}", *plain_form));
  }

  void check_range(double value, std::string_view text) const {
    const bool below = field.minimum && (field.minimum_excluded ? value <= *field.minimum : value < *field.minimum);
    const bool above = field.maximum && value > *field.maximum;
    if (below || above) throw error(fmt::format("{} is out of range: it must be {}", text, expectation(field)));
  }

  // The text must be valid UTF-8, because the saved configuration is JSON.
  void check_text(std::string_view text) const {
    try {
      Json(std::string(text)).dump();
    } catch (const nlohmann::json::type_error&) {
      throw error("the text is not valid UTF-8");
    }
  }

  // Expands a leading "~/". The shell does not do this in "--x='~/y'" and in config files.
  std::string with_home(std::string_view text) const {
    if (text != "~" && !text.starts_with("~/")) return std::string(text);
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') {
      throw Error(ErrorKind::kUsage, fmt::format("{}: \"{}\": HOME is not set", where, text), "write the whole path");
    }
    return home + std::string(text.substr(1));
  }

  template <typename Number>
  Number number(std::string_view text, const char* kind) const {
    Number value{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status == std::errc::result_out_of_range) throw error(fmt::format("{} is too large or too small", text));
    bool finite = true;
    if constexpr (std::is_floating_point_v<Number>) finite = std::isfinite(value);
    if (status != std::errc() || end != text.data() + text.size() || !finite) {
      throw error(fmt::format("\"{}\" is not {}", text, kind), decimal_form(text));
    }
    check_range(static_cast<double>(value), text);
    return value;
  }

  std::string choice(std::string_view text) const {
    check_text(text);
    if (field.choices.empty()) return field.holds_paths ? with_home(text) : std::string(text);
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
    if (lower != "true" && lower != "false") {
      throw error(fmt::format("\"{}\" is neither true nor false", text), boolean_form(lower));
    }
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
  std::string text;
  for (const std::string& item : value) {
    if (&item != &value.front()) text += ',';
    for (const char c : item) {
      if (c == ',' || c == '"') text += '\\';
      text += c;
    }
  }
  return text;
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
  bool is_quoted = false, was_quoted = false;
  const auto check_item = [&] {
    if (items.back().empty() && !was_quoted)
      throw value_error(field, where, fmt::format("\"{}\" has an empty item", text));
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '"')) {
      items.back() += text[++i];
    } else if (c == '"' && (is_quoted || items.back().empty())) {
      is_quoted = !is_quoted;
      was_quoted = true;
    } else if (c == ',' && !is_quoted) {
      check_item();
      items.emplace_back();
      was_quoted = false;
    } else {
      items.back() += c;
    }
  }
  if (is_quoted) throw value_error(field, where, fmt::format("\"{}\" has a quote that is never closed", text));
  check_item();
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
