// Expected: sacrebleu 2.6 and rouge-score 0.1.2 (tests/fixtures/make_text_metrics_fixture.py).
#include "metric/generated_text.h"

#include <doctest/doctest.h>

#include <cmath>

#include "metric/text_metrics_fixture.h"

namespace generated_text_test {

using namespace hone;

metric::GeneratedTexts texts_of(const metric::GeneratedTextOptions& options) {
  metric::GeneratedTexts texts(options);
  uint64_t length = 0;
  for (const auto& [text, reference] : fixture_pairs()) texts.add(text, reference, length++);
  return texts;
}

TEST_CASE("a report of translations has BLEU and chrF of the corpus, and the signatures") {
  metric::Report report;
  texts_of({.bleu_tokenizer = "13a"}).add_to(report);
  CHECK(report.value("bleu") ==
        doctest::Approx(text_metrics_fixture()["bleu"]["13a"]["corpus"].get<double>()).epsilon(1e-12));
  CHECK(report.value("chrf") == doctest::Approx(text_metrics_fixture()["chrf"]["corpus"].get<double>()).epsilon(1e-12));
  CHECK(report.value("gen_len") == 106.5);
  CHECK(report.remark ==
        "BLEU nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0; chrF "
        "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0");
}

TEST_CASE("a report of summaries has the means of ROUGE in percent") {
  for (const bool stems : {false, true}) {
    metric::Report report;
    texts_of({.kind = metric::GeneratedKind::kSummary, .stems = stems}).add_to(report);
    const Json& rows = text_metrics_fixture()[stems ? "rouge_stems" : "rouge"];
    const char* const names[] = {"rouge1", "rouge2", "rougeL", "rougeLsum"};
    for (size_t i = 0; i < 4; ++i) {
      double sum = 0;
      for (const Json& row : rows) sum += row[i].get<double>();
      CHECK(report.value(names[i]) == doctest::Approx(100 * sum / static_cast<double>(rows.size())).epsilon(1e-12));
    }
  }
}

TEST_CASE("rows count as often as a resample draws them; without rows the metrics are NaN") {
  metric::GeneratedTexts texts({});
  texts.add("the cat sat on the mat", "a cat sat on the mat", 6);
  texts.add("nothing fits", "v\u00f6llig anders hier", 2);
  const std::vector<uint32_t> first{2, 0};
  metric::GeneratedTexts alone({});
  alone.add("the cat sat on the mat", "a cat sat on the mat", 6);
  CHECK(texts.values(metric::RowCounts(first)) == alone.values());
  for (const double value : metric::GeneratedTexts({}).values()) CHECK(std::isnan(value));
}

}  // namespace generated_text_test
