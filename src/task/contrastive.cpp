#include "task/contrastive.h"

#include <c10/core/InferenceMode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "metric/similarity.h"
#include "model/sentence_head.h"
#include "table/columns.h"
#include "table/numbers.h"
#include "table/selection.h"
#include "task/contrastive_examples.h"
#include "task/contrastive_loss.h"
#include "task/row_findings.h"
#include "task/text_examples.h"
#include "task/vector_answers.h"
#include "task/vocabulary.h"

namespace hone::task {

namespace {

constexpr uint64_t kVectorTokens = 16384;  // computed at once, unless one text has more
constexpr int kMaxNegatives = 64;

// The folder of the files beside config.json.
std::filesystem::path folder_of(const model::ModelConfig& config) {
  return std::filesystem::path(config.source()).parent_path();
}

// "negative", "negative_1", "negative_2" ...: as far as the rows have them.
std::vector<std::string> negative_columns(const table::Rows& rows, const std::vector<std::string>& given) {
  std::vector<std::string> names;
  if (!given.empty()) {
    for (const std::string& name : given) names.push_back(rows.column(name).name());
    return names;
  }
  if (rows.has_column("negative")) names.emplace_back("negative");
  for (int i = 1; i <= kMaxNegatives && rows.has_column(fmt::format("negative_{}", i)); ++i) {
    names.push_back(fmt::format("negative_{}", i));
  }
  return names;
}

// The column of scores that the user names, or one of numbers that is called as labels are.
std::string score_column(const table::Rows& rows, const std::string& given) {
  if (!given.empty()) return rows.column(given).name();
  try {
    const std::string found = table::find_label_column(rows);
    const table::ColumnType type = rows.column(found).type();
    return type == table::ColumnType::kFloat || type == table::ColumnType::kInt ? found : "";
  } catch (const Error&) {
    return "";  // the rows have no scores
  }
}

std::vector<int64_t> parsed_widths(const std::vector<std::string>& texts) {
  std::vector<int64_t> widths;
  for (const std::string& text : texts) {
    int64_t width = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (error != std::errc() || end != text.data() + text.size() || width < 1) {
      throw Error(ErrorKind::kUsage, fmt::format("matryoshka_dims has \"{}\", which is no number of values", text),
                  "write it like --matryoshka-dims 384,128,64");
    }
    widths.push_back(width);
  }
  return widths;
}

class Contrastive final : public Task {
 public:
  Contrastive(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose)
      : options_(options),
        purpose_(purpose),
        head_(model::SentenceConfig::read(folder_of(config))),
        widths_(parsed_widths(options.contrastive.matryoshka_dims)) {}

  std::span<const metric::Metric> metrics() const override {
    return score_column_.empty() ? metric::pair_metrics() : metric::scored_pair_metrics();
  }

  void adopt(std::span<table::LabelledSplit> splits) override {
    choose_columns(splits.front().rows);
    for (table::LabelledSplit& split : splits) {
      split.rows = kept_rows(table::rows_with_text(split.rows, columns_, options_.rows.strict));
      if (!score_column_.empty()) split.rows = with_scores(split.rows);
    }
  }

  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }

  std::vector<std::string> findings(const TrainingRows& rows) const override {
    table::TextColumns columns{.text = columns_.front(), .text_pair = {}};
    if (columns_.size() > 1) columns.text_pair = columns_[1];
    return row_text_findings(rows, columns);
  }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override {
    ContrastiveTexts texts{.rows = rows,
                           .column_names = columns_,
                           .max_length = options.max_length,
                           .num_special_tokens = options.tokenizer.num_special_tokens(/*pair=*/false)};
    ExampleOptions of_column = options;
    of_column.known = nullptr;
    for (const std::string& column : columns_) {
      const std::string title = columns_.size() == 1 ? what : fmt::format("{}, {}", what, column);
      texts.columns.push_back(read_text_rows(rows, {.text = column, .text_pair = {}}, title, of_column).features);
    }
    if (!score_column_.empty()) texts.scores = scores_of(rows);
    return make_examples(std::move(texts),
                         {.loss = loss_,
                          .widths = widths_,
                          .mini_batch_rows = static_cast<size_t>(options_.contrastive.mini_batch_size)},
                         head_);
  }

  void write_config(model::ModelConfig&) const override {}
  void write_files(const model::Model& model, size_t max_length, const std::filesystem::path& folder) const override {
    model::SentenceConfig config = head_.config();
    config.transformer = folder;
    config.max_seq_length = static_cast<int64_t>(max_length);
    model::SentenceHead(std::move(config), model.width()).save(folder);
  }
  Json facts() const override {
    return {{"pooling", head_.config().poolings}, {"similarity", head_.config().similarity}};
  }
  std::string card_phrase() const override {
    return "to make vectors of texts, near to each other if the texts are similar";
  }

  std::vector<Outputs> outputs(const model::Model& model, std::span<const Question* const> questions) const override {
    const c10::InferenceMode no_gradients;
    std::vector<Outputs> all;
    for (size_t begin = 0; begin < questions.size();) {
      size_t end = begin;
      for (uint64_t tokens = 0; end < questions.size(); ++end) {
        tokens += questions[end]->num_tokens();
        if (end > begin && tokens > kVectorTokens) break;
      }
      add_outputs(model, questions.subspan(begin, end - begin), all);
      begin = end;
    }
    return all;
  }
  bool bounds_outputs() const override { return true; }
  std::unique_ptr<Answer> answer(const Question&, const Outputs& outputs, const AnswerOptions&) const override {
    return vector_answer(outputs);
  }
  std::vector<std::string> answer_members() const override { return {"embedding"}; }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return {"embedding"}; }

 private:
  void choose_columns(const table::Rows& rows) {
    const table::TextColumns texts =
        table::choose_text_columns(rows, options_.rows.text_column, options_.rows.text_pair_column);
    columns_ = {texts.text};
    if (!texts.text_pair && !options_.contrastive.negative_columns.empty()) {
      throw Error(ErrorKind::kUsage, "negative_columns is given, and the rows have no pairs of texts",
                  "name the second text with --text-pair-column");
    }
    if (texts.text_pair) columns_.push_back(*texts.text_pair);
    std::string scores = texts.text_pair && options_.contrastive.contrastive_loss != "mnr"
                             ? score_column(rows, options_.rows.label_column)
                             : "";
    loss_ = options_.contrastive.contrastive_loss.value_or(scores.empty() ? "mnr" : "cosent");
    const bool needs_scores = find_contrastive_loss(loss_).needs_scores;
    if (needs_scores && scores.empty()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{} needs pairs of texts with scores, and the rows have {}", loss_,
                              texts.text_pair ? "no column of scores" : "no pairs"),
                  "name the columns with --text-column, --text-pair-column and --label-column; or give "
                  "--contrastive-loss mnr");
    }
    // An evaluation of pairs with scores compares them, whatever the model was trained with.
    if (purpose_ == Purpose::kUseTrained && !scores.empty()) loss_ = "cosent";
    score_column_ = std::move(scores);
    if (score_column_.empty() && texts.text_pair) {
      for (std::string& name : negative_columns(rows, options_.contrastive.negative_columns))
        columns_.push_back(std::move(name));
    }
    if (purpose_ == Purpose::kTrain) {
      log_info("the texts are those of {}{}; the loss is {}", fmt::join(columns_, ", "),
               score_column_.empty() ? (columns_.size() == 1 ? ", read twice with other dropout" : "")
                                     : fmt::format(" with the scores of {}", score_column_),
               loss_);
    }
  }

  table::Rows with_scores(const table::Rows& rows) const {
    const table::NumberReader reader(rows, {score_column_});
    return kept_rows(table::rows_without_problem(rows, "a score", options_.rows.strict,
                                                 [&](uint64_t row) { return reader.read(row).problem; }));
  }

  std::vector<double> scores_of(const table::Rows& rows) const {
    const table::NumberReader reader(rows, {score_column_});
    std::vector<double> scores;
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const double score = reader.read(row).values.front() / options_.contrastive.max_score;
      if (loss_ == "cosine" && (score < -1 || score > 1)) {
        throw Error(
            ErrorKind::kInput,
            fmt::format("{}: the score {} is no cosine", rows.location(row), score * options_.contrastive.max_score),
            "give the largest score with --max-score, by which all are divided; --contrastive-loss cosent takes "
            "scores of any size");
      }
      scores.push_back(score);
    }
    return scores;
  }

  // A text in several windows gets a vector for each; their mean is the answer.
  void add_outputs(const model::Model& model, std::span<const Question* const> questions,
                   std::vector<Outputs>& all) const {
    Features windows;
    std::vector<uint64_t> rows;
    for (const Question* question : questions) {
      for (const text::Encoding& window : question->windows) {
        rows.push_back(windows.size());
        windows.add(window);
      }
    }
    const model::SentenceHead& head = head_.head(model);
    const at::Tensor vectors =
        head.vectors_of(model, make_batch(windows, rows), {}).to(at::kCPU, at::kFloat).contiguous();
    const auto full_width = static_cast<size_t>(vectors.size(1));
    const auto width = static_cast<size_t>(head.config().truncate_dim.value_or(vectors.size(1)));
    const float* next = vectors.const_data_ptr<float>();
    for (const Question* question : questions) {
      Outputs& outputs = all.emplace_back();
      for (size_t i = 0; i < question->windows.size(); ++i) {
        outputs.windows.emplace_back(next, next + std::min(width, full_width));
        next += full_width;
      }
    }
  }

  TaskOptions options_;
  Purpose purpose_;
  SentenceHeadOf head_;
  std::vector<int64_t> widths_;
  std::vector<std::string> columns_;
  std::string score_column_, loss_ = "mnr";
};

}  // namespace

std::unique_ptr<Task> make_contrastive(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose) {
  return std::make_unique<Contrastive>(options, config, purpose);
}

}  // namespace hone::task
