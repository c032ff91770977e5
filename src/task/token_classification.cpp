#include "task/token_classification.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "base/counted.h"
#include "base/error.h"
#include "base/label_names.h"
#include "base/log.h"
#include "base/progress.h"
#include "metric/entities.h"
#include "model/families.h"
#include "task/entity_answers.h"
#include "task/tag_names.h"
#include "task/tagged_text.h"
#include "task/token_examples.h"
#include "task/vocabulary.h"

namespace hone::task {

namespace {

// In config.json: the scheme, if the names of the tags do not tell it.
constexpr const char* kIob1 = "IOB1";

// Names that transformers makes up for a model without labels.
bool are_made_up(const std::vector<std::string>& names) {
  return names == default_labels(static_cast<int64_t>(names.size()));
}

TagNameSources name_sources(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  if (purpose == Purpose::kUseTrained) return {.required = config.labels()};
  TagNameSources sources;
  if (!options.id2label.empty()) sources.required = table::label_names_of_option(options.id2label);
  if (model::saved_head(config) == "token" && !are_made_up(config.labels())) sources.model_names = config.labels();
  return sources;
}

// Encodes rows in blocks, so that only one block of encodings is in memory beside the result.
class RowEncoder {
 public:
  RowEncoder(const TaggedTextReader& rows, const metric::TagSet& tags, bool all_tokens, const ExampleOptions& options)
      : rows_(rows), tags_(tags), all_tokens_(all_tokens), tokenizer_(options.tokenizer) {
    reading_ = {.encode = {.max_length = options.max_length, .with_offsets = true}, .long_text = options.long_text};
    check_windows(tokenizer_, reading_);
  }

  // Adds the rows [begin, end).
  void add(uint64_t begin, uint64_t end, Features& features, TokenTargets& targets) const {
    rows_.columns().are_spans ? add_texts(begin, end, features, targets) : add_words(begin, end, features, targets);
  }

 private:
  void add_words(uint64_t begin, uint64_t end, Features& features, TokenTargets& targets) const {
    std::vector<std::vector<std::string>> words;
    std::vector<std::vector<int32_t>> tags;
    for (uint64_t row = begin; row < end; ++row) {
      table::TaggedRow raw = rows_.raw(row);
      tags.push_back(rows_.tags_of_words(raw, row));
      words.push_back(std::move(raw.words));
    }
    const std::vector<std::vector<text::Encoding>> windows = read_words(tokenizer_, words, reading_);
    for (size_t i = 0; i < windows.size(); ++i) {
      features.add(windows[i]);
      add_targets(windows[i], tags[i], tags_, all_tokens_, targets);
    }
  }

  // The words of a text that is truncated or in windows are those of the whole text, because a span may end behind the
  // last token.
  void add_texts(uint64_t begin, uint64_t end, Features& features, TokenTargets& targets) const {
    std::vector<table::TaggedRow> raws;
    std::vector<std::string_view> texts;
    for (uint64_t row = begin; row < end; ++row) {
      raws.push_back(rows_.raw(row));
      rows_.check_spans(raws.back(), row);
    }
    for (const table::TaggedRow& raw : raws) texts.emplace_back(raw.text);
    const std::vector<std::vector<text::Encoding>> windows = read_texts(tokenizer_, texts, {}, reading_);
    const auto is_long = [&](size_t i) { return windows[i].size() > 1 || windows[i].front().num_cut > 0; };
    std::vector<std::string_view> long_texts;
    for (size_t i = 0; i < windows.size(); ++i) {
      if (is_long(i)) long_texts.push_back(texts[i]);
    }
    const std::vector<text::Encoding> whole = tokenizer_.encode_batch(long_texts, {}, {.with_offsets = true});
    for (size_t i = 0, next_long = 0; i < windows.size(); ++i) {
      const std::vector<text::Offset> words =
          words_of(raws[i].text, is_long(i) ? whole[next_long++] : windows[i].front());
      features.add(windows[i]);
      add_targets(windows[i], tags_of_spans(words, raws[i].spans, tags_), tags_, all_tokens_, targets);
    }
  }

  const TaggedTextReader& rows_;
  const metric::TagSet& tags_;
  bool all_tokens_;
  const text::Tokenizer& tokenizer_;
  Reading reading_;
};

class TokenClassification final : public Task {
 public:
  TokenClassification(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options), purpose_(purpose), sources_(name_sources(options, config, purpose)) {
    is_iob1_ = purpose == Purpose::kUseTrained && config.own(model::kTagSchemeKey) == kIob1;
    if (purpose == Purpose::kUseTrained) set_tags(config.labels());
  }

  std::span<const metric::Metric> metrics() const override { return metric::entity_metrics(); }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const table::Rows& first = splits.front().rows;
    columns_ = table::choose_tagged_columns(first, options_.rows.text_column, options_.rows.label_column);
    if (!options_.rows.text_pair_column.empty()) {
      throw Error(ErrorKind::kUsage, "--text-pair-column is not for token classification, which reads one text a row",
                  "remove the option; or choose another --task");
    }
    for (table::LabelledSplit& split : splits) split.rows = complete(split.rows);
    if (splits.front().rows.empty()) return;
    const TagNames decided = decide_tag_names(splits.front().rows, columns_, sources_);
    for (const std::string& warning : decided.warnings) log_warning("{}", warning);
    set_tags(decided.names);
    check_names();
    for (const table::LabelledSplit& split : splits)
      check_tags(split, purpose_ == Purpose::kTrain && &split == &splits.front());
    if (purpose_ == Purpose::kTrain) check_entities(splits.front().rows);
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }

  std::vector<std::string> findings(const TrainingRows&) const override { return {}; }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    constexpr uint64_t kBlockRows = 4096;
    TokenTexts made{.texts = {.features = {},
                              .rows = rows,
                              .max_length = options.max_length,
                              .num_special_tokens = options.tokenizer.num_special_tokens(false)},
                    .targets = {},
                    .tags = tags_,
                    .label_smoothing = options_.label_smoothing,
                    .columns = columns_,
                    .names_of_ids = names_of_ids(),
                    .tokenizer = options.tokenizer};
    const TaggedTextReader texts = texts_of(rows);
    const RowEncoder encoder(texts, tags_, options_.label_all_tokens, options);
    Progress progress("tokenizing " + what, "row", rows.size());
    for (uint64_t begin = 0; begin < rows.size(); begin += kBlockRows) {
      const uint64_t end = std::min(rows.size(), begin + kBlockRows);
      encoder.add(begin, end, made.texts.features, made.targets);
      progress.advance(end - begin);
    }
    check_embedded(options.tokenizer, options.vocab_size, made.texts.features,
                   [&rows](uint64_t row) { return rows.location(row); });
    warn_of_unknown_tokens(unknown_tokens(options.tokenizer, made.texts.features, false), what);
    return make_examples(std::move(made));
  }

  void write_config(model::ModelConfig& config) const override {
    config.set_labels(tags_.names());
    config.set_problem_type("");
    config.set_own(model::kTagSchemeKey, is_iob1_ ? Json(kIob1) : Json());
  }

  Json facts() const override {
    return {{"labels", tags_.names()}, {"entity_types", tags_.types()}, {"tag_scheme", tags_.scheme().name}};
  }
  std::string card_phrase() const override { return fmt::format("to find: {}", fmt::join(tags_.types(), ", ")); }

  std::unique_ptr<Answer> answer(const Question& question, const Outputs& outputs,
                                 const AnswerOptions& options) const override {
    return entity_answer(tags_, question, outputs, options);
  }
  std::vector<std::string> answer_members() const override { return {"entities"}; }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return {"entities"}; }
  Json answer_facts() const override { return {{"labels", tags_.types()}}; }
  bool can_explain() const override { return true; }
  std::unique_ptr<FollowedScore> followed(const ExplainOptions& options, const Question& question) const override {
    return followed_entity(tags_, options, question);
  }

 private:
  void set_tags(const std::vector<std::string>& names) {
    tags_ = metric::TagSet(names);
    if (is_iob1_ && tags_.scheme().name == "BIO") tags_.use_iob1();
  }

  // Integers in the rows are ids of the names that the user gives or the model has.
  std::vector<std::string> names_of_ids() const {
    return sources_.required.empty() ? sources_.model_names : sources_.required;
  }

  TaggedTextReader texts_of(const table::Rows& rows) const { return {rows, columns_, tags_, names_of_ids()}; }

  // The rows with words and tags.
  table::Rows complete(const table::Rows& rows) const {
    const table::TaggedRowReader reader(rows, columns_, names_of_ids());
    return kept_rows(
        table::rows_without_problem(rows, "words or tags", options_.rows.strict, [&](uint64_t row) -> std::string {
          const std::optional<table::TaggedRow> read = reader.read(row);
          if (!read) return "the words or tags are null";
          const bool has_words = columns_.are_spans ? !table::is_blank(read->text) : !read->words.empty();
          return has_words ? "" : "there is no word";
        }));
  }

  void check_names() const {
    if (columns_.are_spans && !tags_.id("O")) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("the tags {} have no \"O\" for the words outside of spans", fmt::join(tags_.names(), ", ")),
          "name all tags: --id2label O,B-person,I-person");
    }
    if (!options_.num_labels || *options_.num_labels == static_cast<int64_t>(tags_.size())) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("num_labels is {}, but there are {}: {}", *options_.num_labels,
                            counted(tags_.size(), "tag"), fmt::join(tags_.names(), ", ")),
                "remove --num-labels; the tags of the rows decide");
  }

  // Throws for an unknown tag; notes blank words, the scheme, and I- that continues no entity.
  void check_tags(const table::LabelledSplit& split, bool decides_scheme) {
    const TaggedTextReader texts = texts_of(split.rows);
    metric::TagUse use;
    uint64_t num_blank = 0;
    std::optional<uint64_t> first_blank, first_stray;
    for (uint64_t row = 0; row < split.rows.size(); ++row) {
      const table::TaggedRow raw = texts.raw(row);
      texts.check_spans(raw, row);
      std::vector<metric::Tag> tags;
      for (const int32_t id : texts.tags_of_words(raw, row)) {
        tags.push_back(id == kNoTag ? metric::Tag{} : tags_.tag(static_cast<size_t>(id)));
      }
      use.add(tags);
      if (use.num_stray() > 0 && !first_stray) first_stray = row;
      for (const std::string& word : raw.words) {
        if (!table::is_blank(word)) continue;
        ++num_blank;
        if (!first_blank) first_blank = row;
      }
    }
    if (first_blank) note_blank(num_blank, split.rows.location(*first_blank));
    if (tags_.scheme().name != "BIO" || !first_stray) return;
    if (use.is_iob1() && decides_scheme) {
      log_info("the tags of the {} rows are IOB1: B- only separates entities", split.name);
      is_iob1_ = true;
      tags_.use_iob1();
    } else {
      log_info(
          "{} rows: {} no entity, the first: {}; each begins one, as transformers and seqeval count", split.name,
          use.num_stray() == 1 ? "1 tag with I- continues" : fmt::format("{} tags with I- continue", use.num_stray()),
          split.rows.location(*first_stray));
    }
  }

  void note_blank(uint64_t count, const std::string& location) const {
    if (options_.rows.strict) {
      throw Error(ErrorKind::kInput, fmt::format("{}: a word is empty", location),
                  "remove the word and its tag; or give no --strict to ignore such words");
    }
    log_info("{} empty and ignored, the first: {}", count == 1 ? "1 word is" : fmt::format("{} words are", count),
             location);
  }

  void check_entities(const table::Rows& rows) const {
    const TaggedTextReader texts = texts_of(rows);
    std::optional<int32_t> first;
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const table::TaggedRow raw = texts.raw(row);
      if (!raw.spans.empty()) return;
      for (const int32_t id : texts.tags_of_words(raw, row)) {
        if (id == kNoTag) continue;
        if (!first) first = id;
        if (*first != id) return;
      }
    }
    throw Error(ErrorKind::kInput,
                fmt::format("all words of {} have the same tag{}", counted(rows.size(), "training row"),
                            first ? fmt::format(" \"{}\"", tags_.names()[static_cast<size_t>(*first)]) : ""),
                "there is nothing to learn; check --label-column and the rows");
  }

  TaskOptions options_;
  Purpose purpose_;
  TagNameSources sources_;
  table::TaggedColumns columns_;
  bool is_iob1_ = false;
  metric::TagSet tags_;  // decided by adopt(), or the trained model's
};

}  // namespace

std::unique_ptr<Task> make_token_classification(const TaskOptions& options, const model::ModelConfig& config,
                                                Purpose purpose) {
  return std::make_unique<TokenClassification>(options, config, purpose);
}

}  // namespace hone::task
