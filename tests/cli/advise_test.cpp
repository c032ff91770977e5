#include "cli/advise.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <set>
#include <sstream>

#include "advise/diagnosis.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "options/parse.h"
#include "temporary_folder.h"
#include "train/options.h"
#include "watch/made_run.h"
#include "watch/run_history.h"

namespace advise_test {

using namespace hone;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::vector<advise::Diagnosis> diagnoses_of(const MadeRun& run) {
  const TemporaryFolder folder;
  watch::RunMetrics metrics;
  return advise::diagnose(watch::read_history(run.write(folder), metrics).value());
}

TEST_CASE("hone train accepts the options of every remedy, and every remedy is reached by a made run") {
  std::set<const advise::RemedyRow*> reached;
  std::vector<MadeRun> runs;
  for (const KnownRun& known : known_runs()) {
    runs.push_back(known.run);
    for (const Json& change : {Json{{"max_steps", 300}, {"num_train_epochs", 3.0}},
                               Json{{"weight_decay", 0.05}, {"freeze", {"all-but-head"}}, {"max_grad_norm", 0.0}}}) {
      MadeRun changed = known.run;
      changed.options.update(change);
      changed.facts["precision"] = "bf16";
      runs.push_back(std::move(changed));
    }
  }
  runs.push_back({.evaluations = {}, .options = {{"validation_file", {"v.csv"}}, {"validation_split", 0.0}}});
  runs.push_back({.log_every = 1000, .evaluations = {}});
  for (const MadeRun& run : runs) {
    for (const advise::Diagnosis& diagnosis : diagnoses_of(run)) {
      for (const advise::Remedy& remedy : diagnosis.remedies()) {
        CAPTURE(remedy.flags);
        reached.insert(remedy.row);
        std::vector<std::string> arguments = {"--model", tiny_model()};
        for (std::string& word : words_of(remedy.flags)) arguments.push_back(std::move(word));
        CHECK_NOTHROW(options::parse<train::TrainOptions>("hone train", arguments));
      }
    }
  }
  for (const advise::RemedyRow& row : advise::remedy_rows()) {
    CAPTURE(std::string(row.diagnosis) + ": " + std::string(row.flags) + " " + std::string(row.reason.en));
    CHECK(reached.contains(&row));
  }
}

TEST_CASE("the options that a run's own text suggests train it: they can be pasted") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const auto known = known_runs();
  const auto over =
      std::ranges::find_if(known, [](const KnownRun& run) { return run.name == "over-fitting, three epochs"; });
  for (const advise::Remedy& remedy : diagnoses_of(over->run).at(0).remedies()) {
    if (remedy.flags.empty()) continue;
    CAPTURE(remedy.flags);
    std::vector<std::string> more = {"--dataset",          rows,  "--max-steps",           "1",
                                     "--validation-split", "0.2", "--overwrite-output-dir"};
    for (std::string& word : words_of(remedy.flags)) more.push_back(std::move(word));
    const ProcessResult result = run_hone(train_arguments(tiny_model(), folder.path() / "out", more));
    INFO(result.error);
    CHECK(result.exit_code == 0);
  }
}

TEST_CASE("hone advise says what is wrong with a run, in the language of the option or the environment") {
  const TemporaryFolder folder;
  const std::string path = MadeRun{.matrix = {{890, 10}, {95, 5}}}.write(folder).string();
  const ProcessResult en = run_hone({"advise", path, "--language", "en"});
  CHECK(en.exit_code == 0);
  CHECK(contains(en.output, "problem: a label is ignored: label 1\n"));
  CHECK(contains(en.output, "    --class-weights balanced\n"));
  CHECK(contains(run_hone({"advise", path, "--language=zh"}).output,
                 "\u6709\u6807\u7b7e\u88ab\u5ffd\u7565\uff1alabel 1\n"));
  const Json json = Json::parse(run_hone({"advise", path, "--json"}).output);
  CHECK(json["diagnoses"].at(0)["id"] == "ignored_class");
  const std::string healthy = MadeRun{}.write(folder, "healthy").string();
  CHECK(run_hone({"advise", healthy, "--language", "en"}).output ==
        "nothing stands out\nlooked at 30 losses of the training and 3 evaluations\n");
}

TEST_CASE("hone advise refuses a folder without a run, a damaged run and a run of a newer hone") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& path, int exit_code, const std::string& message, const std::string& hint) {
    const ProcessResult result = run_hone({"advise", path});
    INFO(result.error);
    CHECK(result.exit_code == exit_code);
    CHECK(result.output.empty());
    CHECK(contains(result.error, message));
    CHECK(contains(result.error, "hint: " + hint));
  };
  const std::string empty = folder.path().string();
  check("/no/such/folder", 2, "there is no folder /no/such/folder", "give the output_dir of a training");
  check(empty, 1, empty + " holds no run: it has no run.json and no trainer_state.json", "give the output_dir");
  folder.write("damaged/run.json", "{\"state\":");
  check(empty + "/damaged", 1, "cannot be read: run.json is damaged", "hone train writes it anew");
  MadeRun{.facts = {{"format", 2}}}.write(folder, "newer");
  check(empty + "/newer", 1, "run.json has format 2, and this hone reads formats up to 1", "use the version of hone");
  CHECK(contains(run_hone({"advise"}).error, "hone advise needs RUN"));
}

}  // namespace advise_test
