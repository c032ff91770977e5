#include "task/causal_lm.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "metric/language_model.h"
#include "table/columns.h"
#include "task/objective.h"
#include "task/vocabulary.h"

namespace hone::task {

namespace {

constexpr uint64_t kMaxTextBytes = UINT32_MAX;  // the tokenizer's offsets

// A text as tokens, and its windows.
struct WindowedText {
  std::vector<int32_t> ids;
  std::vector<uint32_t> ends;  // beside ids: the bytes of the text up to the end of the token
  std::vector<TextWindow> windows;
  std::string source;

  const TextWindow& window(uint64_t row) const { return windows[row]; }
  uint64_t num_targets(uint64_t row) const { return window(row).end - window(row).first_target; }
  uint64_t num_bytes(uint64_t row) const { return ends[window(row).end - 1] - ends[window(row).first_target - 1]; }
  std::string location(uint64_t row) const {
    return fmt::format("{}: tokens {} to {}", source, window(row).begin, window(row).end - 1);
  }
};

at::Tensor numbers(int64_t size) { return at::empty({size}, at::kLong); }

model::Inputs window_batch(const WindowedText& text, std::span<const uint64_t> rows) {
  std::vector<std::span<const int32_t>> sequences;
  for (const uint64_t row : rows) {
    const TextWindow& window = text.window(row);
    sequences.push_back(std::span(text.ids).subspan(window.begin, window.end - window.begin));
  }
  model::Inputs inputs;
  inputs.text = model::packed_tokens(sequences);
  return inputs;
}

// Which tokens of a batch predict a target, and the targets.
struct NextTokens {
  at::Tensor rows, targets;  // [N] int64

  // `begin`: the row of the window's first token in the batch.
  NextTokens(const WindowedText& text, const TextWindow& window, int64_t begin)
      : rows(numbers(static_cast<int64_t>(window.end - window.first_target))), targets(numbers(rows.size(0))) {
    auto* const row = rows.mutable_data_ptr<int64_t>();
    auto* const target = targets.mutable_data_ptr<int64_t>();
    for (uint64_t i = 0; i < window.end - window.first_target; ++i) {
      row[i] = begin + static_cast<int64_t>(window.first_target - window.begin + i) - 1;
      target[i] = text.ids[window.first_target + i];
    }
  }
};

// Calls take(row, loss) with the sum of the losses of each window's tokens, a scalar. The scores of one window after
// another are computed, so that they need little memory.
template <typename Take>
void window_losses(const WindowedText& text, const model::Model& model, std::span<const uint64_t> rows,
                   const nn::ForwardContext& context, const Take& take) {
  const model::Inputs inputs = window_batch(text, rows);
  const model::Hidden hidden = model.hidden(inputs, context);
  for (size_t i = 0; i < rows.size(); ++i) {
    const NextTokens next(text, text.window(rows[i]), inputs.text.packing.offsets[i]);
    take(rows[i], model.cross_entropy(hidden, next.rows, next.targets, {}, context));
  }
}

class WindowsEvaluation final : public Evaluation {
 public:
  WindowsEvaluation(const WindowedText& text, const std::string& remark) : text_(text), remark_(remark) {}

  void add(const model::Model& model, std::span<const uint64_t> rows) override {
    window_losses(text_, model, rows, {}, [&](uint64_t row, const at::Tensor& loss) {
      const auto sum = loss.item<double>();
      if (!std::isfinite(sum)) nonfinite_.add(row);
      sums_.push_back({sum, text_.num_targets(row), text_.num_bytes(row)});
    });
  }

  metric::Report report() const override {
    metric::Report report = metric::language_model_report(sums_, metric::language_model_metrics());
    report.remark = remark_;
    report.nonfinite = nonfinite_;
    report.spoil_if_nonfinite();
    return report;
  }

  metric::Resampler resampler() const override {
    return metric::language_model_resampler(sums_, metric::language_model_metrics());
  }

 private:
  const WindowedText& text_;
  std::string remark_;
  std::vector<metric::WindowSums> sums_;
  metric::NonfiniteRows nonfinite_;
};

class WindowExamples final : public Examples {
 public:
  WindowExamples(WindowedText text, std::string remark) : text_(std::move(text)), remark_(std::move(remark)) {}

  uint64_t size() const override { return text_.windows.size(); }
  uint64_t length(uint64_t row) const override { return text_.window(row).end - text_.window(row).begin; }
  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    uint64_t count = 0;
    for (const uint64_t row : rows) count += text_.num_targets(row);
    return count;
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    at::Tensor sum;
    window_losses(text_, model, rows, context,
                  [&](uint64_t, const at::Tensor& loss) { sum = sum.defined() ? at::add(sum, loss) : loss; });
    return sum;
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions&) const override {
    return std::make_unique<WindowsEvaluation>(text_, remark_);
  }
  bool bounds_outputs() const override { return true; }

  std::string location(uint64_t row) const override { return text_.location(row); }
  Json describe(uint64_t row) const override { return {{"location", location(row)}}; }
  std::string preview(uint64_t row) const override { return location(row); }
  std::string target_counts() const override { return remark_; }
  std::vector<std::string> findings() const override { return {}; }
  std::vector<std::string> input_notes() const override { return {}; }
  std::vector<Sample> samples() const override { return {}; }

 private:
  WindowedText text_;
  std::string remark_;
};

// The texts of all rows with the separator between them. An empty text counts, as in transformers' recipe.
std::string joined_texts(const table::Rows& rows, const std::string& column_name, const std::string& separator) {
  const table::Column column = rows.column(column_name);
  std::string all;
  uint64_t num_bytes = 0;
  for (uint64_t row = 0; row < rows.size(); ++row) num_bytes += column.text(row).value_or("").size() + separator.size();
  if (num_bytes > kMaxTextBytes) {
    throw Error(ErrorKind::kUnsupported, fmt::format("a text of {} bytes, more than {}", num_bytes, kMaxTextBytes),
                "--max-eval-samples takes the first rows");
  }
  all.reserve(num_bytes);
  for (uint64_t row = 0; row < rows.size(); ++row) {
    if (row > 0) all += separator;
    all += column.text(row).value_or("");
  }
  return all;
}

// Each token is predicted from those before it in its sequence: the mask of attention is causal, so one pass predicts
// all of them.
class NextTokenObjective final : public Objective {
 public:
  void mark(const corpus::Block& block, uint64_t, const nn::ForwardContext&, MarkedBatch& batch) const override {
    const auto begin = static_cast<int64_t>(batch.ids.size());
    batch.ids.insert(batch.ids.end(), block.ids.begin(), block.ids.end());
    for (size_t s = 0; s + 1 < block.offsets.size(); ++s) {
      const int64_t first = block.offsets[s], last = block.offsets[s + 1] - 1;
      batch.lengths.push_back(last + 1 - first);
      for (int64_t i = first; i < last; ++i) {
        batch.places.push_back(begin + i);
        batch.targets.push_back(block.ids[static_cast<size_t>(i + 1)]);
      }
    }
  }
  std::span<const metric::Metric> metrics() const override { return metric::language_model_metrics(); }
  std::string described(uint64_t num_tokens) const override {
    return fmt::format("each of {} is predicted from those before it", counted(num_tokens, "token"));
  }
};

class CausalLm final : public TextTask {
 public:
  explicit CausalLm(const TaskOptions& options) : options_(options) {}

  std::span<const metric::Metric> metrics() const override { return metric::language_model_metrics(); }

  void adopt(std::span<table::LabelledSplit> splits) override {
    const RowOptions& given = options_.rows;
    const table::TextColumns columns =
        table::choose_text_columns(splits.front().rows, given.text_column, given.text_pair_column);
    column_ = columns.text;
    if (columns.text_pair) log_info("the column \"{}\" is not read: a text is \"{}\"", *columns.text_pair, column_);
  }
  std::vector<int64_t> strata(const table::Rows& rows) const override { return std::vector<int64_t>(rows.size()); }
  std::vector<std::string> findings(const TrainingRows&) const override { return {}; }

  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string&,
                                     const ExampleOptions& options) const override {
    const auto stride = static_cast<uint64_t>(
        options_.windows.stride.value_or(std::max<int64_t>(1, static_cast<int64_t>(options.max_length) / 2)));
    if (stride > options.max_length) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("stride is {}, more than the {} tokens of a window", stride, options.max_length),
                  "tokens between two windows would not count: lower --stride, or raise --max-seq-length");
    }
    WindowedText text = tokenized(joined_texts(rows, column_, options_.windows.row_separator), options.tokenizer);
    text.source = rows.source();
    check_embedded(options.tokenizer, options.vocab_size, text.ids, text.source);
    if (text.ids.size() < 2) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the text has {}; only a token behind another one can be predicted", text.source,
                              counted(text.ids.size(), "token")),
                  "give a longer text");
    }
    text.windows = text_windows(text.ids.size(), options.max_length, stride);
    std::string remark = fmt::format("{} in windows of at most {}, {} apart", counted(text.ids.size(), "token"),
                                     options.max_length, stride);
    return std::make_unique<WindowExamples>(std::move(text), std::move(remark));
  }

  std::unique_ptr<Examples> text_examples(TextBlocks blocks, const ExampleOptions& options) const override {
    return make_block_examples(std::move(blocks), std::make_unique<NextTokenObjective>(), options.tokenizer);
  }

  std::string card_phrase() const override { return "for the next token"; }
  std::unique_ptr<Answer> answer(const Question&, const Outputs&, const AnswerOptions&) const override {
    throw Error(ErrorKind::kUnsupported, "the answers of a language model are texts",
                "hone generate continues a prompt");
  }

 private:
  static WindowedText tokenized(const std::string& all, const text::Tokenizer& tokenizer) {
    log_info("tokenizing {}", counted(all.size(), "byte"));
    text::Encoding encoding = tokenizer.encode(all, {.with_offsets = true});
    WindowedText text{.ids = std::move(encoding.ids), .ends = {}, .windows = {}, .source = {}};
    uint32_t end = 0;
    for (const text::Offset& offset : encoding.offsets) text.ends.push_back(end = std::max(end, offset.end));
    if (!text.ends.empty()) text.ends.back() = static_cast<uint32_t>(all.size());
    return text;
  }

  TaskOptions options_;
  std::string column_;
};

}  // namespace

std::vector<TextWindow> text_windows(uint64_t num_tokens, uint64_t length, uint64_t stride) {
  check_internal(stride > 0 && stride <= length, "each token is in a window");
  std::vector<TextWindow> windows;
  uint64_t counted_end = 0;
  for (uint64_t begin = 0; counted_end < num_tokens; begin += stride) {
    const uint64_t end = std::min(num_tokens, begin + length);
    const TextWindow window{begin, end, std::max(counted_end, begin + 1)};
    if (window.first_target < window.end) windows.push_back(window);
    counted_end = end;
  }
  return windows;
}

std::unique_ptr<Task> make_causal_lm(const TaskOptions& options, const model::ModelConfig&, Purpose) {
  return std::make_unique<CausalLm>(options);
}

}  // namespace hone::task
