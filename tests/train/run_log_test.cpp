#include "train/run_log.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/json_fixture.h"
#include "train/plan_fixture.h"

namespace run_log_test {

using namespace hone;
using namespace hone::train;

Plan plan_of_300() {
  TrainOptions options;
  options.per_device_train_batch_size = 16;
  return plan_of(options, 1600);
}

Json training_entry() {
  return {{"loss", 0.69347}, {"grad_norm", 0.66}, {"learning_rate", 6e-6}, {"tokens_per_second", 1823.4},
          {"epoch", 0.1},    {"step", 10}};
}

Json evaluation_entry() {
  return {{"eval_loss", 0.31},    {"eval_accuracy", 0.875},         {"eval_f1", 0.87654},
          {"eval_runtime", 61.2}, {"eval_samples_per_second", 6.6}, {"epoch", 1.0},
          {"step", 100}};
}

TEST_CASE("a training line has step, epoch, loss, gradient norm, learning rate and tokens per second") {
  CHECK(log_text(training_entry(), plan_of_300()) ==
        "step 10/300  epoch 0.10  loss 0.6935  grad 0.66  lr 6e-06  1823 tokens/s");
}

TEST_CASE("an evaluation line has the main metrics") {
  CHECK(log_text(evaluation_entry(), plan_of_300()) ==
        "step 100/300  epoch 1.00  eval_loss 0.3100  accuracy 0.8750  f1 0.8765");
}

TEST_CASE("lines of long runs have at most 80 columns") {
  TrainOptions options;
  options.max_steps = 30'000;
  const Plan plan = plan_of(options, 100'000);
  Json training = training_entry(), evaluation = evaluation_entry();
  training.update({{"step", 29'990},
                   {"epoch", 9.25},
                   {"grad_norm", 12.3456},
                   {"learning_rate", 1.234567e-06},
                   {"tokens_per_second", 1234.56}});
  evaluation.update({{"step", 29'990}, {"epoch", 9.25}});
  CHECK(log_text(training, plan) == "step 29990/30000  epoch 9.25  loss 0.6935  grad 12.3  lr 1.23e-06  1235 tokens/s");
  CHECK(log_text(training, plan).size() <= 80);
  CHECK(log_text(evaluation, plan).size() <= 80);
}

TEST_CASE("a line of an epoch has both losses, or that of the training alone") {
  CHECK(epoch_text(1, 0.45118, 0.3876) == "Epoch 1, Train Loss: 0.4512, Val Loss: 0.3876");
  CHECK(epoch_text(2.5, 0.25, std::nullopt) == "Epoch 2.5, Train Loss: 0.2500");
}

TEST_CASE("numbers that are not finite are printed as nan") {
  Json entry = training_entry();
  entry["loss"] = nullptr;
  entry["grad_norm"] = nullptr;
  CHECK(log_text(entry, plan_of_300()) == "step 10/300  epoch 0.10  loss nan  grad nan  lr 6e-06  1823 tokens/s");
  entry = evaluation_entry();
  entry["eval_loss"] = nullptr;
  CHECK(contains(log_text(entry, plan_of_300()), "eval_loss nan  accuracy 0.8750"));
  entry["eval_accuracy"] = nullptr;
  CHECK(contains(log_text(entry, plan_of_300()), "eval_loss nan  accuracy nan"));
}

TEST_CASE("the JSON log starts with the history, and each new entry adds a line") {
  const TemporaryFolder folder;
  const Plan plan = plan_of_300();
  const auto path = folder.path() / "logs" / "run.jsonl";
  folder.write("logs/run.jsonl", "of an older run\n");
  {
    RunLog log(path, Json::array({training_entry()}), plan);
    log.add(evaluation_entry());
    CHECK(read_file(path) == training_entry().dump() + "\n" + evaluation_entry().dump() + "\n");
    log.add({{"train_loss", 0.5}, {"step", 300}});
  }
  CHECK(read_file(path).ends_with("{\"train_loss\":0.5,\"step\":300}\n"));
}

TEST_CASE("without a path no file is written") {
  const TemporaryFolder folder;
  const Plan plan = plan_of_300();
  RunLog log({}, Json::array(), plan);
  log.add({{"train_loss", 0.5}, {"step", 300}});
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a path that cannot be written is an error") {
  const TemporaryFolder folder;
  const Plan plan = plan_of_300();
  folder.write("file", "");
  CHECK(expect_error([&] { RunLog(folder.path() / "file" / "log", Json::array(), plan); }).kind() == ErrorKind::kIo);
  CHECK(expect_error([&] { RunLog(folder.path(), Json::array(), plan); }).kind() == ErrorKind::kIo);
}

}  // namespace run_log_test
