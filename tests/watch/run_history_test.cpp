#include "watch/run_history.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "advise/diagnosis.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "watch/made_run.h"

namespace run_history_test {

using namespace hone;
using namespace hone::watch;

advise::History history_of(const std::filesystem::path& folder) {
  RunMetrics metrics;
  auto history = read_history(folder, metrics);
  REQUIRE(history);
  return std::move(*history);
}

std::vector<std::string> ids_of(const advise::History& history) {
  std::vector<std::string> ids;
  for (const advise::Diagnosis& diagnosis : advise::diagnose(history)) ids.emplace_back(diagnosis.kind->id);
  return ids;
}

TEST_CASE("each made run gets the diagnoses of its known fault, and a healthy run gets none") {
  for (const KnownRun& known : known_runs()) {
    CAPTURE(known.name);
    const TemporaryFolder folder;
    CHECK(ids_of(history_of(known.run.write(folder))) == known.diagnoses);
  }
}

TEST_CASE("a history has the curves, the rows of each label and the options") {
  const TemporaryFolder folder;
  const advise::History history = history_of(MadeRun{.matrix = {{5, 1}, {2, 7}}}.write(folder));
  CHECK(history.is_finished);
  CHECK(history.losses.size() == 30);
  CHECK(history.gradient_norms.size() == 30);
  REQUIRE(history.evaluations.size() == 3);
  CHECK(history.evaluations[1].step == 200);
  CHECK(history.evaluations[1].epoch == 2.0);
  CHECK(history.evaluations[1].loss == 0.30);
  CHECK(history.evaluations[1].accuracy == 0.89);
  REQUIRE(history.classes.size() == 2);
  CHECK(history.classes[1].label == "label 1");
  CHECK(history.classes[1].rows == 9);
  CHECK(history.classes[1].correct == 7);
  CHECK(history.classes[1].predicted == 8);
  CHECK(history.classes_step == 300);
  CHECK(history.options["learning_rate"] == 5e-5);
  CHECK_FALSE(history.is_cut);
}

TEST_CASE("the labels of a sparse matrix, of an older file and of a table are read too") {
  const TemporaryFolder folder;
  const auto path = MadeRun{}.write(folder);
  const auto classes_with = [&](const std::string& evaluation) {
    folder.write("run/evaluations/300.json", evaluation);
    return history_of(path).classes;
  };
  const auto sparse = classes_with(
      R"({"panels":[{"name":"confusion_matrix","data":{"labels":["a","b"],"counts":{"cells":[[0,0,3],[1,0,2]]}}}]})");
  REQUIRE(sparse.size() == 2);
  CHECK(sparse[0].predicted == 5);
  CHECK(sparse[1].rows == 2);
  CHECK(sparse[1].correct == 0);
  const auto old = classes_with(R"({"labels":["a","b"],"confusion_matrix":[[2,1],[0,4]]})");
  REQUIRE(old.size() == 2);
  CHECK(old[0].rows == 3);
  const auto table =
      classes_with(R"({"panels":[{"name":"per_label","data":{"rows":{"x":{"recall":0.25,"support":8}}}}]})");
  REQUIRE(table.size() == 1);
  CHECK(table[0].correct == 2);
  CHECK_FALSE(table[0].predicted);
}

TEST_CASE("damaged files count as missing") {
  const TemporaryFolder folder;
  const auto path = MadeRun{}.write(folder);
  for (const char* evaluation :
       {"", "{", "[]", "3", R"({"panels":5})", R"({"panels":[3,{"name":"confusion_matrix"}]})",
        R"({"panels":[{"name":"confusion_matrix","data":{"labels":["a"],"counts":[[1,2]]}}]})",
        R"({"panels":[{"name":"confusion_matrix","data":{"labels":["a"],"counts":[["x"]]}}]})",
        R"({"panels":[{"name":"confusion_matrix","data":{"labels":["a"],"counts":[[-1]]}}]})",
        R"({"panels":[{"name":"confusion_matrix","data":{"labels":["a"],"counts":{"cells":[[0,9,1]]}}}]})",
        R"({"panels":[{"name":"per_label","data":{"rows":{"x":{"recall":7,"support":8},"y":2}}}]})"}) {
    CAPTURE(evaluation);
    folder.write("run/evaluations/300.json", evaluation);
    CHECK(history_of(path).classes.empty());
  }
  folder.write("run/metrics.jsonl",
               "{\n\x01\n[]\n{\"step\":\"x\",\"loss\":1}\n{\"step\":-1,\"loss\":1}\n{\"step\":5,\"loss\":\"y\"}\n");
  CHECK(history_of(path).losses.empty());
  folder.write("run/run.json", R"({"options":7,"step":"x","state":3,"num_eval_rows":-4})");
  CHECK(history_of(path).options.empty());
  CHECK_NOTHROW(advise::diagnose(history_of(path)));
  folder.write("run/run.json",
               R"({"state":"finished","options":{"learning_rate":"x","max_steps":[],"freeze":3,"seed":{}}})");
  CHECK_NOTHROW(advise::diagnose(history_of(path)));
  folder.write("run/run.json", "{");
  RunMetrics metrics;
  CHECK_FALSE(read_history(path, metrics));
  CHECK_FALSE(read_history(folder.path() / "nothing", metrics));
}

TEST_CASE("a loss that is null is not finite, and the last entry of a step counts") {
  const TemporaryFolder folder;
  const auto path = MadeRun{}.write(folder);
  folder.write("run/metrics.jsonl", "{\"step\":2,\"loss\":null}\n{\"step\":1,\"loss\":5}\n{\"step\":1,\"loss\":4}\n");
  const advise::History history = history_of(path);
  REQUIRE(history.losses.size() == 2);
  CHECK(history.losses[0].value == 4);
  CHECK(std::isnan(history.losses[1].value));
}

TEST_CASE("the state of Hugging Face's Trainer is a history too") {
  const TemporaryFolder folder;
  folder.write(
      "run/trainer_state.json",
      R"({"global_step":20,"max_steps":20,"log_history":[{"step":10,"loss":0.5},{"step":20,"eval_loss":NaN}]})");
  const advise::History history = history_of(folder.path() / "run");
  CHECK(history.is_finished);
  CHECK(history.losses.size() == 1);
  CHECK(history.evaluations.size() == 1);
}

TEST_CASE("a run of a newer hone is refused with its format") {
  const TemporaryFolder folder;
  const auto path = MadeRun{.facts = {{"format", 2}}}.write(folder);
  RunMetrics metrics;
  const Error error = expect_error([&] { read_history(path, metrics); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()) ==
        (path / "run.json").string() + " has format 2, and this hone reads formats up to 1");
  CHECK(contains(error.hint(), "a newer one"));
}

TEST_CASE("a log that is too long is read up to a limit") {
  const TemporaryFolder folder;
  const auto path = MadeRun{}.write(folder);
  std::string log;
  const std::string blank(1000, ' ');
  for (int step = 1; log.size() < 4 << 20; ++step) {
    log += "{\"step\":" + std::to_string(step) + ",\"loss\":0.5" + blank + "}\n";
  }
  folder.write("run/metrics.jsonl", log);
  CHECK_FALSE(history_of(path).is_cut);
  RunMetrics metrics;
  const auto history = read_history(path, metrics, 2);
  REQUIRE(history);
  CHECK(history->is_cut);
  CHECK(history->losses.size() > 1500);
  CHECK(history->losses.size() < 2500);
}

TEST_CASE("only whole numbers are steps") {
  CHECK(step_number("12") == 12);
  for (const char* text : {"", "-1", "1.5", "x", "1x", "18446744073709551615"}) CHECK_FALSE(step_number(text));
}

}  // namespace run_history_test
