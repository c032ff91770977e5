// Parses with nlohmann-json.
#include "base/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/files.h"

namespace hone {

namespace {

Error error_at(std::string_view text, size_t byte, std::string_view source, std::string_view what, size_t first_line,
               size_t first_column) {
  const std::string_view before = text.substr(0, byte);
  const size_t lines = static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t column = lines == 0 ? before.size() + first_column : before.size() - before.rfind('\n');
  return Error(ErrorKind::kInput, fmt::format("{}:{}:{}: {}", source, first_line + lines, column, what),
               "the file is not valid JSON");
}

// Returns nlohmann's message without its id and position: "[json.exception.parse_error.101] parse error at line 1,
// column 2: X".
std::string bare_message(const nlohmann::json::parse_error& error) {
  const std::string_view text = error.what();
  const size_t colon = text.find(": ");
  return std::string(colon == std::string_view::npos ? text : text.substr(colon + 2));
}

// Finds the position of the first error. It stores no values, so the text may have any size.
struct PositionFinder : nlohmann::json_sax<nlohmann::json> {
  std::optional<std::pair<size_t, std::string>> found;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& error) override {
    const auto* parse = dynamic_cast<const nlohmann::json::parse_error*>(&error);
    found = {position, parse != nullptr ? bare_message(*parse) : error.what()};
    return false;
  }
};

void check_depth(std::string_view text, std::string_view source, size_t first_line, size_t first_column) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) {
        throw error_at(text, i, source, fmt::format("nested deeper than {}", kMaxJsonDepth), first_line, first_column);
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

}  // namespace

void check_json_depth(std::string_view text, std::string_view source) { check_depth(text, source, 1, 1); }

Error json_syntax_error(std::string_view text, std::string_view source, size_t first_line, size_t first_column) {
  check_depth(text, source, first_line, first_column);
  PositionFinder finder;
  nlohmann::json::sax_parse(text, &finder);
  if (!finder.found) return Error(ErrorKind::kInput, fmt::format("{}: not valid JSON", source));
  const size_t byte = finder.found->first > 0 ? finder.found->first - 1 : 0;
  return error_at(text, std::min(byte, text.size()), source, finder.found->second, first_line, first_column);
}

Json parse_json(std::string_view text, std::string_view source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  check_json_depth(text, source);
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) throw json_syntax_error(text, source);
  return value;
}

Json read_json(const std::filesystem::path& path) { return parse_json(read_file(path), path.string()); }

void append_member(Json& object, const std::string& name, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(name, std::move(value));
}

double shortest_double(float value) {
  char digits[64];
  const char* end = fmt::format_to(digits, "{}", value);
  double result = 0;
  std::from_chars(digits, end, result);
  return result;
}

void write_json(const std::filesystem::path& path, const Json& value) { write_file(path, value.dump(2) + "\n"); }

}  // namespace hone
