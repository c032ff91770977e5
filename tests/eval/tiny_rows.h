// The tiny models with the fixture's texts as ids, ready to run.
#pragma once

#include <string>

#include "eval/metrics_fixture.h"
#include "eval/trained_model.h"
#include "table/read.h"
#include "task/features.h"

namespace hone {

struct TinyRows {
  eval::TrainedModel trained;
  std::vector<task::Question> questions;
  task::Features features;  // of the questions

  std::vector<std::string> labels() const { return trained.config.labels(); }
};

inline TinyRows tiny_rows(const std::string& model_name, bool with_pairs = false) {
  const Json& expected = metrics_fixture()["models"][model_name];
  const TemporaryFolder folder;
  eval::TrainedModel trained = eval::load_trained_model(fixtures() / "models" / model_name, {});
  const table::TextColumns columns{"text", with_pairs ? std::optional<std::string>("second") : std::nullopt};
  const Json second = with_pairs ? expected["pairs"]["second"] : Json();
  const table::Rows rows = table::read_rows(write_text_rows(folder, expected["texts"], second));
  std::vector<task::Question> questions = task::make_questions(trained.tokenizer, rows, columns, trained.reading());
  task::Features features;
  for (const task::Question& question : questions) features.add(question.windows.front());
  return {std::move(trained), std::move(questions), std::move(features)};
}

}  // namespace hone
