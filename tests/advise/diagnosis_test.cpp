#include "advise/diagnosis.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "advise/advice_report.h"
#include "expect_error.h"

namespace diagnosis_test {

using namespace hone;
using namespace hone::advise;

// Ten epochs of ten steps. The training loss falls; the evaluation loss rises from epoch 3 on.
History over_fitted() {
  History history;
  history.is_finished = true;
  history.step = history.total_steps = 100;
  history.task = "text-classification";
  history.model_class = "DistilBertForSequenceClassification";
  history.num_eval_rows = 5000;
  for (int epoch = 1; epoch <= 10; ++epoch) {
    const int step = 10 * epoch;
    history.losses.push_back({step, 1.0 * epoch, 0.7 / epoch});
    history.gradient_norms.push_back({step, 1.0 * epoch, 1.0});
    history.evaluations.push_back({step, 1.0 * epoch, epoch <= 3 ? 0.6 - 0.1 * epoch : 0.3 + 0.05 * (epoch - 3), 0.9});
  }
  history.options = {{"num_train_epochs", 10.0},
                     {"max_steps", -1},
                     {"learning_rate", 3e-5},
                     {"weight_decay", 0.0},
                     {"early_stopping_patience", nullptr},
                     {"config_overrides", Json::array()},
                     {"freeze", Json::array()},
                     {"label_smoothing_factor", 0.1}};
  return history;
}

std::vector<std::string> flags_of(const Diagnosis& diagnosis) {
  std::vector<std::string> flags;
  for (const Remedy& remedy : diagnosis.remedies()) flags.push_back(remedy.flags);
  return flags;
}

bool has(const std::vector<std::string>& list, const std::string& item) { return std::ranges::count(list, item) == 1; }

TEST_CASE("over-fitting names the steps and losses, and remedies with values of this run") {
  const std::vector<Diagnosis> found = diagnose(over_fitted());
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind->id == "over_fitting");
  const auto evidence = found[0].evidence(Language::kEnglish);
  REQUIRE(evidence.size() == 3);
  CHECK(evidence[0] == "the evaluation loss is lowest at step 30 (epoch 3), 0.3; at step 100 it is 0.65, 117% higher");
  CHECK(evidence[1] == "meanwhile the training loss falls from 0.2333 to 0.07");
  CHECK(found[0].evidence(Language::kChinese)[0] ==
        "\u8bc4\u4f30\u635f\u5931\u5728\u7b2c 30 \u6b65\uff08\u7b2c 3 \u8f6e\uff09\u6700\u4f4e\uff0c\u4e3a "
        "0.3\uff1b\u7b2c 100 \u6b65\u4e3a 0.65\uff0c\u9ad8\u51fa 117%");
  const auto flags = flags_of(found[0]);
  CHECK(has(flags, "--num-train-epochs 3"));
  CHECK(has(flags, "--learning-rate 1.5e-05"));
  CHECK(has(flags, "--weight-decay 0.01"));
  CHECK(has(flags, "--config-overrides dropout=0.2"));
  CHECK(has(flags, "--freeze embeddings"));
  CHECK_FALSE(has(flags, "--label-smoothing-factor 0.1"));  // the run has it already
}

TEST_CASE("remedies depend on the options of the run, and need no unknown option") {
  History history = over_fitted();
  history.options = {
      {"max_steps", 100}, {"weight_decay", 0.05}, {"early_stopping_patience", 3}, {"freeze", {"embeddings"}}};
  history.model_class = "OtherModel";
  const auto flags = flags_of(diagnose(history).at(0));
  CHECK(has(flags, "--max-steps 30"));
  CHECK(has(flags, "--weight-decay 0.1"));
  for (const std::string& flag : flags) {
    CHECK_FALSE(contains(flag, "--num-train-epochs"));
    CHECK_FALSE(contains(flag, "early"));
    CHECK_FALSE(contains(flag, "dropout"));
    CHECK_FALSE(contains(flag, "freeze"));
    CHECK_FALSE(contains(flag, "learning-rate"));
  }
  history.options = Json::object();
  CHECK(flags_of(diagnose(history).at(0)).size() <= 2);
}

TEST_CASE(
    "a higher rate is twice the run's, within the usual range, and higher for a frozen body; a lower one above it") {
  History history = over_fitted();
  history.evaluations.clear();
  for (Sample& sample : history.losses) sample.value = 0.7;
  const auto rate_with = [&](double rate, const Json& freeze) {
    history.options["learning_rate"] = rate;
    history.options["freeze"] = freeze;
    for (const Diagnosis& diagnosis : diagnose(history)) {
      if (diagnosis.kind->id != "under_fitting") continue;
      for (const std::string& flags : flags_of(diagnosis)) {
        if (contains(flags, "--learning-rate")) return flags.substr(flags.find(' ') + 1);
      }
    }
    return std::string();
  };
  CHECK(rate_with(1e-6, Json::array()) == "2e-05");
  CHECK(rate_with(3e-5, Json::array()) == "6e-05");
  CHECK(rate_with(1.5e-4, Json::array()) == "0.0002");
  CHECK(rate_with(3e-4, Json::array()) == "5e-05");  // it destroys what the checkpoint has learned
  CHECK(rate_with(3e-4, {"all-but-head"}) == "0.0006");
}

TEST_CASE("a rise of the evaluation loss that the training loss shares is no over-fitting") {
  History history = over_fitted();
  for (Sample& sample : history.losses) sample.value = 0.3 + 0.001 * static_cast<double>(sample.step);
  for (const Diagnosis& diagnosis : diagnose(history)) CHECK(diagnosis.kind->id != "over_fitting");
}

TEST_CASE("a running or stopped run was not too short") {
  History history = over_fitted();
  for (EvaluationPoint& point : history.evaluations) point.loss = 3 - 0.028 * static_cast<double>(point.step);
  CHECK(diagnose(history).at(0).kind->id == "too_short");
  for (EvaluationPoint& point : history.evaluations) point.accuracy = 1;
  CHECK(diagnose(history).empty());
  for (EvaluationPoint& point : history.evaluations) point.accuracy = 0.9;
  history.is_finished = false;
  CHECK(diagnose(history).empty());
  history.is_finished = true;
  history.total_steps = 300;  // early stopping
  CHECK(diagnose(history).empty());
}

TEST_CASE("a run without log and evaluations gets advice to have both") {
  History history;
  history.is_finished = true;
  history.step = history.total_steps = 40;
  history.options = {{"logging_steps", 500.0}, {"validation_split", 0.0}};
  const std::vector<Diagnosis> found = diagnose(history);
  REQUIRE(found.size() == 2);
  CHECK(found[0].kind->id == "not_evaluated");
  CHECK(flags_of(found[0]) == std::vector<std::string>{"--validation-split 0.1 --eval-strategy epoch"});
  CHECK(found[1].kind->id == "not_logged");
  CHECK(found[1].evidence(Language::kEnglish)[0] == "40 steps, with an entry every 500 steps");
  CHECK(flags_of(found[1]) == std::vector<std::string>{"--logging-steps 2"});
  CHECK(diagnose({}).empty());
}

TEST_CASE("every sentence of the tables is in both languages, with the same facts") {
  const auto facts_in = [](std::string_view sentence) {
    std::multiset<std::string> names;
    for (size_t at = sentence.find('{'); at != std::string_view::npos; at = sentence.find('{', at + 1)) {
      std::string name(sentence.substr(at + 1, sentence.find('}', at) - at - 1));
      if (name.ends_with("_zh")) name.resize(name.size() - 3);  // the fact in Chinese
      names.insert(std::move(name));
    }
    return names;
  };
  const auto check = [&](const Sentence& sentence) {
    CAPTURE(std::string(sentence.en));
    CHECK_FALSE(sentence.en.empty());
    CHECK_FALSE(sentence.zh.empty());
    CHECK_FALSE(sentence.en.ends_with('.'));
    CHECK(std::ranges::any_of(sentence.zh, [](char c) { return static_cast<unsigned char>(c) >= 0xe3; }));
    CHECK(facts_in(sentence.en) == facts_in(sentence.zh));
  };
  for (const DiagnosisKind& kind : diagnosis_kinds()) {
    check(kind.title);
    check(kind.meaning);
    const auto is_of = [&](const auto& row) { return row.diagnosis == kind.id; };
    CHECK(std::ranges::any_of(evidence_rows(), is_of));
    CHECK(std::ranges::any_of(remedy_rows(), is_of));
  }
  for (const EvidenceRow& row : evidence_rows()) check(row.text);
  for (const RemedyRow& row : remedy_rows()) check(row.reason);
}

TEST_CASE("the text has one language, and no control characters of the run") {
  History history = over_fitted();
  history.classes = {{"a", 900, 890, 900}, {"b\x1b[31m", 100, 0, 0}};
  const auto found = diagnose(history);
  const std::string en = to_text(history, found, Language::kEnglish, 80);
  CHECK(contains(en, "problem: over-fitting\n"));
  CHECK(contains(en, "problem: a label is ignored: b\\x1b[31m\n"));
  CHECK(contains(en, "    --num-train-epochs 3\n        end where the evaluation loss was lowest\n"));
  CHECK(contains(en, "looked at 10 losses of the training and 10 evaluations\n"));
  CHECK_FALSE(contains(en, "\x1b"));
  const std::string zh = to_text(history, found, Language::kChinese, 80);
  CHECK(contains(zh, "\u95ee\u9898: \u8fc7\u62df\u5408\n"));
  CHECK(contains(zh, "\u67e5\u770b\u4e86 10 \u4e2a\u8bad\u7ec3\u635f\u5931\u548c 10 \u6b21\u8bc4\u4f30\n"));
  CHECK(to_text(history, {}, Language::kEnglish, 80).starts_with("nothing stands out\n"));
  history.is_running = history.is_cut = true;
  CHECK(contains(to_text(history, {}, Language::kEnglish, 80), "not finished"));
  CHECK(contains(to_text(history, {}, Language::kEnglish, 80), "only the beginning"));
}

TEST_CASE("the JSON has both languages, the facts and the remedies") {
  const History history = over_fitted();
  const Json json = to_json(history, diagnose(history));
  CHECK(json["format"] == 1);
  CHECK(json["evaluations"] == 10);
  const Json& diagnosis = json["diagnoses"].at(0);
  CHECK(diagnosis["id"] == "over_fitting");
  CHECK(diagnosis["severity"] == "problem");
  CHECK(diagnosis["title"]["zh"] == "\u8fc7\u62df\u5408");
  CHECK(diagnosis["facts"]["best_step"] == 30);
  CHECK(diagnosis["evidence"]["en"].size() == diagnosis["evidence"]["zh"].size());
  CHECK(diagnosis["remedies"][0]["flags"] == "--num-train-epochs 3");
}

}  // namespace diagnosis_test
