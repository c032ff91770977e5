#include "cli/advise.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <set>
#include <sstream>

#include "advise/criteria.h"
#include "advise/diagnosis.h"
#include "advise/made_before.h"
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

// Checks that hone train takes the flags of the diagnosis.
void check_remedies(const advise::Diagnosis& diagnosis, std::set<const advise::RemedyRow*>& reached) {
  for (const advise::Remedy& remedy : diagnosis.remedies()) {
    CAPTURE(remedy.flags);
    reached.insert(remedy.row);
    std::vector<std::string> arguments = {"--model", tiny_model()};
    for (std::string& word : words_of(remedy.flags)) arguments.push_back(std::move(word));
    CHECK_NOTHROW(options::parse<train::TrainOptions>("hone train", arguments));
  }
}

TEST_CASE("hone train accepts the options of every remedy, and a made run or made rows reach each of them") {
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
    for (const advise::Diagnosis& diagnosis : diagnoses_of(run)) check_remedies(diagnosis, reached);
  }
  for (const advise::Before& before : made_cases()) {
    const advise::BatchPlan batch = advise::fitting_batch(before.measured[0], 16, before.memory_bytes);
    for (const advise::Diagnosis& finding : advise::find_before(before, batch, advise::choose(before, batch))) {
      check_remedies(finding, reached);
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

// The arguments of advice before a training with a tiny model, on one thread, with hardly any measuring.
std::vector<std::string> before_arguments(const std::string& rows, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"advise", "--model",       tiny_model(),      "--dataset",
                                        rows,     "--language=en", "--num-threads=1", "--measure-seconds=0.2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_CASE("advice before a training: a recipe that the real reader takes and that trains unchanged") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("my rows.csv", reviews(240)).string();
  const std::string recipe = (folder.path() / "advised.yaml").string(), out = (folder.path() / "out").string();
  const ProcessResult result = run_hone(before_arguments(rows, {"--apply", recipe, "--output-dir", out}));
  INFO(result.error);
  REQUIRE(result.exit_code == 0);
  CHECK(contains(result.output, "text-classification: 216 rows to train on, 24 to evaluate, 0 to test"));
  CHECK(contains(result.output, "NEGATIVE (72), NEUTRAL (72), POSITIVE (72)"));
  CHECK(contains(result.output, "everything"));
  CHECK(contains(result.error, "hone train --config"));
  const auto read = options::read_options<train::TrainOptions>(recipe);
  CHECK(read.notes.empty());
  CHECK(read.options.model_name_or_path == tiny_model());
  CHECK(read.options.rows.dataset == rows);
  CHECK(read.options.output_dir == out);
  CHECK(read.options.task == "text-classification");
  CHECK(read.options.per_device_train_batch_size == 16);
  CHECK(read.options.learning_rate == 5e-5);
  CHECK(read.options.num_train_epochs == 10);
  CHECK(read.options.sample.validation_split == 0.1);
  CHECK(read.options.load_best_model_at_end);
  const ProcessResult trained = run_hone({"train", "--config", recipe, "--num-threads=1", "--max-steps=2"});
  INFO(trained.error);
  CHECK(trained.exit_code == 0);
  CHECK(std::filesystem::exists(std::filesystem::path(out) / "model.safetensors"));
  const std::string before = read_file(recipe);
  const ProcessResult again = run_hone(before_arguments(rows, {"--apply", recipe, "--measure-seconds=0"}));
  CHECK(again.exit_code == 2);
  CHECK(contains(again.error, "--apply " + recipe + " already exists"));
  CHECK(contains(again.error, "--overwrite replaces it"));
  CHECK_FALSE(contains(again.error, "--overwrite-output-dir"));
  CHECK(read_file(recipe) == before);
  CHECK(run_hone(before_arguments(rows, {"--apply", recipe, "--overwrite", "--measure-seconds=0"})).exit_code == 0);
}

TEST_CASE("each value of the recipe has a comment in English and in Chinese before it") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const std::string recipe = (folder.path() / "advised.yaml").string();
  REQUIRE(run_hone(before_arguments(rows, {"--apply", recipe, "--measure-seconds=0"})).exit_code == 0);
  std::vector<std::string> lines;
  std::istringstream stream(read_file(recipe));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  int values = 0;
  for (size_t i = 2; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i][0] == '#') continue;
    CAPTURE(lines[i]);
    CHECK(lines[i - 2].starts_with("# "));
    CHECK(std::ranges::all_of(lines[i - 2], [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    CHECK(lines[i - 1].starts_with("# "));
    CHECK(std::ranges::any_of(lines[i - 1], [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
    ++values;
  }
  CHECK(values > 14);
}

TEST_CASE("the JSON before a training has rows, checkpoints, values, measurements and the command") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const ProcessResult result = run_hone(
      before_arguments(rows, {"--json", "--models", tiny_model("tiny-distilbert") + "," + folder.path().string()}));
  INFO(result.error);
  REQUIRE(result.exit_code == 0);
  const Json json = Json::parse(result.output);
  CHECK(json["rows"]["training_rows"] == 54);
  REQUIRE(json["checkpoints"].size() == 3);
  CHECK(json["checkpoints"][0]["family"] == "bert");
  CHECK(json["checkpoints"][0]["max_length"] == 40);
  CHECK(json["checkpoints"][1]["family"] == "distilbert");
  CHECK(contains(json["checkpoints"][2]["error"].get<std::string>(), "config.json"));
  REQUIRE(json["measured"].size() == 3);
  CHECK(json["measured"][0]["part"] == "all");
  CHECK(json["measured"][0]["peak_bytes"].get<uint64_t>() > 10'000'000);
  CHECK(json["measured"][2]["keeps_body"] == true);
  CHECK(json["estimates"]["all"]["seconds"].get<double>() > 0);
  CHECK(json["command"].get<std::string>().starts_with("hone train"));
  bool warns = false;
  for (const Json& finding : json["findings"]) warns = warns || finding["id"] == "few_rows";
  CHECK(warns);
}

TEST_CASE("an English vocabulary on Chinese rows is a problem, in both languages") {
  const TemporaryFolder folder;
  std::string text = "text,label\n";
  for (int row = 0; row < 40; ++row) {
    text += row % 2 == 0 ? "\u623f\u95f4\u5f88\u5e72\u51c0,\u597d\n" : "\u670d\u52a1\u592a\u5dee\u4e86,\u5dee\n";
  }
  const std::string rows = folder.write("rows.csv", text).string();
  const std::vector<std::string> more = {"--measure-seconds=0"};
  const ProcessResult en = run_hone(before_arguments(rows, more));
  INFO(en.error);
  CHECK(en.exit_code == 0);
  CHECK(contains(en.output, "problem: the vocabulary does not fit the rows"));
  CHECK(contains(en.output, "bert-base-chinese"));
  CHECK(contains(run_hone(before_arguments(rows, {"--measure-seconds=0", "--language=zh"})).output,
                 "\u95ee\u9898: \u8bcd\u8868\u4e0e\u6570\u636e\u4e0d\u7b26"));
}

TEST_CASE("with less memory the advice divides the steps, or says that nothing fits") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  const ProcessResult result = run_hone(before_arguments(rows, {"--memory", "20MB"}));
  INFO(result.error);
  CHECK(result.exit_code == 0);
  CHECK(contains(result.output, "problem: the training does not fit into the memory"));
  CHECK(contains(result.output, "batches that would not fit were not run"));
}

TEST_CASE("a share that the user holds out stands once in the recipe, 0 too") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(60)).string();
  for (const char* share : {"0", "0.25"}) {
    CAPTURE(share);
    const std::string recipe = (folder.path() / (std::string(share) + ".yaml")).string();
    const ProcessResult result = run_hone(before_arguments(
        rows, {"--apply", recipe, "--validation-split", share, "--output-dir", (folder.path() / share).string()}));
    INFO(result.error);
    REQUIRE(result.exit_code == 0);
    CHECK(contains(result.output, std::string(share) == "0" ? "60 rows to train on, 0 to evaluate"
                                                            : "45 rows to train on, 15 to evaluate"));
    const auto read = options::read_options<train::TrainOptions>(recipe);
    CHECK(read.options.sample.validation_split == std::stod(share));
    CHECK(read.options.load_best_model_at_end == (std::string(share) != "0"));
    const ProcessResult trained = run_hone({"train", "--config", recipe, "--num-threads=1", "--max-steps=2"});
    INFO(trained.error);
    CHECK(trained.exit_code == 0);
  }
}

TEST_CASE("--apply overwrites none of the files with the rows, however they are spelled") {
  const TemporaryFolder folder;
  const std::string text = reviews(30);
  const std::string train = folder.write("data/train.csv", text).string();
  const std::string validation = folder.write("data/validation.csv", text).string();
  const std::string info = folder.write("data/dataset_info.json", "{}").string();
  const std::string data = (folder.path() / "data").string(), other = folder.write("other.csv", text).string();
  const std::string link = (folder.path() / "link.yaml").string();
  std::filesystem::create_symlink(train, link);
  const auto check = [&](const std::vector<std::string>& rows, const std::string& apply, const std::string& option) {
    std::vector<std::string> arguments = {"advise",      "--model", tiny_model(), "--measure-seconds=0",
                                          "--overwrite", "--apply", apply};
    arguments.insert(arguments.end(), rows.begin(), rows.end());
    const ProcessResult result = run_hone(arguments);
    CAPTURE(apply);
    INFO(result.error);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.error, "--apply " + apply + " and " + option));
    CHECK(contains(result.error, "are the same file"));
  };
  check({"--dataset", data}, train, "--dataset");
  check({"--dataset", data}, validation, "--dataset");
  check({"--dataset", data}, info, "--dataset");
  check({"--dataset", data}, data + "/../data/train.csv", "--dataset");
  check({"--dataset", data}, link, "--dataset");
  check({"--dataset", train}, data + "/./train.csv", "--dataset");
  check({"--train-file", train, "--validation-file", validation, "--test-file", other}, link, "--train-file");
  check({"--train-file", train, "--validation-file", validation, "--test-file", other}, validation,
        "--validation-file");
  check({"--train-file", train, "--validation-file", validation, "--test-file", other}, other, "--test-file");
  for (const std::string& file : {train, validation, other}) CHECK(read_file(file) == text);
  CHECK(read_file(info) == "{}");
}

TEST_CASE("every option tried wrong before a training gives its own error, without any output") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(30)).string();
  const auto check = [&](const std::vector<std::string>& arguments, int exit_code, const std::string& message,
                         const std::string& hint) {
    std::vector<std::string> all = {"advise"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProcessResult result = run_hone(all);
    INFO(result.error);
    CHECK(result.exit_code == exit_code);
    CHECK(result.output.empty());
    CHECK(contains(result.error, message));
    CHECK(contains(result.error, hint));
  };
  const std::string model = tiny_model();
  const std::string none = folder.write("none/x.txt", "").parent_path().string();
  check({"--model", model}, 2, "needs --dataset beside --model", "add --dataset");
  check({"--dataset", rows}, 2, "needs --model beside the rows", "add --model");
  check({"out", "--model", model, "--dataset", rows}, 2, "RUN (out) and --model are both given", "leave one of them");
  check({"out", "--apply", "x.yaml"}, 2, "RUN (out) and --apply are both given", "leave one of them");
  check({"--model", "/no/such", "--dataset", rows}, 1, "model folder /no/such does not exist", "give the folder");
  check({"--model", none, "--dataset", rows}, 1, "config.json", "");
  check({"--model", model, "--dataset", "/no/such.csv"}, 1, "/no/such.csv", "");
  check({"--model", model, "--dataset", folder.write("empty.csv", "").string()}, 1, "empty.csv", "");
  check({"--model", model, "--dataset", folder.write("texts.csv", "text,other\na,b\nc,d\n").string()}, 1, "label",
        "--label-column");
  check({"--model", model, "--dataset", rows, "--text-column", "body"}, 1, "\"body\"", "");
  check({"--model", model, "--dataset", rows, "--task", "ranking"}, 2, "ranking", "");
  check({"--model", model, "--dataset", rows, "--task", "regression"}, 1, "NEGATIVE", "");
  check({"--model", model, "--dataset", rows, "--memory", "much"}, 2, "memory \"much\" is not a size", "--memory 8GB");
  check({"--model", model, "--dataset", rows, "--measure-seconds", "-1"}, 2, "measure-seconds", "");
  check({"--model", model, "--dataset", rows, "--apply", rows}, 2, "are the same file", "another name");
  check({"--model", model, "--dataset", rows, "--apply", none}, 2, "is a folder", "name of a file");
  check({"--model", model, "--dataset", rows, "--apply", "/no/such/x.yaml"}, 2, "there is no folder /no/such", "make");
  check({"--model", model, "--dataset", rows, "--apply", "/dev/null"}, 2, "is not a file", "name of a file");
  check({"--model", model, "--dataset", rows, "--language", "fr"}, 2, "fr", "");
  check({none}, 1, "holds no run", "hone advise --model DIR --dataset FILE");
}

}  // namespace advise_test
