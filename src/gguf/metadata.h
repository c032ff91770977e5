// The keys and values at the beginning of a GGUF file, read by type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gguf/value.h"

namespace hone::gguf {

class Metadata {
 public:
  Metadata() = default;
  // Reads `count` keys and values. Errors (kInput): a key that is empty, too long, not UTF-8 or there twice; those of
  // read_value().
  Metadata(ByteReader& reader, uint64_t count);

  size_t size() const { return entries_.size(); }
  // In the order of the file.
  const std::vector<std::pair<std::string, Value>>& entries() const { return entries_; }
  const Value* find(std::string_view key) const;

  // Return nullopt if the key is missing. Errors (kInput): a value of another type, an integer outside of the range, a
  // text that is not UTF-8. An array of one number (for every layer the same one) is that number.
  std::optional<int64_t> integer(std::string_view key, int64_t minimum, int64_t maximum) const;
  std::optional<double> number(std::string_view key) const;  // finite
  // The id of one of `num_tokens` tokens. A negative number or 2^32 - 1 is no token.
  std::optional<int64_t> token_id(std::string_view key, int64_t num_tokens) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::string> text(std::string_view key) const;
  // Return null if the key is missing. Errors (kInput): not an array of texts, or of numbers.
  const std::vector<std::string_view>* texts(std::string_view key) const;
  std::optional<std::vector<double>> numbers(std::string_view key) const;

  // Throws kInput: `key` is missing, but needed.
  [[noreturn]] void throw_missing(std::string_view key) const;
  Error error(std::string_view key, std::string_view what) const;

 private:
  // Throws kInput: the value of `key` is not `wanted`.
  [[noreturn]] void throw_wrong_type(std::string_view key, const Value& value, std::string_view wanted) const;

  std::string source_;
  std::vector<std::pair<std::string, Value>> entries_;
  std::unordered_map<std::string, size_t> places_;
};

}  // namespace hone::gguf
