// The tiny models with the fixture's texts as ids, ready to run.
#pragma once

#include <string>

#include "eval/classifier.h"
#include "eval/metrics_fixture.h"
#include "table/read.h"
#include "task/features.h"

namespace hone {

struct TinyRows {
  eval::Classifier classifier;
  task::Features features;
};

inline TinyRows tiny_rows(const std::string& model_name, bool with_pairs = false) {
  const Json& expected = metrics_fixture()["models"][model_name];
  const TemporaryFolder folder;
  eval::Classifier classifier = eval::load_trained_classifier(fixtures() / "models" / model_name, {});
  const Json second = with_pairs ? expected["pairs"]["second"] : Json();
  const table::TextColumns columns{"text", with_pairs ? std::optional<std::string>("second") : std::nullopt};
  const table::Rows rows = table::read_rows(write_text_rows(folder, expected["texts"], second));
  task::Features features = task::tokenize_rows(classifier.tokenizer, rows, columns, classifier.max_length, "rows");
  return {std::move(classifier), std::move(features)};
}

}  // namespace hone
