#include "advise/criteria.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "advise/made_before.h"
#include "expect_error.h"

namespace criteria_test {

using namespace hone;
using namespace hone::advise;

std::vector<Diagnosis> findings_of(const Before& before) {
  BatchPlan batch{.batch_size = 16};
  if (!before.measured.empty()) batch = fitting_batch(before.measured[0], 16, before.memory_bytes);
  return find_before(before, batch, choose(before, batch));
}

bool finds(const Before& before, std::string_view id) {
  const auto found = findings_of(before);
  return std::ranges::any_of(found, [&](const Diagnosis& finding) { return finding.kind->id == id; });
}

std::string criterion(const Before& before, std::string_view id, Language language = Language::kEnglish) {
  for (const Criterion& each : judge(before)) {
    if (each.row->criterion == id) return each.text(language);
  }
  return "";
}

TEST_CASE("a vocabulary fits by its unknown tokens and its pieces, per character without spaces between words") {
  const RowsFacts english = made_before().rows, chinese = made_chinese().rows;
  const auto fit = [&](const RowsFacts& rows, double pieces, double unknown) {
    CheckpointFacts checkpoint{.unknown_share = unknown};
    (rows.has_spaces ? checkpoint.tokens_per_word : checkpoint.tokens_per_character) = pieces;
    return vocabulary_fit(checkpoint, rows);
  };
  CHECK(fit(english, 1.3, 0.001) == VocabularyFit::kGood);
  CHECK(fit(english, 1.3, 0.02) == VocabularyFit::kWeak);
  CHECK(fit(english, 2.1, 0) == VocabularyFit::kWeak);
  CHECK(fit(english, 1.0, 0.11) == VocabularyFit::kUnfit);
  CHECK(fit(chinese, 1.0, 0.001) == VocabularyFit::kGood);
  CHECK(fit(chinese, 1.6, 0) == VocabularyFit::kWeak);
  CHECK(fit(chinese, 3.0, 0) == VocabularyFit::kUnfit);
}

TEST_CASE("the best checkpoint has few pieces and hardly an unknown token; of equal ones it is the smallest") {
  Before before = made_before();  // 1.25 pieces
  CHECK(best_checkpoint(before) == 0);
  before.checkpoints.push_back(made_checkpoint("unknown", 1.0, 0.4));  // each unknown word is one piece
  CHECK(best_checkpoint(before) == 0);
  before.checkpoints.push_back(made_checkpoint("better", 1.1, 0));
  CHECK(best_checkpoint(before) == 2);
  before.checkpoints.push_back(made_checkpoint("small", 1.12, 0, 22'000'000));
  CHECK(best_checkpoint(before) == 3);
  before.checkpoints[3].error = "damaged";
  CHECK(best_checkpoint(before) == 2);
}

TEST_CASE("for entities a checkpoint that keeps capitals is preferred to one that has slightly fewer pieces") {
  Before before = made_before();
  before.checkpoints.push_back(made_checkpoint("cased", 1.3, 0));
  before.checkpoints[1].lowers_case = false;
  CHECK(best_checkpoint(before) == 0);
  before.rows.task = "token-classification";
  CHECK(best_checkpoint(before) == 1);
  CHECK(finds(before, "case_lost"));
  CHECK(contains(criterion(before, "case"), "take a cased checkpoint"));
  before.rows.task = "text-classification";
  CHECK_FALSE(finds(before, "case_lost"));
  CHECK(contains(criterion(before, "case"), "fine for text-classification"));
}

TEST_CASE("an English vocabulary on Chinese rows is the first problem, with the numbers and what to take instead") {
  const Before before = made_chinese();
  const std::vector<Diagnosis> found = findings_of(before);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].kind->id == "vocabulary_unfit");
  CHECK(found[0].kind->severity == Severity::kProblem);
  CHECK(found[0].evidence(Language::kEnglish).at(0) == "60.0% of the tokens are unknown to models/base");
  CHECK(contains(found[0].evidence(Language::kChinese).at(1), "\u6570\u636e\u662f\u4e2d\u6587"));
  bool names_chinese = false;
  for (const Remedy& remedy : found[0].remedies()) {
    names_chinese = names_chinese || contains(remedy.reason_en, "bert-base-chinese");
    CHECK_FALSE(contains(remedy.reason_en, "English checkpoint"));
  }
  CHECK(names_chinese);
  CHECK(contains(criterion(before, "language"), "the vocabulary does not know them: 60.0% of the tokens"));
}

TEST_CASE("rows whose language is not known get sentences without one, and the remedy for other languages") {
  for (const char* language : {"undetermined", "other"}) {
    for (const double unknown : {0.0, 0.05, 0.3}) {
      for (const Before& base : {made_before(), made_chinese()}) {
        Before before = base;
        before.rows.language = language;
        before.rows.accent_share = 0.08;
        before.checkpoints[0].unknown_share = unknown;
        CAPTURE(unknown);
        for (const Language of_text : {Language::kEnglish, Language::kChinese}) {
          const std::string text = criterion(before, "language", of_text);
          CHECK_FALSE(text.empty());
          CHECK_FALSE(contains(text, language));
          CHECK_FALSE(contains(text, chinese_name(language)));
        }
        for (const Diagnosis& finding : findings_of(before)) {
          for (const std::string& line : finding.evidence(Language::kEnglish)) {
            CHECK_FALSE(contains(line, "the rows are"));
          }
          if (finding.kind->id != "vocabulary_unfit") continue;
          CHECK(std::ranges::any_of(
              finding.remedies(), [](const Remedy& remedy) { return contains(remedy.reason_en, "xlm-roberta-base"); }));
        }
      }
    }
  }
  Before before = made_chinese();
  before.rows.script = "none";
  before.rows.language = "undetermined";
  CHECK(criterion(before, "case") == "case: these rows have no script with capital letters, so it does not matter");
  CHECK_FALSE(contains(criterion(before, "language"), "none"));
}

TEST_CASE("a head is kept only if it is for the task of the rows") {
  Before before = made_before();
  before.checkpoints[0].trained_task = "text-classification";
  CHECK(contains(criterion(before, "head"), "has a head for text-classification; it is kept"));
  before.rows.task = "regression";
  CHECK(contains(criterion(before, "head"), "it has none for regression"));
}

TEST_CASE("capitals count from 2 % of the words on, in the sentence and in the finding") {
  Before before = made_before();
  before.rows.task = "token-classification";
  before.rows.capital_share = 0.021;
  CHECK(finds(before, "case_lost"));
  CHECK(contains(criterion(before, "case"), "take a cased checkpoint"));
  before.rows.capital_share = 0.02;
  CHECK_FALSE(finds(before, "case_lost"));
  CHECK_FALSE(contains(criterion(before, "case"), "take a cased checkpoint"));
  before.checkpoints[0].lowers_case = false;
  CHECK(finds(before, "case_needless"));
  CHECK(contains(criterion(before, "case"), "hardly any capitals"));
}

TEST_CASE("rows and model that fit have no findings, and a sentence for each criterion in both languages") {
  const Before before = made_before();
  CHECK(findings_of(before).empty());
  std::vector<std::string_view> ids;
  for (const Criterion& each : judge(before)) {
    ids.push_back(each.row->criterion);
    CHECK_FALSE(each.text(Language::kEnglish).empty());
    CHECK_FALSE(each.text(Language::kChinese).empty());
  }
  CHECK(ids == std::vector<std::string_view>{"language", "case", "size", "length", "head", "licence", "family"});
  CHECK(criterion(before, "licence") == "licence: apache-2.0, as its model card says");
  CHECK(contains(criterion(before, "size"), "110.0 M parameters, a base model"));
  CHECK(contains(criterion(before, "size"), "1.76 GB of 16.0 GB"));  // 16 bytes for each parameter
}

TEST_CASE("lengths, labels, memory and time are found from their bounds on") {
  Before before = made_before();
  before.rows.classes = {{"rare", 12}, {"usual", 3988}};
  CHECK(finds(before, "imbalanced"));
  CHECK(finds(before, "few_rows"));
  before = made_before();
  before.rows.num_train = 80;
  CHECK(finds(before, "few_rows"));
  before = made_before();
  before.measured[0].epoch_seconds = 1100;  // 3 epochs with evaluations: 3332 s
  CHECK_FALSE(finds(before, "takes_long"));
  before.measured[0].epoch_seconds = 1200;
  CHECK(finds(before, "takes_long"));
  before.memory_bytes = 900'000'000;
  CHECK(finds(before, "memory_too_small"));
  CHECK_FALSE(finds(before, "takes_long"));
  before = made_before();
  before.checkpoints[0].max_length = 90;
  CHECK(finds(before, "rows_too_long"));
}

TEST_CASE("the made cases reach every finding and every criterion's kind, and no sentence keeps a brace") {
  std::set<std::string_view> ids, criteria;
  for (const Before& before : made_cases()) {
    for (const Criterion& each : judge(before)) {
      criteria.insert(each.row->criterion);
      for (const Language language : {Language::kEnglish, Language::kChinese}) {
        CHECK_FALSE(contains(each.text(language), "{"));
        CHECK_FALSE(each.text(language).empty());
      }
    }
    for (const Diagnosis& finding : findings_of(before)) {
      ids.insert(finding.kind->id);
      CAPTURE(finding.kind->id);
      for (const Language language : {Language::kEnglish, Language::kChinese}) {
        CHECK_FALSE(finding.title(language).empty());
        CHECK_FALSE(finding.meaning(language).empty());
        CHECK(finding.title(language) != finding.kind->id);
      }
      CHECK(finding.evidence(Language::kEnglish).size() == finding.evidence(Language::kChinese).size());
    }
  }
  for (const std::string_view id :
       {"vocabulary_unfit", "vocabulary_weak", "better_checkpoint", "case_lost", "case_needless", "accents_lost",
        "rows_too_long", "imbalanced", "few_rows", "memory_too_small", "takes_long"}) {
    CAPTURE(id);
    CHECK(ids.contains(id));
  }
  CHECK(criteria ==
        std::set<std::string_view>{"language", "case", "size", "length", "head", "licence", "family", "choice"});
}

TEST_CASE("languages have Chinese names") {
  CHECK(chinese_name("English") == "\u82f1\u8bed");
  CHECK(chinese_name("Klingon") == "Klingon");
}

}  // namespace criteria_test
