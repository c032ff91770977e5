#include "train/unfreezing.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/run.h"
#include "train/train_fixture.h"

namespace unfreezing_test {

using namespace hone;
using namespace hone::train;

// A model that is frozen, and its schedule with ten steps an epoch.
struct Scheduled {
  explicit Scheduled(const std::vector<std::string>& schedule,
                     const std::vector<std::string>& frozen = {"all-but-head"}, const std::string& family = "bert")
      : loaded(model::load_model({fixture_models() / ("tiny-" + family)})) {
    TrainOptions options = quiet_options("");
    options.freeze = frozen;
    options.unfreeze_schedule = schedule;
    freeze(loaded, options);
    unfreezing.emplace(loaded, options, 10);
  }
  // Returns what is frozen after so many steps.
  std::string described(int64_t step) {
    const auto freezing = unfreezing->advance(step);
    return freezing ? freezing->described() : "as before";
  }

  model::LoadedModel loaded;
  std::optional<Unfreezing> unfreezing;
};

Error schedule_failure(const std::vector<std::string>& schedule,
                       const std::vector<std::string>& frozen = {"all-but-head"}) {
  const Error error = expect_error([&] { Scheduled(schedule, frozen); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error;
}

TEST_CASE("gradual unfreezes one more layer after each epoch, from the top, and the embeddings last") {
  Scheduled gradual({"gradual"});
  CHECK(gradual.described(0) == "as before");
  CHECK(gradual.described(9) == "as before");
  CHECK(gradual.described(10) == "embeddings, layer 1 of 2");
  CHECK(gradual.described(11) == "as before");
  CHECK(gradual.loaded.model->num_frozen_layers() == 1);
  CHECK(gradual.described(20).empty());
  CHECK_FALSE(gradual.loaded.model->num_frozen_layers());
  Scheduled both({"gradual+2"});
  CHECK(both.described(10).empty());
  Scheduled late({"gradual"});  // a resumed run
  CHECK(late.described(35).empty());
}

TEST_CASE("a schedule names epochs, also fractions of them, and parts") {
  Scheduled schedule({"0.5:encoder.layer.1", "1.25:pooler", "2:encoder.layer.0", "3:/embeddings/"},
                     {"embeddings+2", "pooler"});
  CHECK(schedule.described(4) == "as before");
  CHECK(schedule.described(5) == "embeddings, layer 1 of 2, pooler");
  CHECK(schedule.described(13) == "embeddings, layer 1 of 2");
  CHECK(schedule.described(20) == "embeddings");
  CHECK(schedule.described(30).empty());
  Scheduled parts({"1:encoder.layer.0", "2:all"});
  CHECK(parts.described(10) == "embeddings, layer 2 of 2, pooler");
  CHECK(parts.described(20).empty());
}

TEST_CASE("invalid schedules are errors that say what a schedule looks like") {
  const auto failure = [](const std::vector<std::string>& schedule, TrainOptions options = {}) {
    options.unfreeze_schedule = schedule;
    if (options.freeze.empty()) options.freeze = {"all-but-head"};
    return expect_error([&] { check_unfreeze_schedule(options); });
  };
  for (const char* item : {"slowly", "1:", ":all", "0:all", "-1:all", "x:all", "nan:all", "gradual+0", "gradual+x"}) {
    const Error error = failure({item});
    CHECK_MESSAGE(contains(error.what(), fmt::format("unfreeze_schedule: \"{}\" is not EPOCH:PART", item)), item);
    CHECK(contains(error.hint(), "--unfreeze-schedule 1:last+1,2:last+2,3:all"));
  }
  CHECK(contains(failure({"2:last+1", "1:all"}).what(), "\"1:all\" does not come after \"2:last+1\""));
  CHECK(contains(failure({"1:last+1", "gradual"}).what(), "\"gradual\" is not EPOCH:PART"));
  TrainOptions unfrozen;
  unfrozen.unfreeze_schedule = {"gradual"};
  CHECK(contains(expect_error([&] { check_unfreeze_schedule(unfrozen); }).hint(), "add --freeze all-but-head"));
  TrainOptions adapters;
  adapters.adapter.peft = "lora";
  CHECK(contains(failure({"gradual"}, adapters).what(), "the base model of adapters stays frozen"));
  CHECK(contains(schedule_failure({"1:last+3"}).what(), "\"last+3\" does not end in a number of layers from 1 to 2"));
  CHECK(contains(schedule_failure({"1:encodr"}).what(), "\"encodr\" matches no parameter"));
  CHECK(contains(schedule_failure({"1:last+1"}, {"embeddings"}).what(), "nothing of \"last+1\" is frozen at epoch 1"));
}

TrainOptions gradual_options(const TemporaryFolder& folder, const char* output) {
  TrainOptions options = quiet_options(folder.path() / output);
  options.train_file = {folder.write("train.csv", three_label_rows(12)).string()};
  options.validation_file = {folder.write("validation.csv", three_label_rows(6)).string()};
  options.num_train_epochs = 3;
  options.learning_rate = 1e-2;
  options.eval_strategy = options.save_strategy = "epoch";
  options.freeze = {"all-but-head"};
  options.unfreeze_schedule = {"gradual"};
  return options;
}

TEST_CASE("a run that unfreezes keeps the bits of one that keeps no prefix, and of one that is resumed") {
  const TemporaryFolder folder;
  const TrainOptions whole = gradual_options(folder, "whole");
  const std::string log = captured_log([&] { CHECK(run_training(whole) == RunEnd::kFinished); });
  CHECK(contains(log, "at step 3: "));
  CHECK(contains(log, "still frozen: embeddings, layer 1 of 2"));
  TrainOptions plain = gradual_options(folder, "plain");
  plain.cache_budget = "0";
  run_training(plain);
  const auto weights = [](const TrainOptions& options) {
    return read_tensors(options.output_dir / "model.safetensors");
  };
  CHECK(same_bits(weights(whole), weights(plain)));
  for (const int64_t step : {2, 3, 4, 7}) {
    INFO(step);
    TrainOptions resumed = gradual_options(folder, fmt::format("resumed{}", step).c_str());
    resumed.stop_after_steps = step;
    CHECK(run_training(resumed) == RunEnd::kStoppedAfterSteps);
    resumed.stop_after_steps = 0;
    resumed.resume_from_checkpoint = "true";
    CHECK(run_training(resumed) == RunEnd::kFinished);
    CHECK(same_bits(weights(whole), weights(resumed)));
  }
  TrainOptions other = gradual_options(folder, "whole");
  other.resume_from_checkpoint = "true";
  other.unfreeze_schedule = {"gradual+2"};
  CHECK(contains(expect_error([&] { run_training(other); }).what(),
                 "is of a run with the unfreeze_schedule \"gradual\""));
}

}  // namespace unfreezing_test
