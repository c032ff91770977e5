#include "cli/advise_sample.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/files.h"
#include "base/utf8.h"
#include "data/row_facts.h"
#include "model/families.h"
#include "model/load.h"
#include "model/parameters.h"
#include "table/columns.h"
#include "table/tagged_rows.h"
#include "task/tagged_text.h"
#include "text/tokenizer_statistics.h"
#include "text/unicode.h"

namespace hone::cli {

namespace {

constexpr uint64_t kSampledRows = 10000;

std::vector<uint64_t> sampled_numbers(uint64_t num_rows) {
  std::vector<uint64_t> numbers;
  const uint64_t count = std::min(num_rows, kSampledRows);
  for (uint64_t i = 0; i < count; ++i) numbers.push_back(i * num_rows / count);
  return numbers;
}

void take_texts(const table::Rows& rows, const task::RowOptions& options, RowSample& sample) {
  const table::TextColumns names = table::choose_text_columns(rows, options.text_column, options.text_pair_column);
  const table::Column text = rows.column(names.text);
  for (uint64_t row = 0; row < rows.size(); ++row) sample.texts.emplace_back(text.text(row).value_or(""));
  if (!names.text_pair) return;
  const table::Column pair = rows.column(*names.text_pair);
  for (uint64_t row = 0; row < rows.size(); ++row) sample.pairs.emplace_back(pair.text(row).value_or(""));
}

void take_words(const table::Rows& rows, const task::RowOptions& options, RowSample& sample) {
  const table::TaggedColumns columns = table::choose_tagged_columns(rows, options.text_column, options.label_column);
  const table::TaggedRowReader reader(rows, columns);
  std::vector<text::Offset> places;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const auto read = reader.read(row);
    if (read) sample.texts.push_back(columns.are_spans ? read->text : task::join_words(read->words, places));
  }
}

// The languages and scripts of rows.
struct LanguageCounts {
  std::array<uint64_t, data::kNumLanguages> languages{};
  std::array<uint64_t, data::kNumScripts> scripts{};
};

// What words are made of.
struct WordCounts {
  uint64_t words = 0, capitals = 0, accents = 0;
};

bool is_capital(char32_t code) {
  const text::CodePoints lower = text::to_lowercase(code);
  return lower.count != 1 || lower.codes[0] != code;
}

bool has_accent(char32_t code) {
  const text::CodePoints parts = text::canonical_decomposition(code);
  return parts.count > 1 && data::script_of(parts.codes[0]) == data::Script::kLatin;
}

void count_words(std::string_view text, WordCounts& counts) {
  bool in_word = false, has_capital = false, is_accented = false;
  const auto end_word = [&] {
    counts.words += in_word ? 1 : 0;
    counts.capitals += has_capital ? 1 : 0;
    counts.accents += is_accented ? 1 : 0;
    in_word = has_capital = is_accented = false;
  };
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const char32_t code = next_code_point(p);
    if (text::is_whitespace(code)) {
      end_word();
      continue;
    }
    in_word = true;
    has_capital = has_capital || is_capital(code);
    is_accented = is_accented || has_accent(code);
  }
  end_word();
}

bool separates_words(data::Script script) {
  using data::Script;
  constexpr Script kWithoutSpaces[] = {Script::kHan, Script::kHiragana, Script::kKatakana, Script::kThai,
                                       Script::kLao, Script::kTibetan,  Script::kMyanmar,  Script::kKhmer};
  return std::ranges::find(kWithoutSpaces, script) == std::end(kWithoutSpaces);
}

void describe_texts(RowSample& sample, advise::RowsFacts& facts) {
  LanguageCounts counts;
  WordCounts words;
  for (const std::string_view text : sample.all()) {
    const data::RowFacts row = data::facts_of_text(text);
    ++counts.languages[static_cast<size_t>(row.language)];
    ++counts.scripts[static_cast<size_t>(row.script)];
    count_words(text, words);
  }
  const auto script = std::ranges::max_element(counts.scripts.begin() + 1, counts.scripts.end());
  sample.script = static_cast<data::Script>(script - counts.scripts.begin());
  facts.num_sampled = sample.texts.size();
  facts.has_pairs = !sample.pairs.empty();
  facts.language = data::language_name(data::main_language(counts.languages));
  facts.script = data::script_name(sample.script);
  facts.has_spaces = separates_words(sample.script);
  const double all_words = static_cast<double>(std::max<uint64_t>(1, words.words));
  facts.capital_share = static_cast<double>(words.capitals) / all_words;
  facts.accent_share = static_cast<double>(words.accents) / all_words;
}

bool are_equal(const text::Tokenizer& tokenizer, std::string_view one, std::string_view other) {
  const text::EncodeOptions options{.add_special_tokens = false};
  const std::vector<int32_t> ids = tokenizer.encode(one, options).ids;
  const auto unknown = tokenizer.unknown_id();
  const bool is_known = !unknown || std::ranges::find(ids, *unknown) == ids.end();
  return is_known && ids == tokenizer.encode(other, options).ids;
}

// Of the letters that count as one script in a language: Japanese mixes three.
bool is_same_script(data::Script one, data::Script other) {
  using data::Script;
  const auto is_kana = [](Script script) { return script == Script::kHiragana || script == Script::kKatakana; };
  return one == other || (is_kana(one) && is_kana(other));
}

// Returns the share of the vocabulary's pieces whose first letter is of the script, among those that have a letter.
double share_of_script(const text::Tokenizer& tokenizer, data::Script script) {
  uint64_t same = 0, all = 0;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.has_token(id) || tokenizer.is_special(id)) continue;
    const std::string piece = tokenizer.decode(std::span(&id, 1), false);
    if (find_invalid_utf8(piece) != std::string_view::npos) continue;
    data::Script found = data::Script::kNone;
    for (const char *p = piece.data(), *const end = p + piece.size(); p < end && found == data::Script::kNone;) {
      found = data::script_of(next_code_point(p));
    }
    all += found == data::Script::kNone ? 0 : 1;
    same += found != data::Script::kNone && is_same_script(found, script) ? 1 : 0;
  }
  return all == 0 ? 0 : static_cast<double>(same) / static_cast<double>(all);
}

// Returns the field "license" in the front matter of the folder's README.md; empty if the field or the file is missing.
std::string licence_of(const std::filesystem::path& folder) {
  const std::filesystem::path card = folder / "README.md";
  if (!std::filesystem::is_regular_file(card)) return "";
  const std::string text = read_file(card);
  if (!text.starts_with("---")) return "";
  const std::string front = text.substr(0, text.find("\n---", 3));
  constexpr std::string_view kKey = "\nlicense:";
  const size_t at = front.find(kKey);
  if (at == std::string::npos) return "";
  const size_t begin = front.find_first_not_of(" \"'", at + kKey.size());
  if (begin == std::string::npos || front[begin] == '\n') return "";
  return front.substr(begin, front.find_first_of("\"'\r\n", begin) - begin);
}

void measure_vocabulary(const text::Tokenizer& tokenizer, const RowSample& sample, advise::CheckpointFacts& facts) {
  text::TokenizerStatistics statistics;
  text::measure_tokenizer(tokenizer, sample.all(), 0, statistics);
  facts.vocab_size = tokenizer.vocab_size();
  facts.tokens_per_word = statistics.tokens_per_word();
  facts.tokens_per_character = statistics.tokens_per_character();
  facts.unknown_share = statistics.unknown_share();
  facts.script_share = share_of_script(tokenizer, sample.script);
  facts.lowers_case = are_equal(tokenizer, "The Apple Store", "the apple store");
  facts.strips_accents = are_equal(tokenizer, "r\u00e9sum\u00e9", "resume");
}

void load_facts(const model::ModelFolder& folder, const task::TaskRow& task, const RowSample& sample,
                advise::CheckpointFacts& facts) {
  const model::ModelConfig config = model::read_config(folder);
  facts.family = model::family_of(config).name;
  if (task::has_head(config)) facts.trained_task = task::trained_task(config).name;
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder.tokenizer());
  measure_vocabulary(tokenizer, sample, facts);
  model::ModelRequest request;
  request.model_dir = folder;
  request.head = task.head;
  request.ignore_mismatched_sizes = true;
  const model::LoadedModel loaded = model::load_model(request);
  facts.num_parameters = model::num_parameters(*loaded.model);
  facts.max_length = loaded.model->max_length();
  const std::vector<uint32_t> lengths = sampled_lengths(tokenizer, sample);
  const auto longer = std::ranges::count_if(lengths, [&](uint32_t tokens) { return tokens > facts.max_length; });
  facts.too_long_share = static_cast<double>(longer) / static_cast<double>(std::max<size_t>(1, lengths.size()));
}

// The error stands behind the folder's name, with which most messages begin.
std::string without_folder(const std::string& folder, std::string message) {
  if (!message.starts_with(folder)) return message;
  message.erase(0, folder.size());
  message.erase(0, message.find_first_not_of(": "));
  return message;
}

}  // namespace

std::vector<std::string_view> RowSample::all() const {
  std::vector<std::string_view> views(texts.begin(), texts.end());
  views.insert(views.end(), pairs.begin(), pairs.end());
  return views;
}

RowSample sample_rows(const train::RunRows& run, const task::RowOptions& options, advise::RowsFacts& facts) {
  const table::Rows rows = run.rows.train.select(sampled_numbers(run.rows.train.size()));
  RowSample sample;
  run.task_row->head == "token" ? take_words(rows, options, sample) : take_texts(rows, options, sample);
  describe_texts(sample, facts);
  return sample;
}

std::vector<uint32_t> sampled_lengths(const text::Tokenizer& tokenizer, const RowSample& sample) {
  const std::vector<std::string_view> texts(sample.texts.begin(), sample.texts.end());
  const std::vector<std::string_view> pairs(sample.pairs.begin(), sample.pairs.end());
  std::vector<uint32_t> lengths;
  for (const text::Encoding& encoding : tokenizer.encode_batch(texts, pairs, {})) {
    lengths.push_back(static_cast<uint32_t>(encoding.ids.size()));
  }
  std::ranges::sort(lengths);
  return lengths;
}

advise::CheckpointFacts look_at_checkpoint(const std::string& folder, const std::string& base_model,
                                           const task::TaskRow& task, const RowSample& sample) {
  advise::CheckpointFacts facts{.folder = folder};
  facts.licence = licence_of(folder);
  try {
    load_facts({folder, base_model}, task, sample, facts);
  } catch (const Error& error) {
    facts.error = without_folder(folder, error.what());
  }
  return facts;
}

}  // namespace hone::cli
