// The keywords are those of datasets (data_files.py) and "unsupervised". Unlike datasets, hone ignores their case.
#include "table/split_names.h"

#include <algorithm>
#include <array>

namespace hone::table {

namespace {

struct Keyword {
  std::string_view word, split;
};

constexpr std::array<Keyword, 11> kKeywords = {{{"training", "train"},
                                                {"train", "train"},
                                                {"validation", "validation"},
                                                {"valid", "validation"},
                                                {"dev", "validation"},
                                                {"val", "validation"},
                                                {"testing", "test"},
                                                {"test", "test"},
                                                {"evaluation", "test"},
                                                {"eval", "test"},
                                                {"unsupervised", "unsupervised"}}};

bool is_separator(char c) { return std::string_view("-._ 0123456789").find(c) != std::string_view::npos; }

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

size_t find_word(std::string_view name, std::string_view word) {
  for (size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || is_separator(name[at - 1])) && (end == name.size() || is_separator(name[end]))) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::string> split_of_shard(std::string_view file_name) {
  constexpr std::string_view kOf = "-of-";
  const size_t of = file_name.find(kOf);
  if (of == std::string_view::npos || of < 7 || file_name[of - 6] != '-') return std::nullopt;
  const std::string_view after = file_name.substr(of + kOf.size());
  if (after.size() < 6 || !is_digits(file_name.substr(of - 5, 5)) || !is_digits(after.substr(0, 5)))
    return std::nullopt;
  return std::string(file_name.substr(0, of - 6));
}

std::optional<std::string> split_of_word(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  size_t best = std::string::npos;
  std::optional<std::string> split;
  for (const Keyword& keyword : kKeywords) {
    const size_t at = find_word(lower, keyword.word);
    if (at < best) {
      best = at;
      split = keyword.split;
    }
  }
  return split;
}

}  // namespace hone::table
