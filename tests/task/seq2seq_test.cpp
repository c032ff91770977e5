// Expected: transformers, sacrebleu and rouge-score (tests/fixtures/make_seq2seq_task_fixture.py).
#include "task/seq2seq.h"

#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "captured_log.h"
#include "expect_error.h"
#include "parity/seq2seq_fixture.h"
#include "table/read.h"
#include "task/classifier_input.h"
#include "task/seq2seq_examples.h"
#include "temporary_folder.h"

namespace seq2seq_test {

using namespace hone;

const Json& fixture() {
  static const Json json = read_json(HONE_SOURCE_DIR "/tests/fixtures/seq2seq_task.json");
  return json;
}

// A model of the fixtures, and the rows as a file.
struct Setting {
  explicit Setting(std::string given_name, const char* task_name = "translation")
      : name(std::move(given_name)), row(task::find_task(task_name)) {
    std::string lines;
    for (const Json& each : fixture()["rows"]) lines += each.dump() + "\n";
    rows = table::read_rows(folder.write("rows.jsonl", lines));
    options.seq2seq.max_target_length = fixture()["max_target_length"].get<int64_t>();
  }

  std::filesystem::path model_dir() const { return seq2seq_fixtures() / name; }

  std::unique_ptr<task::Examples> examples() {
    task = row.make(options, loaded.config, task::Purpose::kTrain);
    table::LabelledSplit split{"training", rows};
    task->adopt(std::span(&split, 1));
    kept = split.rows;
    return task->examples(kept, "rows",
                          {tokenizer, loaded.model->vocab_size(), 100, {}, nullptr, model_dir().string()});
  }

  std::string name;
  const task::TaskRow& row;
  TemporaryFolder folder;
  table::Rows rows, kept;
  task::TaskOptions options;
  model::LoadedModel loaded = load_seq2seq(model_dir(), name);
  text::Tokenizer tokenizer = text::Tokenizer::load(model_dir());
  std::unique_ptr<task::Task> task;
};

const std::vector<uint64_t> kAll{0, 1, 2, 3, 4, 5, 6};

TEST_CASE("the loss of a target's tokens is that of transformers, with label smoothing and a prefix") {
  for (const auto& [name, expected] : fixture()["models"].items()) {
    for (const auto& [smoothing, loss] : expected["losses"].items()) {
      INFO(name, " ", smoothing);
      Setting setting(name);
      setting.options.label_smoothing = std::stod(smoothing);
      const auto examples = setting.examples();
      CHECK(examples->size() == 7);
      const auto sum = examples->loss(*setting.loaded.model, kAll, {}).item<double>();
      CHECK(sum / examples->total_weight(kAll, {}) == doctest::Approx(loss.get<double>()).epsilon(1e-5));
      const auto evaluation = examples->evaluation({});
      const c10::InferenceMode no_gradients;
      evaluation->add(*setting.loaded.model, std::span(kAll).first(3));
      evaluation->add(*setting.loaded.model, std::span(kAll).subspan(3));
      CHECK(evaluation->report().loss == doctest::Approx(loss.get<double>()).epsilon(1e-5));
      CHECK(evaluation->report().values.empty());
      CHECK(setting.task->metrics().empty());
    }
    Setting setting(name);
    setting.options.seq2seq.source_prefix = fixture()["prefix"].get<std::string>();
    const auto examples = setting.examples();
    const auto sum = examples->loss(*setting.loaded.model, kAll, {}).item<double>();
    CHECK(sum / examples->total_weight(kAll, {}) ==
          doctest::Approx(expected["prefixed_loss"].get<double>()).epsilon(1e-5));
  }
}

TEST_CASE("evaluations generate transformers' answers, and measure them as sacrebleu and rouge-score do") {
  for (const auto& [name, model] : fixture()["models"].items()) {
    for (const Json& expected : model["answers"]) {
      for (const char* task_name : {"translation", "summarization"}) {
        INFO(name, " ", task_name, " ", expected["num_beams"].dump());
        Setting setting(name, task_name);
        setting.options.seq2seq.predict_with_generate = true;
        setting.options.seq2seq.num_beams = expected["num_beams"].get<int64_t>();
        const auto examples = setting.examples();
        CHECK_FALSE(setting.task->metrics().empty());
        const auto evaluation = examples->evaluation({});
        const c10::InferenceMode no_gradients;
        evaluation->add(*setting.loaded.model, kAll);
        const metric::Report report = evaluation->report();
        CHECK(report.num_rows == 7);
        if (std::string_view(task_name) == "translation") {
          CHECK(report.value("bleu") == doctest::Approx(expected["bleu"].get<double>()).epsilon(1e-9));
          CHECK(report.value("chrf") == doctest::Approx(expected["chrf"].get<double>()).epsilon(1e-9));
        } else {
          for (const auto& [kind, score] : expected["rouge"].items()) {
            CHECK(report.value(kind) == doctest::Approx(score.get<double>()).epsilon(1e-9));
          }
        }
      }
    }
  }
}

TEST_CASE("a trained model answers with its own first token, and names its answers as transformers' pipelines do") {
  for (const auto& [task_name, member] :
       {std::pair("translation", "translation_text"), std::pair("summarization", "summary_text")}) {
    Setting setting("marian", task_name);
    setting.options.seq2seq.num_beams = 3;
    const auto task = setting.row.make(setting.options, setting.loaded.config, task::Purpose::kUseTrained);
    task->use_model({setting.loaded.model, setting.tokenizer, 100, setting.model_dir()});
    std::vector<task::Question> questions;
    for (const Json& row : fixture()["rows"]) {
      questions.push_back(task::make_question(setting.tokenizer, row["source"].get<std::string>(), {}, {}));
    }
    std::vector<const task::Question*> asked;
    for (const task::Question& question : questions) asked.push_back(&question);
    const c10::InferenceMode no_gradients;
    const auto outputs = task->outputs(*setting.loaded.model, asked);
    const Json& expected = fixture()["models"]["marian"]["answers"][1]["texts"];
    for (size_t i = 0; i < questions.size(); ++i) {
      const auto answer = task->answer(questions[i], outputs[i], {});
      CHECK(answer->text() == expected[i].get<std::string>());
      CHECK(answer->json() == Json{{member, expected[i]}});
    }
    CHECK(task->answer_columns({}) == std::vector<std::string>{member});
  }
}

TEST_CASE("rows without a side are skipped with a note, or refused; long targets are truncated with one") {
  Setting setting("t5");
  setting.rows = table::read_rows(
      setting.folder.write("rows.csv", "source,target\nw7,w8\n,w8\nw7,w8 w9 w10 w11 w12 w13 w14 w15 w16 w17\n"));
  std::unique_ptr<task::Examples> examples;
  const std::string log = captured_log([&] { examples = setting.examples(); });
  CHECK(examples->size() == 2);
  CHECK(contains(log, "skipped 1 row without a text and its target"));
  CHECK(contains(examples->input_notes().front(), "1 of 2 targets are longer than 9 tokens and were truncated"));
  CHECK(examples->preview(0) == "\"w7\" -> \"w8\"");
  setting.options.rows.strict = true;
  CHECK(contains(expect_error([&] { setting.examples(); }).what(), "\"source\" is missing or blank"));
}

TEST_CASE("config.json keeps the task") {
  Setting setting("bart", "summarization");
  setting.examples();
  setting.task->write_config(setting.loaded.config);
  CHECK(task::trained_task(setting.loaded.config).name == "summarization");
  CHECK(task::trained_task(load_seq2seq(setting.model_dir(), "bart").config).name == "translation");
}

}  // namespace seq2seq_test
