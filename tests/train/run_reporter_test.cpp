#include "train/run_reporter.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <functional>
#include <thread>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "options/json.h"
#include "temporary_folder.h"
#include "train/plan_fixture.h"

namespace run_reporter_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

struct Case {
  Case() {
    options.output_dir = folder.path();
    options.model_name_or_path = "some/model";
    options.metric_for_best_model = "accuracy";
    plan = plan_of(options, 80);
  }
  RunRequest request() const {
    return {options.output_dir, options.model_name_or_path.string(), options::to_json(options),
            options.num_train_epochs, events_folder};
  }
  RunFacts facts() const { return {{{"num_parameters", 7}}, {{"model_type", "bert"}}}; }
  Json run() const { return read_json(folder.path() / "run.json"); }
  bool has(const char* name) const { return fs::exists(folder.path() / name); }

  TemporaryFolder folder;
  TrainOptions options;
  std::optional<fs::path> events_folder;
  Plan plan;
};

RunState state_at(int64_t step) {
  RunState state;
  state.global_step = step;
  state.log_history = {{{"loss", 0.5}, {"step", step}}, {{"eval_loss", 0.5}, {"eval_accuracy", 1.0}, {"step", step}}};
  state.log_seconds = {1.5, 2.5};
  return state;
}

TEST_CASE("run.json of a new run shows that it is preparing, training and finished") {
  Case with;
  RunReporter reporter(with.request(), false);
  CHECK(with.run()["phase"] == "preparing");
  CHECK(with.run()["model"] == "some/model");
  CHECK(with.run()["options"]["learning_rate"] == 5e-5);
  reporter.begin(with.facts(), with.plan);
  CHECK(with.run()["num_parameters"] == 7);
  CHECK(with.run()["total_steps"] == 30);
  reporter.started({}, {});
  CHECK(with.has("metrics.jsonl"));
  const RunState state = state_at(15);
  reporter.advanced(state);
  reporter.logged(state);
  const metric::Report report{.loss = 2.3, .values = {{"accuracy", 0.0}}};
  reporter.evaluated(report, state, {1.0, 15, 0});
  CHECK(with.has("evaluations/15.json"));
  reporter.ended(RunEnd::kFinished);
  CHECK(with.run()["state"] == "finished");
  CHECK(with.run()["step"] == 15);
  CHECK(with.run()["epoch"] == 1.5);
  CHECK(with.run()["best"]["metric"] == "eval_accuracy");
  CHECK(contains(read_file(with.folder.path() / "metrics.jsonl"), "\"time\":2.5"));
  CHECK_FALSE(with.has("runs"));
}

TEST_CASE("an earlier run's files stay unchanged until the new run starts") {
  Case with;
  with.folder.write("run.json", "{\"state\": \"finished\"}");
  with.folder.write("metrics.jsonl", "{}\n");
  {
    RunReporter reporter(with.request(), true);
    reporter.failed(Error(ErrorKind::kInput, "train.csv: no such file"));
  }
  CHECK(with.run()["state"] == "finished");
  CHECK(read_file(with.folder.path() / "metrics.jsonl") == "{}\n");
  RunReporter reporter(with.request(), true);
  reporter.begin(with.facts(), with.plan);
  CHECK(with.run()["state"] == "running");
}

TEST_CASE("a resumed run's files are truncated to its checkpoint") {
  Case with;
  with.folder.write("metrics.jsonl", "{\"step\":15}\n{\"step\":30}\n");
  with.folder.write("evaluations/15.json", "{}");
  with.folder.write("evaluations/30.json", "{}");
  RunReporter reporter(with.request(), true);
  reporter.begin(with.facts(), with.plan);
  reporter.started(state_at(15), {1.0, 15, 0});
  CHECK_FALSE(contains(read_file(with.folder.path() / "metrics.jsonl"), "30"));
  CHECK(with.has("evaluations/15.json"));
  CHECK_FALSE(with.has("evaluations/30.json"));
}

TEST_CASE("run.json has the final state of a run") {
  const std::pair<RunEnd, const char*> ends[] = {{RunEnd::kFinished, "finished"},
                                                 {RunEnd::kStoppedEarly, "finished"},
                                                 {RunEnd::kStoppedAfterSteps, "stopped"},
                                                 {RunEnd::kStoppedOnRequest, "stopped"},
                                                 {RunEnd::kInterrupted, "interrupted"}};
  for (const auto& [end, state] : ends) {
    Case with;
    RunReporter reporter(with.request(), false);
    reporter.ended(end);
    CHECK(with.run()["state"] == state);
  }
  Case with;
  RunReporter reporter(with.request(), false);
  reporter.failed(std::runtime_error("CUDA error\nException raised from f at g.cpp:1\n#0 main"));
  CHECK(with.run()["state"] == "failed");
  CHECK(with.run()["error"] == "CUDA error");
  CHECK(with.run()["hint"].is_null());
  reporter.failed(Error(ErrorKind::kInput, "train.csv: no rows", "check the file"));
  CHECK(with.run()["error"] == "train.csv: no rows");
  CHECK(with.run()["hint"] == "check the file");
}

TEST_CASE("a run that cannot start writes no run.json, and keeps that of an earlier run") {
  Case with;
  RunReporter(with.request(), false).withdraw();
  CHECK(fs::is_empty(with.folder.path()));
  with.folder.write("run.json", "{}");
  RunReporter(with.request(), true).withdraw();
  CHECK(with.has("run.json"));
}

TEST_CASE("wants_stop() writes nothing, and steps and batches write the heartbeat") {
  Case with;
  RunReporter reporter(with.request(), false);
  reporter.begin(with.facts(), with.plan);
  const auto is_written_by = [&](const std::function<void()>& act) {
    fs::remove(with.folder.path() / "run.json");
    std::this_thread::sleep_for(std::chrono::milliseconds(2050));
    act();
    return with.has("run.json");
  };
  CHECK_FALSE(is_written_by([&] { CHECK_FALSE(reporter.wants_stop()); }));
  CHECK(is_written_by([&] { reporter.beat(); }));
  CHECK(is_written_by([&] { reporter.advanced(state_at(1)); }));
}

TEST_CASE("the stop file is noticed, and removed when the run has ended") {
  Case with;
  with.folder.write("stop", "");
  RunReporter reporter(with.request(), false);
  CHECK_FALSE(with.has("stop"));
  CHECK_FALSE(reporter.wants_stop());
  with.folder.write("stop", "");
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  CHECK(reporter.wants_stop());
  reporter.ended(RunEnd::kStoppedOnRequest);
  CHECK_FALSE(with.has("stop"));
}

TEST_CASE("TensorBoard's events are written into the requested folder") {
  Case with;
  with.events_folder = with.folder.path() / "logs";
  RunReporter reporter(with.request(), false);
  reporter.begin(with.facts(), with.plan);
  reporter.started({}, {});
  reporter.logged(state_at(15));
  std::string bytes;
  for (const auto& entry : fs::directory_iterator(with.folder.path() / "logs")) bytes += read_file(entry.path());
  CHECK(contains(bytes, "model_config/text_summary"));
  CHECK(contains(bytes, "eval/accuracy"));
}

TEST_CASE("each file that cannot be written is reported once, and the run continues") {
  Case with;
  with.events_folder = with.folder.write("file", "") / "logs";
  fs::create_directories(with.folder.path() / "metrics.jsonl" / "x");
  with.folder.write("evaluations", "");
  const std::string said = captured_log([&] {
    RunReporter reporter(with.request(), false);
    reporter.begin(with.facts(), with.plan);
    reporter.started({}, {});
    for (int i = 0; i < 3; ++i) {
      reporter.logged(state_at(15));
      reporter.evaluated(metric::Report(), state_at(15), {});
    }
    reporter.ended(RunEnd::kFinished);
  });
  for (const std::string name : {"metrics.jsonl", "evaluations", "logs"}) {
    CAPTURE(name);
    CHECK(contains(said, name));
    CHECK(said.find(name) == said.rfind(name));
  }
  CHECK(with.run()["state"] == "finished");
}

}  // namespace run_reporter_test
