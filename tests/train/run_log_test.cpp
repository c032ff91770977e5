#include "train/run_log.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/train_fixture.h"

using namespace hone;
using namespace hone::train;

namespace {

Plan plan_of_300() {
  TrainOptions options;
  options.per_device_train_batch_size = 16;
  return make_plan(options, 1600);
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

}  // namespace

TEST_CASE("a training line tells step, epoch, loss, gradient norm, learning rate and tokens a second") {
  CHECK(log_text(training_entry(), plan_of_300()) ==
        "step 10/300  epoch 0.10  loss 0.6935  grad_norm 0.66  learning_rate 6e-06  1823 tokens/s");
}

TEST_CASE("an evaluation line tells the main metrics, the time and the rate") {
  CHECK(log_text(evaluation_entry(), plan_of_300()) ==
        "step 100/300  epoch 1.00  eval_loss 0.3100  eval_accuracy 0.8750  eval_f1 0.8765  (01:01, 7 rows/s)");
}

TEST_CASE("numbers that are not finite are told as such") {
  Json entry = training_entry();
  entry["loss"] = nullptr;
  entry["grad_norm"] = nullptr;
  CHECK(log_text(entry, plan_of_300()) ==
        "step 10/300  epoch 0.10  loss nan  grad_norm nan  learning_rate 6e-06  1823 tokens/s");
  entry = evaluation_entry();
  entry["eval_loss"] = nullptr;
  CHECK(contains(log_text(entry, plan_of_300()), "eval_loss nan  eval_accuracy 0.8750"));
  entry["eval_accuracy"] = nullptr;
  CHECK(contains(log_text(entry, plan_of_300()), "eval_loss nan  eval_accuracy nan"));
}

TEST_CASE("the JSON log is written anew with the history, then a line an entry") {
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

TEST_CASE("without a path nothing is written") {
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
