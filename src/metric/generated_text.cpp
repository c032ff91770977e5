#include "metric/generated_text.h"

#include <fmt/format.h>

#include <limits>

namespace hone::metric {

namespace {

constexpr Metric kLength{"gen_len", "tokens of an answer", Better::kNeither};
constexpr Metric kTranslationMetrics[] = {
    {"bleu", "BLEU of all translations together, between 0 and 100", Better::kHigher, true},
    {"chrf", "chrF2 of all translations together, between 0 and 100", Better::kHigher, true},
    kLength,
};
constexpr Metric kSummaryMetrics[] = {
    {"rouge1", "F1 of words, mean over the rows, between 0 and 100", Better::kHigher, true},
    {"rouge2", "F1 of pairs of words", Better::kHigher, true},
    {"rougeL", "F1 of the longest common subsequence", Better::kHigher, true},
    {"rougeLsum", "the same over the lines of a text", Better::kHigher, true},
    kLength,
};

}  // namespace

std::span<const Metric> translation_metrics() { return kTranslationMetrics; }
std::span<const Metric> summarization_metrics() { return kSummaryMetrics; }

void GeneratedTexts::add(std::string_view text, std::string_view reference, uint64_t num_tokens) {
  Row row{.bleu = {}, .chrf = {}, .rouge = {}, .num_tokens = num_tokens};
  if (options_.kind == GeneratedKind::kTranslation) {
    row.bleu.add(text, reference, options_.bleu_tokenizer);
    row.chrf.add(text, reference);
  } else {
    row.rouge = rouge_scores(text, reference, options_.stems);
  }
  rows_.push_back(row);
}

std::vector<double> GeneratedTexts::values(RowCounts counts) const {
  BleuCounts bleu;
  ChrfCounts chrf;
  RougeScores rouge;
  double num_rows = 0, num_tokens = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const uint64_t times = counts[i];
    const auto weight = static_cast<double>(times);
    bleu.add(rows_[i].bleu, times);
    chrf.add(rows_[i].chrf, times);
    rouge.one += weight * rows_[i].rouge.one;
    rouge.two += weight * rows_[i].rouge.two;
    rouge.l += weight * rows_[i].rouge.l;
    rouge.l_sum += weight * rows_[i].rouge.l_sum;
    num_tokens += weight * static_cast<double>(rows_[i].num_tokens);
    num_rows += weight;
  }
  if (num_rows == 0) return std::vector<double>(metrics().size(), std::numeric_limits<double>::quiet_NaN());
  if (options_.kind == GeneratedKind::kTranslation) return {bleu.score(), chrf.score(), num_tokens / num_rows};
  const double percent = 100 / num_rows;
  return {percent * rouge.one, percent * rouge.two, percent * rouge.l, percent * rouge.l_sum, num_tokens / num_rows};
}

std::span<const Metric> GeneratedTexts::metrics() const {
  return options_.kind == GeneratedKind::kTranslation ? translation_metrics() : summarization_metrics();
}

void GeneratedTexts::add_to(Report& report) const {
  const std::vector<double> all = values();
  for (size_t i = 0; i < all.size(); ++i) {
    report.values.emplace_back(metrics()[i].name, all[i]);
    report.headline.push_back(metrics()[i].name);
  }
  report.remark = options_.kind == GeneratedKind::kTranslation
                      ? fmt::format("BLEU {}; chrF {}", bleu_signature(options_.bleu_tokenizer), kChrfSignature)
                      : fmt::format("ROUGE {} stems", options_.stems ? "with" : "without");
}

}  // namespace hone::metric
