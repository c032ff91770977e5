// hone tokenizer compare: how several tokenizers divide the texts of the same rows.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/counted.h"
#include "base/error.h"
#include "base/utf8.h"
#include "cli/library.h"
#include "cli/text_rows.h"
#include "cli/tokenizer_compare_options.h"
#include "text/tokenizer_statistics.h"

namespace hone::cli {

namespace {

// A folder and what was measured with its tokenizer. An error ends the measurement of this folder only.
struct ComparedTokenizer {
  std::string folder;
  std::optional<text::Tokenizer> tokenizer;  // unset after an error
  text::TokenizerStatistics statistics;
  std::string error;
};

// Runs `body`. If it throws, the folder gets the error in place of numbers.
template <typename Body>
void keep_error(ComparedTokenizer& compared, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    compared.error = error.what();
    compared.tokenizer.reset();
  }
}

std::vector<ComparedTokenizer> load_all(const std::vector<std::string>& folders) {
  std::vector<ComparedTokenizer> all;
  for (const std::string& folder : folders) {
    ComparedTokenizer& compared = all.emplace_back(ComparedTokenizer{.folder = folder});
    keep_error(compared, [&] { compared.tokenizer = text::Tokenizer::load(folder); });
  }
  return all;
}

// A column of the table.
struct ComparedValue {
  std::string_view heading, key;
  int digits;
  bool is_share;
  double (*value)(const ComparedTokenizer&);
};

constexpr ComparedValue kComparedValues[] = {
    {"vocabulary", "vocab_size", 0, false,
     [](const ComparedTokenizer& row) { return static_cast<double>(row.tokenizer->vocab_size()); }},
    {"tokens/word", "tokens_per_word", 3, false,
     [](const ComparedTokenizer& row) { return row.statistics.tokens_per_word(); }},
    {"tokens/char", "tokens_per_character", 3, false,
     [](const ComparedTokenizer& row) { return row.statistics.tokens_per_character(); }},
    {"unknown", "unknown_share", 2, true, [](const ComparedTokenizer& row) { return row.statistics.unknown_share(); }},
    {"one token", "whole_word_share", 1, true,
     [](const ComparedTokenizer& row) { return row.statistics.whole_word_share(); }},
    {"bytes/token", "bytes_per_token", 2, false,
     [](const ComparedTokenizer& row) { return row.statistics.bytes_per_token(); }},
    {"MB/s", "megabytes_per_second", 1, false,
     [](const ComparedTokenizer& row) {
       return row.statistics.seconds == 0 ? 0
                                          : static_cast<double>(row.statistics.bytes) / 1e6 / row.statistics.seconds;
     }},
};

std::string cell(const ComparedValue& column, const ComparedTokenizer& row) {
  const double value = column.value(row);
  return column.is_share ? fmt::format("{:.{}f} %", 100 * value, column.digits)
                         : fmt::format("{:.{}f}", value, column.digits);
}

// The row begins with the folder, as most messages do.
std::string_view without_folder(const ComparedTokenizer& row) {
  const std::string_view error = row.error;
  const std::string opening = row.folder + ": ";
  return error.starts_with(opening) ? error.substr(opening.size()) : error;
}

std::string as_table(const std::vector<ComparedTokenizer>& all, const TextRowsCount& count) {
  size_t name_width = std::string_view("tokenizer").size();
  for (const ComparedTokenizer& row : all) name_width = std::max(name_width, count_code_points(row.folder));
  const auto padded = [&](const std::string& name) {
    return name + std::string(name_width - count_code_points(name), ' ');
  };
  const auto width = [](const ComparedValue& column) { return std::max<size_t>(column.heading.size(), 7); };
  std::string text = padded("tokenizer");
  for (const ComparedValue& column : kComparedValues) text += fmt::format("  {:>{}}", column.heading, width(column));
  text += "\n";
  for (const ComparedTokenizer& row : all) {
    text += padded(row.folder);
    if (!row.error.empty()) text += fmt::format("  error: {}", without_folder(row));
    for (const ComparedValue& column : kComparedValues) {
      if (row.error.empty()) text += fmt::format("  {:>{}}", cell(column, row), width(column));
    }
    text += "\n";
  }
  return text + fmt::format("{}, {:.1f} MB of text; words are separated by white space\n", counted(count.rows, "row"),
                            static_cast<double>(count.bytes) / 1e6);
}

std::string as_json(const std::vector<ComparedTokenizer>& all, const TextRowsCount& count) {
  Json rows = Json::array();
  for (const ComparedTokenizer& compared : all) {
    Json row = {{"folder", compared.folder}};
    if (!compared.error.empty()) row["error"] = compared.error;
    for (const ComparedValue& column : kComparedValues) {
      if (compared.error.empty()) row[std::string(column.key)] = column.value(compared);
    }
    rows.push_back(std::move(row));
  }
  return Json{{"rows", count.rows}, {"bytes", count.bytes}, {"tokenizers", rows}}.dump() + "\n";
}

}  // namespace

int run_tokenizer_compare(const options::Parsed<TokenizerCompareOptions>& parsed) {
  const TokenizerCompareOptions& options = parsed.options;
  const auto files = files_of_split(options.rows);
  std::vector<ComparedTokenizer> all = load_all(options.folders);
  const TextRowsCount count =
      for_each_text_block(files, options.rows, "comparing", [&](std::span<const std::string_view> texts) {
        for (ComparedTokenizer& row : all) {
          if (!row.tokenizer) continue;
          keep_error(row, [&] {
            text::measure_tokenizer(*row.tokenizer, texts, static_cast<int>(options.num_threads), row.statistics);
          });
        }
      });
  print(options.json ? as_json(all, count) : as_table(all, count));
  return std::ranges::all_of(all, [](const ComparedTokenizer& row) { return row.error.empty(); }) ? 0 : 1;
}

}  // namespace hone::cli
