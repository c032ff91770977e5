#include "train/weight_average.h"

#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "parity/training_fixture.h"
#include "temporary_folder.h"
#include "train/run.h"

namespace weight_average_test {

using namespace hone;
using namespace hone::train;

TEST_CASE("ten steps have the averages of torch's AveragedModel") {
  const Json fixture = train_fixture_file("averages.json");
  const Json& settings = fixture["settings"];
  for (const Json& expected : fixture["cases"]) {
    const std::string family = expected["family"];
    INFO(family);
    TrainOptions options = training_options_of(settings);
    options.ema_decay = expected["ema_decay"].get<double>();
    TinyRun run(options,
                training_rows_of(fixture_models() / ("tiny-" + family), settings["max_steps"], settings["batch_size"]),
                false, family);
    CHECK(run.run() == RunEnd::kFinished);
    const Tensors last = run.weights();
    CHECK_FALSE(run.trainer->load_best().has_value());
    CHECK_FALSE(same_bits(last, run.weights()));
    check_final_weights(run, expected["average_sums"]);
  }
}

TEST_CASE("the first update copies, later ones average, and only what is trained") {
  const at::Tensor trained = at::full({2}, 1.0).requires_grad_(), frozen = at::full({2}, 5.0);
  const NamedParameters parameters = {{.name = "trained", .tensor = trained}, {.name = "frozen", .tensor = frozen}};
  WeightAverage average(0.75);
  average.update(parameters);
  {
    const c10::NoGradGuard no_gradients;
    at::Tensor(trained).fill_(3);
  }
  average.update(parameters);
  CHECK(average.tensors().size() == 1);
  {
    const AveragedWeights averaged(&average, parameters);
    CHECK(trained[0].item<double>() == doctest::Approx(1.5));
    CHECK(average.tensors().front().second[0].item<double>() == 3);
    CHECK(frozen[0].item<double>() == 5);
  }
  CHECK(trained[0].item<double>() == 3);
  CHECK(average.tensors().front().second[0].item<double>() == doctest::Approx(1.5));
  CHECK_NOTHROW(AveragedWeights(nullptr, parameters));
}

TrainOptions averaged_options(const TemporaryFolder& folder, const std::string& output) {
  TrainOptions options = quiet_options(folder.path() / output);
  std::string rows = "text,label\n";
  for (int row = 0; row < 8; ++row) {
    rows += "a bad and boring movie no,NEGATIVE\nit is a film,NEUTRAL\nthe best film it is fun,POSITIVE\n";
  }
  options.train_file = options.validation_file = {folder.write("rows.csv", rows).string()};
  options.num_train_epochs = 2;
  options.eval_strategy = options.save_strategy = "epoch";
  options.ema_decay = 0.8;
  return options;
}

TEST_CASE("the average is saved, and a resumed run is bit-identical to an uninterrupted one") {
  const TemporaryFolder folder;
  const auto saved = [](const std::filesystem::path& path) { return read_tensors(path / "model.safetensors"); };
  const TrainOptions whole = averaged_options(folder, "whole");
  run_training(whole);
  const std::filesystem::path last = checkpoint_path(whole.output_dir, 12);
  CHECK(same_bits(saved(whole.output_dir), saved(last)));
  CHECK_FALSE(same_bits(saved(last), read_tensors(last / "raw_weights.safetensors")));
  TrainOptions resumed = averaged_options(folder, "resumed");
  resumed.stop_after_steps = 5;
  CHECK(run_training(resumed) == RunEnd::kStoppedAfterSteps);
  TrainOptions without = resumed;
  without.stop_after_steps = 0;
  without.resume_from_checkpoint = "true";
  without.ema_decay.reset();
  const Error error = expect_error([&] { run_training(without); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "is of a run with --ema-decay; this run is without it"));
  resumed.stop_after_steps = 0;
  resumed.resume_from_checkpoint = "true";
  CHECK(run_training(resumed) == RunEnd::kFinished);
  CHECK(same_bits(saved(whole.output_dir), saved(resumed.output_dir)));
}

TEST_CASE("the best model is the average that was evaluated") {
  const TemporaryFolder folder;
  TrainOptions options = averaged_options(folder, "best");
  options.load_best_model_at_end = true;
  options.learning_rate = 0.2;
  run_training(options);
  const Json state = read_json(options.output_dir / "trainer_state.json");
  CHECK(same_bits(read_tensors(options.output_dir / "model.safetensors"),
                  read_tensors(checkpoint_path(options.output_dir, state["best_global_step"]) / "model.safetensors")));
}

}  // namespace weight_average_test
