#include "task/seq2seq.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "metric/generated_text.h"
#include "table/selection.h"
#include "task/classifier_input.h"
#include "task/names.h"
#include "task/seq2seq_examples.h"
#include "task/text_answers.h"
#include "task/text_examples.h"
#include "task/text_generator.h"
#include "task/text_pairs.h"

namespace hone::task {

namespace {

constexpr const char* kTaskKey = "text2text_task";  // of config.json; only hone reads it

static_assert(kBleuTokenizers == metric::kBleuTokenizerNames, "the options and the table of tokenizers differ");

struct Seq2SeqKind {
  std::string_view task;
  metric::GeneratedKind kind;
  std::string_view member;  // of an answer
  const char* phrase;
};
constexpr Seq2SeqKind kTranslation{kTranslationTask, metric::GeneratedKind::kTranslation, "translation_text",
                                   "for translation"};
constexpr Seq2SeqKind kSummarization{kSummarizationTask, metric::GeneratedKind::kSummary, "summary_text",
                                     "for summaries"};

class Seq2Seq final : public Task {
 public:
  Seq2Seq(const Seq2SeqKind& kind, const TaskOptions& options, const model::ModelConfig& config)
      : kind_(kind), options_(options), reading_(read_settings(options, config)) {}

  std::span<const metric::Metric> metrics() const override {
    if (!options_.seq2seq.predict_with_generate) return {};
    return kind_.kind == metric::GeneratedKind::kTranslation ? metric::translation_metrics()
                                                             : metric::summarization_metrics();
  }

  void adopt(std::span<table::LabelledSplit> splits) override {
    columns_ = find_pair_columns(splits.front().rows, options_.rows, options_.seq2seq);
    for (table::LabelledSplit& split : splits) {
      const PairReader pairs(split.rows, columns_);
      split.rows = kept_rows(table::rows_without_problem(split.rows, "a text and its target", options_.rows.strict,
                                                         [&](uint64_t row) { return pairs.problem(row); }));
    }
  }
  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }
  std::vector<std::string> findings(const TrainingRows&) const override { return {}; }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    const std::filesystem::path folder =
        options.tokenizer_dir.empty() ? folder_ : std::filesystem::path(options.tokenizer_dir);
    const Seq2SeqReader reader(reading_, options.tokenizer, options.max_length);
    Seq2SeqMeasure measure{.label_smoothing = options_.label_smoothing};
    if (options_.seq2seq.predict_with_generate) {
      measure.generator =
          std::make_shared<TextGenerator>(folder, options.tokenizer, options_.seq2seq, reader.first_of_answers());
      measure.metrics = {kind_.kind, options_.seq2seq.bleu_tokenizer, options_.seq2seq.use_stemmer};
    }
    return make_seq2seq_examples(rows, columns_, what, reader, options, std::move(measure));
  }

  void write_config(model::ModelConfig& config) const override { config.set_own(kTaskKey, std::string(kind_.task)); }
  Json facts() const override { return Json::object(); }
  std::string card_phrase() const override { return kind_.phrase; }

  void use_model(const AskedModel& asked) override {
    folder_ = asked.folder;
    tokenizer_ = std::make_unique<text::Tokenizer>(asked.tokenizer);
    reader_ = std::make_unique<Seq2SeqReader>(reading_, *tokenizer_, asked.max_length);
    generator_ = std::make_unique<TextGenerator>(folder_, *tokenizer_, options_.seq2seq, reader_->first_of_answers());
  }

  bool bounds_outputs() const override { return true; }
  // The ids of the answer, as floats: a vocabulary has fewer than 2^24 words.
  std::vector<Outputs> outputs(const model::Model& model, std::span<const Question* const> questions) const override {
    check_internal(generator_ != nullptr, "the task has a model");
    std::vector<std::vector<int32_t>> texts;
    for (const Question* question : questions) texts.push_back(reader_->text_ids(question->text));
    std::vector<Outputs> outputs;
    for (const std::vector<int32_t>& ids : generator_->generate(model, texts)) {
      outputs.push_back({.windows = {std::vector<float>(ids.begin(), ids.end())}});
    }
    return outputs;
  }
  std::unique_ptr<Answer> answer(const Question&, const Outputs& outputs, const AnswerOptions&) const override {
    const std::vector<float>& values = outputs.windows.front();
    const std::vector<int32_t> ids(values.begin(), values.end());
    return text_answer(kind_.member, generator_->decode(ids));
  }
  std::vector<std::string> answer_members() const override { return {std::string(kind_.member)}; }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return {std::string(kind_.member)}; }

 private:
  static Seq2SeqReading read_settings(const TaskOptions& options, const model::ModelConfig& config) {
    const Seq2SeqOptions& given = options.seq2seq;
    Seq2SeqReading reading{.prefix = given.source_prefix.value_or(""),
                           .max_target_length = static_cast<size_t>(
                               given.max_target_length.value_or(Seq2SeqOptions::kDefaultTargetLength)),
                           .decoder = DecoderInput::of(config)};
    if (!reading.decoder.starts_with_last_token) return reading;
    reading.source_language = given.source_lang;
    reading.target_language = given.target_lang;
    return reading;
  }

  const Seq2SeqKind& kind_;
  TaskOptions options_;
  Seq2SeqReading reading_;
  PairColumns columns_;
  std::filesystem::path folder_;
  std::unique_ptr<text::Tokenizer> tokenizer_;
  std::unique_ptr<Seq2SeqReader> reader_;
  std::unique_ptr<TextGenerator> generator_;
};

}  // namespace

std::unique_ptr<Task> make_translation(const TaskOptions& options, const model::ModelConfig& config, Purpose) {
  return std::make_unique<Seq2Seq>(kTranslation, options, config);
}

std::unique_ptr<Task> make_summarization(const TaskOptions& options, const model::ModelConfig& config, Purpose) {
  return std::make_unique<Seq2Seq>(kSummarization, options, config);
}

std::string_view seq2seq_task(const model::ModelConfig& config) {
  return config.own(kTaskKey) == std::string(kSummarizationTask) ? kSummarizationTask : kTranslationTask;
}

}  // namespace hone::task
