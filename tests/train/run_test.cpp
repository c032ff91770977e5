// `hone train` as a function, on a tiny model and rows in a file.
#include "train/run.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <functional>
#include <map>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "options/parse.h"
#include "temporary_folder.h"
#include "train/train_fixture.h"

namespace run_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

// Returns options for 20 rows: three steps per epoch, and evaluation and saving after each epoch.
TrainOptions run_options(const TemporaryFolder& folder) {
  TrainOptions options;
  options.model_name_or_path = fixture_models() / "tiny-bert";
  options.train_file = {folder.write("train.csv", three_label_rows(20, true)).string()};
  options.validation_file = {folder.write("validation.csv", three_label_rows(6, true)).string()};
  options.output_dir = folder.path() / "out";
  options.num_train_epochs = 2;
  options.learning_rate = 1e-3;
  options.logging_steps = 2;
  options.eval_strategy = options.save_strategy = "epoch";
  options.max_seq_length = 24;
  options.compute.num_threads = 2;
  return options;
}

// The same for 12 rows with numbers of about a hundred, which are standardized: two steps per epoch.
TrainOptions standardized_options(const TemporaryFolder& folder) {
  TrainOptions options = run_options(folder);
  std::string rows = "text,score\n";
  for (int row = 0; row < 12; ++row) rows += fmt::format("a movie {},{}\n", std::string(row % 5, 'x'), 100.5 + row % 5);
  options.train_file = options.validation_file = {folder.write("rated.csv", rows).string()};
  options.task = "regression";
  options.standardize = true;
  options.ignore_mismatched_sizes = true;
  return options;
}

Tensors weights_of(const TrainOptions& options) { return read_tensors(options.output_dir / "model.safetensors"); }

// Joins the lines of a fact.
std::string unwrapped(std::string log) {
  const std::string line_break = "\n          ";
  for (size_t at = log.find(line_break); at != std::string::npos; at = log.find(line_break)) {
    log.replace(at, line_break.size(), " ");
  }
  return log;
}

Error run_error(const TrainOptions& options) {
  return expect_error([&] { run_training(options); });
}

TEST_CASE("a run writes a complete model folder that contains the checkpoints") {
  const TemporaryFolder folder;
  const TrainOptions options = run_options(folder);
  CHECK(run_training(options) == RunEnd::kFinished);
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
                           "training_args.json", "trainer_state.json", "README.md"}) {
    INFO(std::string(file));
    CHECK(fs::is_regular_file(options.output_dir / file));
  }
  const Json config = read_json(options.output_dir / "config.json");
  CHECK(config["id2label"] == Json({{"0", "NEGATIVE"}, {"1", "NEUTRAL"}, {"2", "POSITIVE"}}));
  CHECK(config["problem_type"] == "single_label_classification");
  const Json state = read_json(options.output_dir / "trainer_state.json");
  CHECK(state["global_step"] == 6);
  CHECK(state["log_history"].size() == 3 + 2 + 1);
  for (const int64_t step : {3, 6}) {
    CHECK_FALSE(checkpoint_damage(checkpoint_path(options.output_dir, step)).has_value());
  }
  CHECK(same_bits(weights_of(options), read_tensors(options.output_dir / "checkpoint-6" / "model.safetensors")));
  CHECK(contains(read_file(options.output_dir / "README.md"), "On the validation rows:"));
  const auto saved = options::read_options<TrainOptions>(options.output_dir / "training_args.json").options;
  CHECK(saved.learning_rate == options.learning_rate);
  CHECK(saved.max_seq_length == 24);
  CHECK(saved.train_file == options.train_file);
}

TEST_CASE("test rows are looked at once, with the saved model; the card and a file have the result") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.test_file = {folder.write("test.csv", three_label_rows(12, true)).string()};
  options.load_best_model_at_end = true;
  options.output_dir = folder.path() / "tested";
  CHECK(run_training(options) == RunEnd::kFinished);
  const Json results = read_json(options.output_dir / "test_results.json");
  CHECK(results["test_samples"] == 12);
  for (const char* key : {"test_loss", "test_accuracy", "test_f1", "confidence"}) CHECK(results.contains(key));
  const std::string card = read_file(options.output_dir / "README.md");
  CHECK(contains(card, "## Test\n\nMeasured once, after the training, on 12 rows that decided nothing:"));
  CHECK(contains(card, fmt::format("| accuracy | {:.2f}% |", 100 * results["test_accuracy"].get<double>())));
  TrainOptions untested = options;
  untested.output_dir = folder.path() / "untested";
  untested.test_at_end = false;
  run_training(untested);
  CHECK(!fs::exists(untested.output_dir / "test_results.json"));
  CHECK(same_bits(weights_of(options), weights_of(untested)));
  CHECK(!contains(read_file(untested.output_dir / "README.md"), "## Test"));
  options.overwrite_output_dir = true;  // a result of an earlier run does not stay
  options.test_file.clear();
  run_training(options);
  CHECK(!fs::exists(options.output_dir / "test_results.json"));
}

TEST_CASE("a label that only test rows have is an error that names its place, and how to leave these rows alone") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.test_file = {folder.write("test.csv", three_label_rows(3, true) + "it is a film,NEUTRL\n").string()};
  Error error = run_error(options);
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "test.csv:5: label \"NEUTRL\" is not one of NEGATIVE, NEUTRAL, POSITIVE"));
  CHECK(error.hint() == "did you mean \"NEUTRAL\"? --test-at-end false leaves the test rows alone");
  options.task = "multi-label";
  options.ignore_mismatched_sizes = true;
  options.overwrite_output_dir = true;
  error = run_error(options);
  CHECK(contains(error.what(), "test.csv:5: label \"NEUTRL\" is not one of NEGATIVE, NEUTRAL, POSITIVE"));
  CHECK(contains(error.hint(), "--test-at-end false leaves the test rows alone"));
  options.test_at_end = false;
  CHECK(run_training(options) == RunEnd::kFinished);
}

TEST_CASE("a model that the test rows chose is said to be so") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.test_file = options.validation_file;
  options.validation_file.clear();
  options.load_best_model_at_end = true;
  const std::string log = captured_log([&] { run_training(options); });
  CHECK(contains(log, "the test rows chose this model, so it looks better on them than on new text"));
  CHECK(contains(read_file(options.output_dir / "README.md"), "The saved model was chosen by the test rows"));
}

TEST_CASE("a run that was stopped and resumed is bit-identical to an uninterrupted one") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  run_training(options);
  const Tensors expected = weights_of(options);
  options.output_dir = folder.path() / "again";
  options.stop_after_steps = 4;
  CHECK(run_training(options) == RunEnd::kStoppedAfterSteps);
  CHECK_FALSE(fs::exists(options.output_dir / "model.safetensors"));
  options.stop_after_steps = 0;
  CHECK(contains(run_error(options).what(), "already holds a run"));
  options.resume_from_checkpoint = "true";
  CHECK(run_training(options) == RunEnd::kFinished);
  CHECK(same_bits(weights_of(options), expected));
}

TEST_CASE("a run with frozen layers is resumed bit for bit, and its files say what was frozen") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.freeze = {"embeddings+1"};
  CHECK(contains(unwrapped(captured_log([&] { run_training(options); })),
                 "the output of layer 1 for 26 rows, computed once: "));
  const Tensors expected = weights_of(options);
  CHECK(contains(read_file(options.output_dir / "README.md"), "| frozen | embeddings, layer 1 of 2 |"));
  const Json run = read_json(options.output_dir / "run.json");
  CHECK(run["frozen"] == "embeddings, layer 1 of 2");
  CHECK(run["num_trained_parameters"].get<int64_t>() < run["num_parameters"].get<int64_t>());
  CHECK(run["options"]["freeze"] == Json({"embeddings+1"}));
  const fs::path kept = "frozen_train.cache";
  CHECK_FALSE(fs::exists(options.output_dir / kept));
  options.output_dir = folder.path() / "not kept";
  options.cache_budget = "0";
  run_training(options);
  CHECK(same_bits(weights_of(options), expected));
  options.output_dir = folder.path() / "again";
  options.cache_budget = "auto";
  options.stop_after_steps = 4;
  CHECK(run_training(options) == RunEnd::kStoppedAfterSteps);
  CHECK(fs::exists(options.output_dir / kept));
  options.stop_after_steps = 0;
  options.resume_from_checkpoint = "true";
  options.freeze = {};
  CHECK(contains(run_error(options).what(), "is of a run with --freeze embeddings+1; this run has no --freeze"));
  options.freeze = {"embeddings+1"};
  CHECK(contains(unwrapped(captured_log([&] { run_training(options); })), "26 rows from an earlier run"));
  CHECK(same_bits(weights_of(options), expected));
  CHECK_FALSE(fs::exists(options.output_dir / kept));
}

TEST_CASE("resuming without a checkpoint starts a new run, and so does overwriting") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.resume_from_checkpoint = "true";
  options.max_steps = 1;
  CHECK(run_training(options) == RunEnd::kFinished);
  const Tensors first = weights_of(options);
  options.resume_from_checkpoint = "";
  options.overwrite_output_dir = true;
  CHECK(run_training(options) == RunEnd::kFinished);
  CHECK(same_bits(weights_of(options), first));
}

TEST_CASE("the best model is saved as the final one") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.load_best_model_at_end = true;
  options.metric_for_best_model = "loss";
  options.greater_is_better = true;  // the "best" is then the worst, and rarely the last
  run_training(options);
  const Json state = read_json(options.output_dir / "trainer_state.json");
  const fs::path best = state["best_model_checkpoint"].get<std::string>();
  CHECK(same_bits(weights_of(options), read_tensors(best / "model.safetensors")));
}

TEST_CASE("rows that cannot be used for training end the run before step 1, with a message for each case") {
  const TemporaryFolder folder;
  const auto with_rows = [&](const std::string& text) {
    TrainOptions options = run_options(folder);
    folder.write("train.csv", text);
    const Error error = run_error(options);
    CHECK(list_checkpoints(options.output_dir).empty());
    CHECK_FALSE(fs::exists(options.output_dir / "model.safetensors"));
    return std::string(error.what());
  };
  CHECK(contains(with_rows(""), "train.csv"));
  CHECK(contains(with_rows("text,label\nit is fun,YES\nit is bad,NO\n"), "has shape [3], the model needs [2]"));
  CHECK(contains(with_rows("text,label\na,POSITIVE\nb,POSITIVE\n"), "POSITIVE"));
  CHECK(contains(with_rows("a,b\nx,1\ny,0\n"), "column"));
  TrainOptions options = run_options(folder);
  folder.write("validation.csv", "text,label\na movie,NEGATIVE\na movie,GREAT\n");
  const Error error = run_error(options);
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "validation.csv:3: label \"GREAT\" is not one of NEGATIVE, NEUTRAL, POSITIVE"));
}

TEST_CASE("a run with invalid options or missing files creates no folder") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& what, const std::function<void(TrainOptions&)>& set) {
    TrainOptions options = run_options(folder);
    options.output_dir = folder.path() / "new" / "out";
    set(options);
    INFO(what);
    CHECK(contains(run_error(options).what(), what));
    CHECK_FALSE(fs::exists(folder.path() / "new"));
  };
  refused("unknown optim \"adamx\"", [](TrainOptions& o) { o.optim = "adamx"; });
  refused("unknown lr_scheduler_type \"linaer\"", [](TrainOptions& o) { o.lr_scheduler_type = "linaer"; });
  refused("early_stopping_patience needs",
          [](TrainOptions& o) { o.early_stopping_patience = 2, o.eval_strategy = "no"; });
  refused("config_overrides \"x\" is not KEY=VALUE", [](TrainOptions& o) { o.config_overrides = {"x"}; });
  refused("freeze: \"embeddings+0\"", [](TrainOptions& o) { o.freeze = {"embeddings+0"}; });
  refused("freeze: \"bert.encoder.layers\" matches no parameter",
          [](TrainOptions& o) { o.freeze = {"bert.encoder.layers"}; });
  refused("cache_budget \"much\" is not a size", [](TrainOptions& o) { o.cache_budget = "much"; });
  refused("none", [&](TrainOptions& o) { o.model_name_or_path = folder.path() / "none"; });
  refused("none.csv", [&](TrainOptions& o) { o.train_file = {(folder.path() / "none.csv").string()}; });
  refused("there are no rows to evaluate on", [](TrainOptions& o) { o.validation_file = {}; });
  refused("is not a folder", [](TrainOptions& o) { o.resume_from_checkpoint = "nowhere"; });
}

TEST_CASE("contradictory options are refused before rows and model are read") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.model_name_or_path = folder.path() / "none";
  options.train_file = {"none.csv"};
  options.load_best_model_at_end = true;
  options.save_strategy = "steps";
  CHECK(contains(run_error(options).what(), "load_best_model_at_end needs a checkpoint of every evaluated model"));
}

TEST_CASE("a run with another model is not resumed, and its files do not change") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.stop_after_steps = 4;
  CHECK(run_training(options) == RunEnd::kStoppedAfterSteps);
  const auto files = [&] {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(options.output_dir)) {
      if (entry.is_regular_file()) found[entry.path().string()] = read_file(entry.path());
    }
    return found;
  };
  const auto before = files();
  options.stop_after_steps = 0;
  options.resume_from_checkpoint = "true";
  const fs::path own = options.model_name_or_path;
  options.model_name_or_path = fixture_models() / "tiny-distilbert";
  CHECK(contains(run_error(options).what(), "is of a run that started from"));
  CHECK(files() == before);
  // The checkpoint is beyond the run's last step.
  options.model_name_or_path = own;
  options.max_steps = 2;
  CHECK(contains(run_error(options).what(), "is at step 4, this run has 2 steps"));
  CHECK(files() == before);
  options.max_steps = -1;
  CHECK(run_training(options) == RunEnd::kFinished);
}

TEST_CASE("a training on standardized targets ends with a model that predicts the targets, also if it is resumed") {
  const TemporaryFolder folder;
  TrainOptions options = standardized_options(folder);
  run_training(options);
  const Json config = read_json(options.output_dir / "config.json");
  CHECK_FALSE(config.contains("output_scale"));
  const fs::path checkpoint = options.output_dir / "checkpoint-4";
  const Json scale = read_json(checkpoint / "config.json")["output_scale"];
  CHECK(scale["shift"][0] == doctest::Approx(102.25).epsilon(1e-6));
  // The checkpoint's weights are those of the training; loaded as a model, it equals the final one.
  const Tensors trained = read_tensors(checkpoint / "model.safetensors"), final_weights = weights_of(options);
  CHECK_FALSE(same_bits(trained, final_weights));
  Tensors loaded;
  const model::LoadedModel as_model = model::load_model({.model_dir = checkpoint});
  for (const model::NamedParameter& parameter : model::named_parameters(*as_model.model))
    loaded[parameter.name] = parameter.tensor.detach();
  CHECK(same_bits(loaded, final_weights));
  const Json log = read_json(options.output_dir / "trainer_state.json")["log_history"];
  for (const Json& entry : log) {
    if (entry.contains("eval_rmse")) CHECK(entry["eval_rmse"].get<double>() < 10);
  }
  options.output_dir = folder.path() / "again";
  options.stop_after_steps = 2;
  run_training(options);
  options.stop_after_steps = 0;
  options.resume_from_checkpoint = "true";
  run_training(options);
  CHECK(same_bits(weights_of(options), final_weights));
}

TEST_CASE("a resumed run must standardize its targets as before") {
  const TemporaryFolder folder;
  TrainOptions options = standardized_options(folder);
  options.stop_after_steps = 1;
  run_training(options);
  options.resume_from_checkpoint = "true";
  options.standardize = false;
  CHECK(contains(run_error(options).what(), "was trained on targets that are standardized in another way"));
}

TEST_CASE("a calibrated model is the trained one with outputs divided by the temperature, and the card says so") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.calibrate = "temperature";
  run_training(options);
  const Tensors trained = read_tensors(options.output_dir / "checkpoint-6" / "model.safetensors"),
                calibrated = weights_of(options);
  const at::Tensor ratio = trained.at("classifier.weight") / calibrated.at("classifier.weight");
  const double temperature = ratio[0][0].item<double>();
  CHECK(temperature != 1);
  CHECK((ratio - temperature).abs().max().item<double>() < 1e-5 * temperature);
  CHECK((trained.at("classifier.bias") / calibrated.at("classifier.bias") - temperature).abs().max().item<double>() <
        1e-4 * temperature);
  CHECK(contains(read_file(options.output_dir / "README.md"),
                 "Calibrated on the validation rows after the training: temperature "));
}

TEST_CASE("thresholds are chosen on the evaluation rows and saved; a task takes its own calibrations only") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  std::string rows;
  for (int row = 0; row < 12; ++row) {
    rows += row % 3 == 0 ? "{\"text\": \"a bad movie\", \"labels\": [\"a\"]}\n"
                         : "{\"text\": \"fun\", \"labels\": [\"b\", \"c\"]}\n";
  }
  options.train_file = options.validation_file = {folder.write("rows.jsonl", rows).string()};
  options.task = "multi-label";
  options.ignore_mismatched_sizes = true;
  options.id2label = "a,b,c";
  options.eval_strategy = "no";
  for (const char* name : {"threshold", "thresholds"}) {
    CAPTURE(name);
    options.calibrate = name;
    options.overwrite_output_dir = true;
    run_training(options);
    const Json thresholds = read_json(options.output_dir / "config.json")["thresholds"];
    REQUIRE(thresholds.size() == 3);
    for (const Json& threshold : thresholds) CHECK((threshold > 0 && threshold < 1));
    CHECK((name == std::string("thresholds") || (thresholds[0] == thresholds[1] && thresholds[1] == thresholds[2])));
  }
  options.calibrate = "temperature";
  const Error error = run_error(options);
  CHECK(std::string(error.what()) == "calibrate is temperature, which multi-label does not choose");
  CHECK(error.hint() == "give threshold or thresholds");
}

TEST_CASE("a model that already predicts the targets goes on from there if they are standardized") {
  const TemporaryFolder folder;
  TrainOptions options = standardized_options(folder);
  run_training(options);
  const Tensors before = weights_of(options);
  options.model_name_or_path = options.output_dir;
  options.output_dir = folder.path() / "more";
  options.learning_rate = 0;
  run_training(options);
  for (const auto& [name, value] : weights_of(options)) {
    CAPTURE(name);
    CHECK((value - before.at(name)).abs().max().item<double>() < 1e-4);
  }
}

TEST_CASE("without evaluation rows, the error names the option that needs them") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  options.validation_file = {};
  options.eval_strategy = "no";
  options.calibrate = "temperature";
  CHECK(contains(run_error(options).what(), "there are no rows to evaluate on, which --calibrate needs"));
}

TEST_CASE("a trained head keeps what it learned for each label, in whatever order the rows name them") {
  const TemporaryFolder folder;
  TrainOptions options = run_options(folder);
  const auto write = [&](const char* name, const char* first, const char* second) {
    std::string rows;
    for (int row = 0; row < 8; ++row) {
      rows += Json({{"text", "a bad movie"}, {"labels", {row % 2 == 0 ? first : second}}}).dump() + "\n";
    }
    return std::vector<std::string>{folder.write(name, rows).string()};
  };
  options.task = "multi-label";
  options.ignore_mismatched_sizes = true;
  options.id2label = "fun,angry,sad";
  options.train_file = options.validation_file = write("train.jsonl", "fun", "angry");
  run_training(options);
  const at::Tensor before = weights_of(options).at("classifier.weight");
  options.model_name_or_path = options.output_dir;
  options.output_dir = folder.path() / "more";
  options.id2label = "angry,fun,other";
  options.train_file = options.validation_file = write("more.jsonl", "angry", "fun");
  options.learning_rate = 0;
  const std::string log = captured_log([&] { run_training(options); });
  const at::Tensor after = weights_of(options).at("classifier.weight");
  CHECK(at::equal(after[0], before[1]));
  CHECK(at::equal(after[1], before[0]));
  CHECK(at::equal(after[2], before[2]));
  CHECK(contains(log, "was trained for fun, angry, sad; now its outputs learn angry, fun, other"));
}

}  // namespace run_test
