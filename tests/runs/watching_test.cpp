// What `hone watch` shows of a run that trains, was stopped, was killed, failed or has finished. Both are the built
// program; only the run's folder connects them.
#include <doctest/doctest.h>

#include <cmath>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "runs/watch_server.h"

namespace watching_test {

using namespace hone;

namespace fs = std::filesystem;

// Thousands of short steps with some evaluations; `more` may end the run earlier.
std::vector<std::string> arguments(const TemporaryFolder& folder, const std::vector<std::string>& more = {}) {
  const fs::path rows = folder.path() / "rows.csv";
  if (!fs::exists(rows)) folder.write("rows.csv", reviews(300));
  std::vector<std::string> all = {
      "--dataset",          rows.string(),       "--validation-split=0.1", "--max-steps=20000",
      "--save-steps=10000", "--logging-steps=5", "--eval-strategy=steps",  "--eval-steps=20",
      "--max-seq-length=40"};
  all.insert(all.end(), more.begin(), more.end());
  return train_arguments(tiny_model(), folder.path() / "runs" / "out", all);
}

Json run_json(const TemporaryFolder& folder) { return read_json(folder.path() / "runs" / "out" / "run.json"); }

bool has_step(const Process& process, int step) {
  return contains(process.output_so_far(), "step " + std::to_string(step) + "/");
}

// Returns all entries from the route, which may return them in several parts.
std::vector<Json> metrics(const WatchServer& server, const std::string& name) {
  std::vector<Json> entries;
  const std::string path = server.path_of(name) + "/metrics";
  Json part = server.get(path);
  for (;;) {
    entries.insert(entries.end(), part["entries"].begin(), part["entries"].end());
    if (part["more"] == false) return entries;
    part = server.get(path + "?from=" + part["next"].dump() + "&generation=" + part["generation"].get<std::string>());
  }
}

// Returns all responses for a finished run, which must be the same after a restart of the server.
std::string all_answers(const WatchServer& server) {
  std::string text = server.get("/api/runs").dump() + server.run("out").dump();
  text += server.get(server.path_of("out") + "/metrics").dump();
  const Json steps = server.get(server.path_of("out") + "/evaluations")["steps"];
  for (const Json& step : steps) text += server.get(server.path_of("out") + "/evaluations/" + step.dump()).dump();
  return text;
}

TEST_CASE("a run's folder describes it: run.json, metrics.jsonl, evaluations") {
  const TemporaryFolder folder;
  const ProcessResult result = run_hone(arguments(folder, {"--max-steps=40", "--metric-for-best-model=accuracy"}));
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const fs::path out = folder.path() / "runs" / "out";
  const Json run = run_json(folder);
  for (const char* key : {"format",
                          "hone_version",
                          "command",
                          "working_dir",
                          "pid",
                          "host",
                          "boot_id",
                          "started_at",
                          "updated_at",
                          "state",
                          "error",
                          "hint",
                          "phase",
                          "step",
                          "total_steps",
                          "epoch",
                          "num_train_epochs",
                          "tokens_per_second",
                          "seconds_left",
                          "memory_bytes",
                          "peak_memory_bytes",
                          "model",
                          "num_parameters",
                          "task",
                          "labels",
                          "device",
                          "precision",
                          "num_train_rows",
                          "num_eval_rows",
                          "best",
                          "options"}) {
    CAPTURE(key);
    CHECK(run.contains(key));
  }
  CHECK(run["state"] == "finished");
  CHECK(run["step"] == 40);
  CHECK(run["total_steps"] == 40);
  CHECK(run["command"][1] == "train");
  CHECK(run["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));
  CHECK(run["num_train_rows"] == 270);
  CHECK(run["num_eval_rows"] == 30);
  CHECK(run["best"]["metric"] == "eval_accuracy");
  CHECK(run["options"]["max_steps"] == 40);
  const Json state = read_json(out / "trainer_state.json");
  std::vector<Json> lines = json_lines(read_file(out / "metrics.jsonl"));
  REQUIRE(lines.size() == state["log_history"].size());
  double before = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i]["time"].get<double>() >= before);
    before = lines[i]["time"];
    lines[i].erase("time");
    CHECK(lines[i] == state["log_history"][i]);
  }
  const Json evaluation = read_json(out / "evaluations" / "40.json");
  const Json* logged = nullptr;
  for (const Json& line : lines) logged = line.contains("eval_loss") ? &line : logged;
  REQUIRE(logged != nullptr);
  CHECK(evaluation["metrics"]["accuracy"] == (*logged)["eval_accuracy"]);
  Json panels = Json::object();
  for (const Json& panel : evaluation["panels"]) panels[panel["name"].get<std::string>()] = panel["data"];
  CHECK(panels["confusion_matrix"]["counts"].size() == 3);
  CHECK(panels["per_label"]["rows"].size() == 3);
  const auto right = static_cast<size_t>(std::lround(evaluation["metrics"]["accuracy"].get<double>() * 30));
  CHECK(panels["worst"].size() == std::min<size_t>(20, 30 - right));
  for (const Json& worst : panels["worst"]) {
    CHECK(worst["label"] != worst["predicted"]);
    CHECK(worst["text"].get<std::string>().starts_with("the movie was "));
    CHECK(contains(worst["location"].get<std::string>(), "rows.csv:"));
  }
}

TEST_CASE("a run is watched while it trains, and a stop from the page saves and ends it normally") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "runs");
  WatchServer server(folder.path() / "runs");
  CHECK(server.get("/api/runs")["runs"].empty());
  Process training(HONE_PROGRAM, arguments(folder));
  REQUIRE(training.wait_until([&] { return has_step(training, 40); }));
  Json run = server.get("/api/runs")["runs"][0];
  CHECK(run["name"] == "out");
  CHECK(run["state"] == "running");
  CHECK(run["pid"] == training.pid());
  CHECK(run["resume_command"].is_null());
  CHECK(metrics(server, "out").size() >= 8);
  CHECK(server.get(server.path_of("out") + "/evaluations")["steps"][0] == 20);
  // A page of another site may not stop the run.
  CHECK(server.request("POST", server.path_of("out") + "/stop", "Origin: http://evil.example\r\n").status == 403);
  CHECK(server.run("out")["stopping"] == false);
  CHECK(server.request("POST", server.path_of("out") + "/stop").status == 202);
  const ProcessResult result = training.wait(60);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.error, "stopped at step "));
  run = server.run("out");
  CHECK(run["state"] == "stopped");
  CHECK(run["stopping"] == false);
  const std::string step = run["step"].dump();
  CHECK(fs::exists(folder.path() / "runs" / "out" / ("checkpoint-" + step) / "manifest.json"));
  CHECK(server.request("POST", server.path_of("out") + "/stop").status == 409);
  const std::string before = all_answers(server);
  CHECK(server.stop().exit_code == 0);
  const WatchServer again(folder.path() / "runs");
  CHECK(all_answers(again) == before);
}

TEST_CASE("a killed run is shown as interrupted, and the displayed command resumes it") {
  const TemporaryFolder folder;
  const std::vector<std::string> given =
      arguments(folder, {"--max-steps=300", "--save-steps=20", "--overwrite-output-dir"});
  {
    Process training(HONE_PROGRAM, given);
    REQUIRE(training.wait_until([&] { return has_step(training, 60); }));
    training.send(SIGKILL);
    training.wait();
  }
  const WatchServer server(folder.path() / "runs" / "out");
  Json run = server.run("out");
  CHECK(read_json(folder.path() / "runs" / "out" / "run.json")["state"] == "running");
  CHECK(run["state"] == "interrupted");
  const std::string command = run["resume_command"];
  CHECK(contains(command, "cd "));
  CHECK_FALSE(contains(command, "overwrite"));
  CHECK(command.ends_with(" --resume-from-checkpoint true"));
  const Json before = server.get(server.path_of("out") + "/metrics");
  const ProcessResult resumed = run_shell(command);
  CHECK_MESSAGE(resumed.exit_code == 0, resumed.error);
  CHECK(contains(resumed.error, "resumed "));
  run = server.run("out");
  CHECK(run["state"] == "finished");
  CHECK(run["step"] == 300);
  const Json after = server.get(server.path_of("out") + "/metrics?from=" + before["next"].dump() +
                                "&generation=" + before["generation"].get<std::string>());
  CHECK(after["restarted"] == true);
  int64_t last = 0;
  for (const Json& entry : after["entries"]) {
    CHECK(entry["step"].get<int64_t>() >= last);
    last = entry["step"];
  }
  CHECK(after["entries"].size() == 60 + 15 + 1);
}

TEST_CASE("a failed run shows its error, and the same command can start it again") {
  const TemporaryFolder folder;
  std::vector<std::string> given = arguments(folder, {"--max-steps=5", "--eval-strategy=no"});
  folder.write("rows.csv", "text,label\n");
  CHECK(run_hone(given).exit_code == 1);
  const WatchServer server(folder.path() / "runs" / "out");
  Json run = server.run("out");
  CHECK(run["state"] == "failed");
  CHECK_FALSE(run["error"].get<std::string>().empty());
  folder.write("rows.csv", reviews(300));
  const ProcessResult again = run_hone(given);
  CHECK_MESSAGE(again.exit_code == 0, again.error);
  run = server.run("out");
  CHECK(run["state"] == "finished");
  CHECK(run["error"].is_null());
}

TEST_CASE("a run that replaces another removes all its files, and a refused run changes none") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "runs" / "out";
  REQUIRE(run_hone(arguments(folder, {"--max-steps=40", "--report-to=tensorboard"})).exit_code == 0);
  CHECK(fs::exists(out / "runs"));
  const std::string before = read_file(out / "run.json");
  std::vector<std::string> wrong = arguments(folder, {"--overwrite-output-dir", "--label-column=nothing"});
  CHECK(run_hone(wrong).exit_code != 0);
  CHECK(read_file(out / "run.json") == before);
  CHECK(fs::exists(out / "model.safetensors"));
  REQUIRE(run_hone(arguments(folder, {"--max-steps=10", "--overwrite-output-dir"})).exit_code == 0);
  CHECK(run_json(folder)["step"] == 10);
  CHECK_FALSE(fs::exists(out / "runs"));
  CHECK_FALSE(fs::exists(out / "evaluations" / "40.json"));
  CHECK(json_lines(read_file(out / "metrics.jsonl")).size() == 2 + 1 + 1);
}

TEST_CASE("a run that Ctrl-C ended is shown as interrupted") {
  const TemporaryFolder folder;
  Process training(HONE_PROGRAM, arguments(folder));
  REQUIRE(training.wait_until([&] { return has_step(training, 10); }));
  training.send(SIGINT);
  CHECK(training.wait().exit_code == 130);
  CHECK(run_json(folder)["state"] == "interrupted");
}

}  // namespace watching_test
