#include "task/seq2seq_examples.h"

#include <ATen/core/Tensor.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "metric/words.h"
#include "task/vocabulary.h"

namespace hone::task {

namespace {

using Ids = std::vector<std::vector<int32_t>>;

std::optional<int32_t> language_id(const text::Tokenizer& tokenizer, const std::string& language) {
  if (language.empty()) return std::nullopt;
  if (const auto id = tokenizer.token_id(language)) return id;
  throw Error(ErrorKind::kUsage, fmt::format("the tokenizer has no language \"{}\"", language),
              "mBART's languages are tokens such as en_XX and de_DE");
}

struct PairTokens {
  Ids texts, targets;
  std::vector<std::string> references;
  uint64_t num_truncated_texts = 0, num_truncated_targets = 0;
};

model::Tokens packed_rows(const Ids& ids, std::span<const uint64_t> rows) {
  std::vector<std::span<const int32_t>> sequences;
  for (const uint64_t row : rows) sequences.emplace_back(ids[row]);
  return model::packed_tokens(sequences);
}

class Seq2SeqExamples;

class Seq2SeqEvaluation final : public Evaluation {
 public:
  Seq2SeqEvaluation(const Seq2SeqExamples& examples, const Seq2SeqMeasure& measure)
      : examples_(examples), measure_(measure), texts_(measure.metrics) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override;
  metric::Report report() const override;
  metric::Resampler resampler() const override {
    if (!measure_.generator) return {};
    return [this](metric::RowCounts counts) { return texts_.values(counts); };
  }

 private:
  void add_loss(const model::Model& model, std::span<const uint64_t> rows);

  const Seq2SeqExamples& examples_;
  const Seq2SeqMeasure& measure_;
  metric::GeneratedTexts texts_;
  metric::NonfiniteRows nonfinite_;
  double loss_ = 0;
  uint64_t num_rows_ = 0, num_targets_ = 0;
};

class Seq2SeqExamples final : public Examples {
 public:
  Seq2SeqExamples(table::Rows rows, PairColumns columns, PairTokens tokens, Ids decoder, size_t max_length,
                  size_t max_target_length, Seq2SeqMeasure measure)
      : rows_(std::move(rows)),
        columns_(std::move(columns)),
        tokens_(std::move(tokens)),
        decoder_(std::move(decoder)),
        max_length_(max_length),
        max_target_length_(max_target_length),
        measure_(std::move(measure)) {}

  uint64_t size() const override { return tokens_.texts.size(); }
  uint64_t length(uint64_t row) const override { return tokens_.texts[row].size() + tokens_.targets[row].size(); }
  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    uint64_t count = 0;
    for (const uint64_t row : rows) count += tokens_.targets[row].size();
    return count;
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    model::Inputs inputs;
    inputs.text = packed_rows(tokens_.texts, rows);
    inputs.decoder = packed_rows(decoder_, rows);
    const model::Hidden hidden = model.hidden(inputs, context);
    return model.cross_entropy(hidden, {}, packed_rows(tokens_.targets, rows).ids,
                               {.label_smoothing = measure_.label_smoothing}, context);
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions&) const override {
    return std::make_unique<Seq2SeqEvaluation>(*this, measure_);
  }
  bool bounds_outputs() const override { return true; }

  std::string location(uint64_t row) const override { return rows_.location(row); }
  Json describe(uint64_t row) const override {
    constexpr size_t kMaxShown = 4000;
    const TextPair pair = PairReader(rows_, columns_).read(row);
    return {{"location", location(row)},
            {"text", shortened(pair.text.value_or(""), kMaxShown)},
            {"target", shortened(pair.target.value_or(""), kMaxShown)}};
  }
  std::string preview(uint64_t row) const override {
    constexpr size_t kMaxLine = 50;
    const TextPair pair = PairReader(rows_, columns_).read(row);
    std::string line = fmt::format("\"{}\" -> \"{}\"", shortened(pair.text.value_or(""), kMaxLine),
                                   shortened(pair.target.value_or(""), kMaxLine));
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
  }
  std::string target_counts() const override {
    uint64_t count = 0;
    for (const std::vector<int32_t>& target : tokens_.targets) count += target.size();
    return fmt::format("{} tokens of targets", count);
  }
  std::vector<std::string> findings() const override { return input_notes(); }
  std::vector<std::string> input_notes() const override {
    std::vector<std::string> notes;
    if (std::string note = truncation_note(tokens_.num_truncated_texts, size(), max_length_); !note.empty()) {
      notes.push_back(std::move(note));
    }
    if (tokens_.num_truncated_targets > 0) {
      notes.push_back(fmt::format("{} of {} targets are longer than {} tokens and were truncated (--max-target-length)",
                                  tokens_.num_truncated_targets, size(), max_target_length_));
    }
    return notes;
  }
  std::vector<Sample> samples() const override { return {}; }

  const PairTokens& tokens() const { return tokens_; }

 private:
  table::Rows rows_;
  PairColumns columns_;
  PairTokens tokens_;
  Ids decoder_;
  size_t max_length_, max_target_length_;
  Seq2SeqMeasure measure_;
};

void Seq2SeqEvaluation::add_loss(const model::Model& model, std::span<const uint64_t> rows) {
  const auto loss = examples_.loss(model, rows, {}).item<double>();
  if (!std::isfinite(loss) && rows.size() > 1) {  // find the row
    for (size_t i = 0; i < rows.size(); ++i) add_loss(model, rows.subspan(i, 1));
    return;
  }
  if (!std::isfinite(loss)) nonfinite_.add(rows.front());
  loss_ += loss;
}

void Seq2SeqEvaluation::add(const model::Model& model, std::span<const uint64_t> rows) {
  add_loss(model, rows);
  num_rows_ += rows.size();
  num_targets_ += examples_.num_targets(rows, {});
  if (!measure_.generator) return;
  const PairTokens& tokens = examples_.tokens();
  Ids texts;
  for (const uint64_t row : rows) texts.push_back(tokens.texts[row]);
  const Ids answers = measure_.generator->generate(model, texts);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string text = measure_.generator->decode(answers[i]);
    texts_.add(metric::stripped(text), metric::stripped(tokens.references[rows[i]]), answers[i].size());
  }
}

metric::Report Seq2SeqEvaluation::report() const {
  metric::Report report;
  report.loss = num_targets_ == 0 ? std::nan("") : loss_ / static_cast<double>(num_targets_);
  if (measure_.generator) texts_.add_to(report);
  report.num_rows = num_rows_;
  report.num_targets = num_targets_;
  report.nonfinite = nonfinite_;
  report.spoil_if_nonfinite();
  return report;
}

void check_all_embedded(const text::Tokenizer& tokenizer, int64_t vocab_size, const Ids& ids, const table::Rows& rows) {
  if (tokenizer.vocab_size() <= vocab_size) return;
  for (size_t row = 0; row < ids.size(); ++row) check_embedded(tokenizer, vocab_size, ids[row], rows.location(row));
}

}  // namespace

Seq2SeqReader::Seq2SeqReader(const Seq2SeqReading& reading, const text::Tokenizer& tokenizer, size_t max_length)
    : reading_(reading),
      tokenizer_(tokenizer),
      max_length_(max_length),
      source_language_(language_id(tokenizer, reading.source_language)),
      target_language_(language_id(tokenizer, reading.target_language)) {}

Seq2SeqReader::Read Seq2SeqReader::read(const std::vector<std::string>& texts, size_t max_length,
                                        std::optional<int32_t> language) const {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  Read read;
  for (text::Encoding& encoding : tokenizer_.encode_batch(views, {}, {.max_length = max_length})) {
    read.num_truncated += encoding.num_cut > 0 ? 1 : 0;
    if (language && !encoding.ids.empty()) encoding.ids.back() = *language;
    read.ids.push_back(std::move(encoding.ids));
  }
  return read;
}

Seq2SeqReader::Read Seq2SeqReader::texts(const std::vector<std::string>& texts) const {
  std::vector<std::string> prefixed;
  for (const std::string& text : texts) prefixed.push_back(reading_.prefix + text);
  return read(prefixed, max_length_, source_language_);
}

Seq2SeqReader::Read Seq2SeqReader::targets(const std::vector<std::string>& texts) const {
  return read(texts, reading_.max_target_length, target_language_);
}

std::vector<int32_t> Seq2SeqReader::text_ids(std::string_view text) const {
  return texts({std::string(text)}).ids.front();
}

std::unique_ptr<Examples> make_seq2seq_examples(const table::Rows& rows, const PairColumns& columns,
                                                const std::string& what, const Seq2SeqReader& reader,
                                                const ExampleOptions& options, Seq2SeqMeasure measure) {
  log_info("tokenizing {}", what);
  const PairReader pairs(rows, columns);
  std::vector<std::string> texts;
  PairTokens tokens;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    TextPair pair = pairs.read(row);
    texts.push_back(std::move(pair.text).value_or(""));
    tokens.references.push_back(std::move(pair.target).value_or(""));
  }
  Seq2SeqReader::Read read = reader.texts(texts), targets = reader.targets(tokens.references);
  tokens.texts = std::move(read.ids);
  tokens.targets = std::move(targets.ids);
  tokens.num_truncated_texts = read.num_truncated;
  tokens.num_truncated_targets = targets.num_truncated;
  check_all_embedded(options.tokenizer, options.vocab_size, tokens.texts, rows);
  check_all_embedded(options.tokenizer, options.vocab_size, tokens.targets, rows);
  reader.decoder().check(options.vocab_size);
  Ids decoder;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (tokens.texts[row].empty() || tokens.targets[row].empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the text or its target has no token", rows.location(row)),
                  "use a tokenizer that adds the end of a text, or remove the row");
    }
    decoder.push_back(reader.decoder().before(tokens.targets[row]));
  }
  const size_t longest_target = reader.max_target_length();
  return std::make_unique<Seq2SeqExamples>(rows, columns, std::move(tokens), std::move(decoder), options.max_length,
                                           longest_target, std::move(measure));
}

}  // namespace hone::task
