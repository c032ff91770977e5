#include "compare/model_name.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

namespace hone::compare {

namespace {

struct TuningRow {
  Tuning tuning;
  std::string_view name, meaning;
};
constexpr std::array kTunings{
    TuningRow{Tuning::kUnstated, "", ""},
    TuningRow{Tuning::kBase, "base", "it continues text"},
    TuningRow{Tuning::kInstruct, "instruct", "tuned to answer"},
    TuningRow{Tuning::kReasoning, "reasoning", "tuned to think before it answers"},
};

struct TuningWord {
  std::string_view word;
  Tuning tuning;
};
constexpr std::array kTuningWords{
    TuningWord{"base", Tuning::kBase},          TuningWord{"pt", Tuning::kBase},
    TuningWord{"pretrained", Tuning::kBase},    TuningWord{"instruct", Tuning::kInstruct},
    TuningWord{"it", Tuning::kInstruct},        TuningWord{"chat", Tuning::kInstruct},
    TuningWord{"sft", Tuning::kInstruct},       TuningWord{"dpo", Tuning::kInstruct},
    TuningWord{"thinking", Tuning::kReasoning}, TuningWord{"reasoning", Tuning::kReasoning},
};

// Families whose names say "Base" but not "Instruct". Names of other families say "Instruct" but not "Base", or both.
constexpr std::array kImplied{
    TuningWord{"qwen3", Tuning::kInstruct},
    TuningWord{"smollm3", Tuning::kInstruct},
    TuningWord{"gpt-oss", Tuning::kInstruct},
    TuningWord{"deepseek-r1", Tuning::kReasoning},
};

constexpr std::string_view kSizeWords[] = {"nano", "micro", "tiny", "mini", "small", "medium", "large", "xl", "xxl"};

constexpr std::string_view kQuantizations[] = {"gptq", "awq",  "gguf", "ggml",  "bnb",  "mlx",   "exl2",  "int4",
                                               "int8", "4bit", "8bit", "fp8",   "fp4",  "nvfp4", "mxfp4", "bf16",
                                               "fp16", "f16",  "f32",  "w4a16", "w8a8", "w8a16"};

constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};

struct Unit {
  char letter;
  std::string_view word;
};
constexpr std::array kUnits{Unit{'k', "thousand"}, Unit{'m', "million"}, Unit{'b', "billion"}, Unit{'t', "trillion"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

template <typename Words>
bool holds(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

bool is_number(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) && std::ranges::count(text, '.') <= 1 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

const Unit* unit_of(char letter) {
  const auto found = std::ranges::find(kUnits, lower(letter), &Unit::letter);
  return found == kUnits.end() ? nullptr : &*found;
}

// "4B", "0.5B", "656k".
bool is_plain_size(std::string_view word) {
  return word.size() > 1 && unit_of(word.back()) != nullptr && is_number(word.substr(0, word.size() - 1));
}

// "8x7B": experts and the size of each.
bool is_size(std::string_view word) {
  const size_t times = word.find('x');
  if (times == std::string_view::npos) return is_plain_size(word);
  return is_number(word.substr(0, times)) && is_plain_size(word.substr(times + 1));
}

std::string_view tuning_name(Tuning tuning) { return std::ranges::find(kTunings, tuning, &TuningRow::tuning)->name; }

// Year and month as YYMM, or as MMYY where only that is a month: "2507" and "1124".
std::optional<std::string> short_date(int first, int second) {
  const auto is_year = [](int year) { return year >= 20 && year <= 39; };
  const auto is_month = [](int month) { return month >= 1 && month <= 12; };
  if (is_year(first) && is_month(second)) return fmt::format("20{}-{:02}", first, second);
  if (is_month(first) && is_year(second)) return fmt::format("20{}-{:02}", second, first);
  return std::nullopt;
}

std::optional<std::string> date_of(std::string_view word) {
  if (!std::ranges::all_of(word, is_digit)) return std::nullopt;
  const auto number = [&](size_t at) { return 10 * (word[at] - '0') + (word[at + 1] - '0'); };
  if (word.size() == 4) return short_date(number(0), number(2));
  if ((word.size() == 6 || word.size() == 8) && number(0) == 20) return short_date(number(2), number(4));
  return std::nullopt;
}

bool is_version(std::string_view word) { return word.size() > 1 && lower(word[0]) == 'v' && is_number(word.substr(1)); }

bool is_quantization(std::string_view lowered_word) {
  const std::string_view bits = lowered_word.substr(lowered_word.starts_with('i') ? 1 : 0);
  return holds(kQuantizations, lowered_word) || (bits.size() > 1 && bits[0] == 'q' && is_digit(bits[1]));
}

void join(std::string& part, std::string_view word) {
  if (!part.empty()) part += '-';
  part += word;
}

// Reads the words of a name in their order; the family is all that comes before the first word with a meaning.
class NameReader {
 public:
  explicit NameReader(std::string_view name) { result_.name = name; }

  ModelName read() {
    for (const std::string& word : words()) {
      if (const bool has_meaning = take(word, lowered(word)); has_meaning) {
        is_family_ = false;
      } else {
        join(is_family_ ? result_.family : result_.rest, word);
      }
    }
    if (result_.tuning == Tuning::kUnstated) imply_tuning();
    return result_;
  }

 private:
  // llama.cpp writes ".Q4_K_M" before the file's ending.
  std::vector<std::string> words() const {
    std::string_view name = result_.name;
    if (lowered(name).ends_with(".gguf")) name.remove_suffix(5);
    std::vector<std::string> all(1);
    for (size_t i = 0; i < name.size(); ++i) {
      const bool is_format = name[i] == '.' && i + 2 < name.size() && is_quantization(lowered(name.substr(i + 1)));
      if (name[i] == '-' || is_format) {
        all.emplace_back();
      } else {
        all.back() += name[i];
      }
    }
    std::erase(all, "");
    return all;
  }

  bool take(const std::string& word, const std::string& small) {
    if (is_quantization(small)) return join(result_.quantization, word), true;
    if (const auto found = std::ranges::find(kTuningWords, small, &TuningWord::word); found != kTuningWords.end()) {
      result_.tuning = found->tuning;
      return join(result_.tuning_word, word), true;
    }
    if (is_version(small)) return result_.version = word, true;
    if (const auto date = date_of(small)) return result_.date = *date, true;
    return take_size(word, small);
  }

  // A second size is a context length, as in "phi-3-mini-4k-instruct".
  bool take_size(const std::string& word, const std::string& small) {
    if (small.size() > 2 && small[0] == 'a' && is_plain_size(small.substr(1))) {
      return result_.active_size = word.substr(1), true;
    }
    if (!result_.size.empty() || !(is_size(small) || (!result_.family.empty() && holds(kSizeWords, small)))) {
      return false;
    }
    return result_.size = word, true;
  }

  void imply_tuning() {
    const std::string family = lowered(result_.family);
    for (const TuningWord& implied : kImplied) {
      if (family.starts_with(implied.word)) result_.tuning = implied.tuning;
    }
  }

  ModelName result_;
  bool is_family_ = true;
};

std::string amount(std::string_view size) {
  if (!is_plain_size(size)) return std::string(size);
  return fmt::format("{} {}", size.substr(0, size.size() - 1), unit_of(size.back())->word);
}

std::string size_text(const ModelName& name) {
  const size_t times = name.size.find('x');
  if (!is_size(name.size)) return fmt::format("size {}", name.size);
  if (times != std::string::npos) {
    return fmt::format("{} experts of {} parameters", name.size.substr(0, times), amount(name.size.substr(times + 1)));
  }
  std::string text = amount(name.size) + " parameters";
  if (!name.active_size.empty()) text += fmt::format(" ({} for each token)", amount(name.active_size));
  return text;
}

// "July 2025" of "2025-07".
std::string date_text(const std::string& date) {
  return fmt::format("{} {}", kMonths[std::stoul(date.substr(5)) - 1], date.substr(0, 4));
}

std::string tuning_text(const ModelName& name) {
  const std::string_view meaning = std::ranges::find(kTunings, name.tuning, &TuningRow::tuning)->meaning;
  if (name.tuning == Tuning::kUnstated) return "not said whether base or tuned to answer";
  if (name.tuning_word.empty()) return fmt::format("{} (names of this family say only \"Base\")", meaning);
  return fmt::format("{}: {}", name.tuning_word, meaning);
}

}  // namespace

ModelName parse_model_name(std::string_view name) { return NameReader(name).read(); }

std::string model_name_of(const std::filesystem::path& folder) {
  std::filesystem::path normal = std::filesystem::absolute(folder).lexically_normal();
  if (!normal.has_filename()) normal = normal.parent_path();
  constexpr std::string_view kCached = "models--";
  const std::string in_cache = normal.parent_path().parent_path().filename().string();
  if (normal.parent_path().filename() != "snapshots" || !in_cache.starts_with(kCached)) {
    return normal.filename().string();
  }
  const size_t last = in_cache.rfind("--");
  return in_cache.substr(last + 2);
}

std::string explanation(const ModelName& name) {
  std::vector<std::string> parts;
  if (!name.family.empty()) parts.push_back("family " + name.family);
  if (!name.size.empty()) parts.push_back(size_text(name));
  parts.push_back(tuning_text(name));
  if (!name.date.empty()) parts.push_back(date_text(name.date));
  if (!name.version.empty()) parts.push_back("version " + name.version.substr(1));
  if (!name.quantization.empty()) parts.push_back("quantised: " + name.quantization);
  return fmt::format("{}", fmt::join(parts, ", "));
}

Json to_json(const ModelName& name) {
  const auto text = [](std::string_view part) { return part.empty() ? Json() : Json(part); };
  return {{"name", name.name},
          {"family", text(name.family)},
          {"size", text(name.size)},
          {"active_size", text(name.active_size)},
          {"tuning", text(tuning_name(name.tuning))},
          {"date", text(name.date)},
          {"version", text(name.version)},
          {"quantization", text(name.quantization)},
          {"rest", text(name.rest)}};
}

}  // namespace hone::compare
