#include "gguf/metadata.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"

namespace hone::gguf {

namespace {

constexpr size_t kMaxKeyBytes = 65'535;                // of the specification
constexpr size_t kMinEntryBytes = 8 + 1 + 4 + 1;       // a length, a key, a type, a value
constexpr double kMaxExact = 9'007'199'254'740'992.0;  // 2^53: larger integers of an array lose digits as doubles

std::string read_key(ByteReader& reader) {
  const std::string_view key = reader.text("a key");
  if (key.empty() || key.size() > kMaxKeyBytes) {
    throw reader.error(fmt::format("a key has {} bytes, not from 1 to {}", key.size(), kMaxKeyBytes));
  }
  if (find_invalid_utf8(key) != std::string_view::npos) throw reader.error("a key is not UTF-8");
  return std::string(key);
}

// Returns the number that all elements of an array are, or nullopt.
std::optional<double> only_number(const Value& value) {
  const auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr) return std::nullopt;
  const std::vector<double> numbers = numbers_of(*array);
  const auto is_first = [&](double number) { return number == numbers.front(); };
  if (numbers.empty() || !std::ranges::all_of(numbers, is_first)) return std::nullopt;
  return numbers.front();
}

std::optional<double> number_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value.data)) return *number;
  if (const auto* integer = std::get_if<uint64_t>(&value.data)) return static_cast<double>(*integer);
  if (const auto* integer = std::get_if<int64_t>(&value.data)) return static_cast<double>(*integer);
  return only_number(value);
}

std::optional<int64_t> integer_of(const Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value.data)) return *integer;
  if (const auto* integer = std::get_if<uint64_t>(&value.data)) {
    return static_cast<int64_t>(std::min<uint64_t>(*integer, INT64_MAX));
  }
  const std::optional<double> number = only_number(value);
  if (!number || *number != std::floor(*number) || std::abs(*number) > kMaxExact) return std::nullopt;
  return static_cast<int64_t>(*number);
}

}  // namespace

Metadata::Metadata(ByteReader& reader, uint64_t count) : source_(reader.source()) {
  reader.check_count(count, "the number of metadata entries", kMinEntryBytes);
  for (uint64_t i = 0; i < count; ++i) {
    std::string key = read_key(reader);
    if (!places_.emplace(key, entries_.size()).second) {
      throw reader.error(fmt::format("the key \"{}\" is there twice", key));
    }
    entries_.emplace_back(std::move(key), read_value(reader));
  }
}

const Value* Metadata::find(std::string_view key) const {
  const auto found = places_.find(std::string(key));
  return found == places_.end() ? nullptr : &entries_[found->second].second;
}

std::optional<int64_t> Metadata::integer(std::string_view key, int64_t minimum, int64_t maximum) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<int64_t> integer = integer_of(*value);
  if (!integer) throw_wrong_type(key, *value, "an integer");
  if (*integer < minimum || *integer > maximum) {
    throw error(key, fmt::format("is {}, not from {} to {}", *integer, minimum, maximum));
  }
  return integer;
}

std::optional<double> Metadata::number(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::optional<double> number = number_of(*value);
  if (!number) throw_wrong_type(key, *value, "a number");
  if (!std::isfinite(*number)) throw error(key, fmt::format("is {}, not a finite number", *number));
  return number;
}

std::optional<int64_t> Metadata::token_id(std::string_view key, int64_t num_tokens) const {
  const std::optional<int64_t> id = integer(key, INT64_MIN, INT64_MAX);
  if (!id || *id < 0 || *id == UINT32_MAX) return std::nullopt;
  if (*id >= num_tokens) throw error(key, fmt::format("is {}, but there are {} tokens", *id, num_tokens));
  return id;
}

std::optional<bool> Metadata::flag(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* flag = std::get_if<bool>(&value->data);
  if (flag == nullptr) throw_wrong_type(key, *value, "a flag");
  return *flag;
}

std::optional<std::string> Metadata::text(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string_view>(&value->data);
  if (text == nullptr) throw_wrong_type(key, *value, "a text");
  if (find_invalid_utf8(*text) != std::string_view::npos) throw error(key, "is not UTF-8");
  return std::string(*text);
}

const std::vector<std::string_view>* Metadata::texts(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return nullptr;
  const auto* array = std::get_if<Array>(&value->data);
  if (array == nullptr || array->element_type != ValueType::kString) throw_wrong_type(key, *value, "an array of texts");
  return &array->texts;
}

std::optional<std::vector<double>> Metadata::numbers(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* array = std::get_if<Array>(&value->data);
  const bool is_numbers = array != nullptr && array->texts.empty() && array->arrays.empty() &&
                          array->element_type != ValueType::kString && array->element_type != ValueType::kArray;
  if (!is_numbers) throw_wrong_type(key, *value, "an array of numbers");
  return numbers_of(*array);
}

void Metadata::throw_missing(std::string_view key) const { throw error(key, "is missing"); }

Error Metadata::error(std::string_view key, std::string_view what) const {
  return Error(ErrorKind::kInput, fmt::format("{}: \"{}\" {}", source_, key, what), kDamagedHint);
}

void Metadata::throw_wrong_type(std::string_view key, const Value& value, std::string_view wanted) const {
  throw error(key, fmt::format("has the type {}, not {}", type_name(value.type), wanted));
}

}  // namespace hone::gguf
