// Compares ten training steps of tiny random models with transformers: losses, gradient norms, learning rates and the
// final weights (tests/fixtures/README.md).
#include <doctest/doctest.h>

#include "parity/training_fixture.h"

namespace training_test {

using namespace hone;

void check_family(const std::string& family) {
  const std::filesystem::path folder = fixture_models() / ("tiny-" + family);
  const Json expected = read_json(folder / "parity.json")["training"];
  const Json& settings = expected["settings"];
  TinyRun run(training_options_of(settings), training_rows_of(folder, settings["max_steps"], settings["batch_size"]),
              false, family);
  CHECK(run.run() == train::RunEnd::kFinished);
  check_training_numbers(run.trainer->state(), "loss", expected["losses"], kTrainingTolerance);
  check_training_numbers(run.trainer->state(), "grad_norm", expected["grad_norms"], 10 * kTrainingTolerance);
  check_training_numbers(run.trainer->state(), "learning_rate", expected["learning_rates"], 1e-12);
  check_final_weights(run, expected["final_weight_sums"]);
}

TEST_CASE("ten training steps of BERT have the losses, norms, rates and weights of transformers") {
  check_family("bert");
}

TEST_CASE("ten training steps of DistilBERT have the losses, norms, rates and weights of transformers") {
  check_family("distilbert");
}

TEST_CASE("ten training steps of RoBERTa have the losses, norms, rates and weights of transformers") {
  check_family("roberta");
}

TEST_CASE("ten training steps of ELECTRA and ALBERT have the losses, norms, rates and weights of transformers") {
  check_family("electra");
  check_family("albert");
}

TEST_CASE("ten training steps of MPNet and DeBERTa have the losses, norms, rates and weights of transformers") {
  check_family("mpnet");
  check_family("deberta-v2");
  check_family("deberta");
}

TEST_CASE("ten training steps of ModernBERT have the losses, norms, rates and weights of transformers") {
  check_family("modernbert");
  check_family("modernbert-mean");
}

TEST_CASE("ten training steps of NomicBERT have the losses, norms, rates and weights of transformers") {
  check_family("nomic_bert");
}

TEST_CASE("ten training steps of decoders have the losses, norms, rates and weights of transformers") {
  for (const std::string& name : tiny_models()) {
    const std::string family = family_of_tiny(name);
    if (!is_decoder(family)) continue;
    CAPTURE(family);
    check_family(family);
  }
}

}  // namespace training_test
