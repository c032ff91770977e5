// The report of texts that a model generated, each with its reference: translations or summaries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metric/bleu.h"
#include "metric/bootstrap.h"
#include "metric/chrf.h"
#include "metric/report.h"
#include "metric/rouge.h"

namespace hone::metric {

// "bleu" and "chrf" of the corpus, as sacrebleu counts them; "gen_len": tokens of an answer.
std::span<const Metric> translation_metrics();
// F1 scores, means over the rows times 100: "rouge1", "rouge2", "rougeL", "rougeLsum"; "gen_len".
std::span<const Metric> summarization_metrics();

enum class GeneratedKind { kTranslation, kSummary };

struct GeneratedTextOptions {
  GeneratedKind kind = GeneratedKind::kTranslation;
  std::string_view bleu_tokenizer = "13a";  // a name of kBleuTokenizerNames
  bool stems = true;                        // ROUGE compares stems of English words
};

// What is counted of the rows that were added.
class GeneratedTexts {
 public:
  explicit GeneratedTexts(const GeneratedTextOptions& options) : options_(options) {}

  // `num_tokens`: of the generated text.
  void add(std::string_view text, std::string_view reference, uint64_t num_tokens);

  // The value of each metric, in their order; rows count as often as `counts` says.
  std::vector<double> values(RowCounts counts = {}) const;
  std::span<const Metric> metrics() const;
  // Adds the metrics to a report, and what they mean.
  void add_to(Report& report) const;

 private:
  struct Row {
    BleuCounts bleu;
    ChrfCounts chrf;
    RougeScores rouge;
    uint64_t num_tokens = 0;
  };

  GeneratedTextOptions options_;
  std::vector<Row> rows_;
};

}  // namespace hone::metric
