#include "task/text_pairs.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "table/value.h"

namespace hone::task {

namespace {

constexpr const char* kTranslationColumn = "translation";
constexpr std::array<std::string_view, 10> kTextNames{"text",     "source", "src",   "article", "document",
                                                      "dialogue", "body",   "input", "content", "original"};
constexpr std::array<std::string_view, 8> kTargetNames{"target",   "tgt",      "summary", "highlights",
                                                       "abstract", "headline", "output",  "translation"};

std::optional<std::string> first_of(const table::Rows& rows, std::span<const std::string_view> names,
                                    const std::string& except = "") {
  for (const std::string_view name : names) {
    if (name != except && rows.has_column(name)) return std::string(name);
  }
  return std::nullopt;
}

// The column of objects, if there is one.
std::optional<std::string> column_of_objects(const table::Rows& rows, const RowOptions& options) {
  const std::string name = options.text_column.empty() ? kTranslationColumn : options.text_column;
  if (!rows.has_column(name) || rows.column(name).type() != table::ColumnType::kNested) return std::nullopt;
  return name;
}

std::vector<std::string> keys_of(const table::Rows& rows, const std::string& column) {
  std::vector<std::string> keys;
  if (rows.empty()) return keys;
  const Json object = parse_json(rows.json(0, column), rows.location(0));
  if (!object.is_object()) return keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

PairColumns keys_of_languages(const table::Rows& rows, const std::string& column, const Seq2SeqOptions& seq2seq) {
  const std::vector<std::string> keys = keys_of(rows, column);
  if (seq2seq.source_lang.empty() || seq2seq.target_lang.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: the column \"{}\" has the languages {}", rows.source(), column, fmt::join(keys, ", ")),
                "--source-lang and --target-lang choose the two");
  }
  for (const std::string& language : {seq2seq.source_lang, seq2seq.target_lang}) {
    if (rows.empty() || std::ranges::find(keys, language) != keys.end()) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the column \"{}\" has no language \"{}\"", rows.location(0), column, language),
                fmt::format("it has {}", fmt::join(keys, ", ")));
  }
  return {seq2seq.source_lang, seq2seq.target_lang, column};
}

std::string known_column(const table::Rows& rows, std::string_view what, std::string_view option,
                         std::optional<std::string> found) {
  if (found) return *found;
  throw Error(ErrorKind::kInput, fmt::format("{}: no column has the usual name of {}", rows.source(), what),
              fmt::format("{} names it; the columns are {}", option, fmt::join(rows.column_names(), ", ")));
}

std::optional<std::string> complete(std::optional<std::string_view> text) {
  if (!text || table::is_blank(*text)) return std::nullopt;
  return std::string(*text);
}

std::optional<std::string> member_of(const Json& object, const std::string& key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return complete(found->get_ref<const std::string&>());
}

}  // namespace

PairColumns find_pair_columns(const table::Rows& rows, const RowOptions& options, const Seq2SeqOptions& seq2seq) {
  if (const auto both = column_of_objects(rows, options)) return keys_of_languages(rows, *both, seq2seq);
  const auto named = [&](const std::string& given, const std::string& language) -> std::optional<std::string> {
    if (!given.empty()) return rows.column(given).name();  // an error if there is none
    if (!language.empty() && rows.has_column(language)) return language;
    return std::nullopt;
  };
  std::optional<std::string> text = named(options.text_column, seq2seq.source_lang);
  std::optional<std::string> target = named(seq2seq.target_column, seq2seq.target_lang);
  if (!text) text = first_of(rows, kTextNames, target.value_or(""));
  if (!target) target = first_of(rows, kTargetNames, text.value_or(""));
  return {known_column(rows, "a text", "--text-column", text),
          known_column(rows, "a target", "--target-column", target), std::nullopt};
}

PairReader::PairReader(const table::Rows& rows, const PairColumns& columns)
    : columns_(columns),
      text_(rows.column(columns.both.value_or(columns.text))),
      target_(rows.column(columns.both.value_or(columns.target))) {}

TextPair PairReader::read(uint64_t row) const {
  if (!columns_.both) return {complete(text_.text(row)), complete(target_.text(row))};
  const Json object = parse_json(text_.json(row), fmt::format("row {}", row));
  return {member_of(object, columns_.text), member_of(object, columns_.target)};
}

std::string PairReader::problem(uint64_t row) const {
  const TextPair pair = read(row);
  if (!pair.text) return fmt::format("\"{}\" is missing or blank", columns_.text);
  return pair.target ? "" : fmt::format("\"{}\" is missing or blank", columns_.target);
}

}  // namespace hone::task
