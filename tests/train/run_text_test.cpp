// Trainings on running text: whole runs whose losses equal those of transformers, and the corpora that they make.
#include "train/run_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/quiet_log.h"
#include "captured_log.h"
#include "corpus/make.h"
#include "expect_error.h"
#include "objectives_fixture.h"
#include "options/field_list.h"
#include "temporary_folder.h"
#include "train/run.h"
#include "train/train_fixture.h"

namespace run_text_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

TrainOptions text_options(const std::string& fixture, const TemporaryFolder& folder) {
  TrainOptions options;
  options.model_name_or_path = objectives() / fixture;
  options.task = fixture.starts_with("causal")   ? "causal-lm"
                 : fixture.starts_with("masked") ? "masked-lm"
                                                 : "denoising";
  options.train_file = {(objectives() / "text.txt").string()};
  options.output_dir = folder.path() / "out";
  options.text.documents = "paragraph";
  options.text.block_size = 48;
  options.max_steps = 6;
  options.per_device_train_batch_size = 2;
  options.logging_steps = 1;
  options.learning_rate = 1e-3;
  options.compute.num_threads = 2;
  options.compute.precision = "fp32";
  options.log_style = std::string(kLogNothing);
  return options;
}

std::vector<double> losses_of(const TrainOptions& options) {
  std::vector<double> losses;
  const Json state = read_json(options.output_dir / "trainer_state.json");
  for (const Json& entry : state["log_history"]) {
    if (entry.contains("loss")) losses.push_back(entry["loss"].get<double>());
  }
  return losses;
}

TEST_CASE("the losses of 20 steps equal those of transformers") {
  const QuietLog quiet;
  for (const auto& entry : fs::directory_iterator(objectives())) {
    if (!entry.is_directory()) continue;
    INFO(entry.path().filename().string());
    const TemporaryFolder folder;
    const Json expected = read_json(entry.path() / "losses.json");
    const Json& given = expected["options"];
    TrainOptions options = text_options(entry.path().filename().string(), folder);
    options.max_steps = given["max_steps"].get<int64_t>();
    options.weight_decay = given["weight_decay"].get<double>();
    options.seed = given["seed"].get<uint64_t>();
    options.text.shuffle = false;
    options.text.block = given.value("block", false);
    options.text.packing = given.value("packing", true);
    options.text.group_documents = given.value("group_documents", int64_t{1000});
    options.masking.masking = given.value("masking", "token");
    CHECK(run_training(options) == RunEnd::kFinished);
    const auto losses = losses_of(options), wanted = expected["losses"].get<std::vector<double>>();
    REQUIRE(losses.size() == wanted.size());
    for (size_t step = 0; step < losses.size(); ++step) {
      INFO(step);
      CHECK(std::abs(losses[step] - wanted[step]) < 1e-5);
    }
  }
}

TEST_CASE("a resumed training on text computes the same bits, and reads the corpus that was made") {
  const QuietLog quiet;
  const TemporaryFolder whole, parts;
  TrainOptions options = text_options("masked-token", whole);
  options.gradient_accumulation_steps = 2;
  CHECK(run_training(options) == RunEnd::kFinished);
  TrainOptions stopped = options;
  stopped.output_dir = parts.path() / "out";
  stopped.stop_after_steps = 3;
  CHECK(run_training(stopped) == RunEnd::kStoppedAfterSteps);
  stopped.stop_after_steps = 0;
  stopped.resume_from_checkpoint = "true";
  const auto made = fs::last_write_time(stopped.output_dir / "corpora/train/corpus.json");
  CHECK(run_training(stopped) == RunEnd::kFinished);
  CHECK(fs::last_write_time(stopped.output_dir / "corpora/train/corpus.json") == made);
  CHECK(read_file(options.output_dir / "model.safetensors") == read_file(stopped.output_dir / "model.safetensors"));
}

TEST_CASE("micro-batches change nothing but rounding") {
  const QuietLog quiet;
  const TemporaryFolder one, two;
  TrainOptions options = text_options("masked-token", one);
  options.per_device_train_batch_size = 4;
  CHECK(run_training(options) == RunEnd::kFinished);
  TrainOptions split = options;
  split.output_dir = two.path() / "out";
  split.per_device_train_batch_size = 1;
  split.gradient_accumulation_steps = 4;
  CHECK(run_training(split) == RunEnd::kFinished);
  const auto losses = losses_of(options), others = losses_of(split);
  REQUIRE(losses.size() == others.size());
  for (size_t i = 0; i < losses.size(); ++i) CHECK(std::abs(losses[i] - others[i]) < 1e-5);
}

TEST_CASE("blocks are held out, and their perplexity is reported") {
  const TemporaryFolder folder;
  TrainOptions options = text_options("causal-packed", folder);
  options.sample.validation_split = 0.1;
  options.eval_strategy = "steps";
  options.eval_steps = 6;
  const std::string log = captured_log([&] { CHECK(run_training(options) == RunEnd::kFinished); });
  const Json history = read_json(options.output_dir / "trainer_state.json")["log_history"];
  const auto found = std::ranges::find_if(history, [](const Json& entry) { return entry.contains("eval_loss"); });
  REQUIRE(found != history.end());
  CHECK((*found)["eval_perplexity"].get<double>() ==
        doctest::Approx(std::exp((*found)["eval_loss"].get<double>())).epsilon(1e-9));
  CHECK((*found)["eval_bits_per_byte"].get<double>() > 0);
  CHECK(log.find("72 for training, 9 held-out rows") != std::string::npos);
}

TEST_CASE("corpora are mixed by weight, and one of another tokenizer is refused") {
  const QuietLog quiet;
  const TemporaryFolder folder;
  TrainOptions options = text_options("causal-packed", folder);
  const auto make = [&](const char* name, const char* model) {
    corpus::MakeOptions wanted;
    wanted.documents.input.files = options.train_file;
    wanted.model_name_or_path = objectives() / model;
    wanted.output = folder.path() / name;
    corpus::make_corpus(wanted);
    return wanted.output.string();
  };
  const std::string a = make("a", "causal-packed"), b = make("b", "causal-packed"), c = make("c", "masked-token");
  const std::vector<std::string> files = std::exchange(options.train_file, {});
  options.text.mix = {a + "=3", b + "=1"};
  CHECK(run_training(options) == RunEnd::kFinished);
  CHECK_FALSE(fs::exists(options.output_dir / "corpora"));
  options.overwrite_output_dir = true;
  options.text.mix = {a + "=3", c + "=1"};
  const Error other = expect_error([&] { run_training(options); });
  CHECK(other.kind() == ErrorKind::kInput);
  CHECK(std::string(other.what()).find(c) != std::string::npos);
  options.train_file = files;
  CHECK(std::string(expect_error([&] { run_training(options); }).what()).find("--train-file and by --mix") !=
        std::string::npos);
}

TEST_CASE("errors of running text name what is wrong") {
  const QuietLog quiet;
  const TemporaryFolder folder;
  const TrainOptions options = text_options("causal-packed", folder);
  const auto error_of = [&](const auto& change) {
    TrainOptions changed = options;
    change(changed);
    return expect_error([&] { run_training(changed); });
  };
  const auto message_of = [&](const auto& change) { return std::string(error_of(change).what()); };
  CHECK(message_of([](TrainOptions& each) { each.train_file.clear(); }) == "no text was named");
  CHECK(message_of([](TrainOptions& each) { each.text.block_size = 65; }).find("at most 64 tokens") !=
        std::string::npos);
  CHECK(message_of([](TrainOptions& each) { each.eval_strategy = "epoch"; }).find("no text to evaluate on") !=
        std::string::npos);
  CHECK(message_of([&](TrainOptions& each) {
          each.train_file = {folder.write("blank.csv", "text\n\"\"\n").string()};
        }).find("there is no text") != std::string::npos);
  CHECK(message_of([&](TrainOptions& each) {
          each.train_file = {folder.write("one.txt", "a house").string()};
          each.sample.validation_split = 0.5;
        }).find("one block") != std::string::npos);
  CHECK(message_of([](TrainOptions& each) { each.task = "masked-lm"; }).size() > 0);
}

TEST_CASE("a corpus with a damaged shard stops the run before its first step") {
  const QuietLog quiet;
  const TemporaryFolder folder;
  TrainOptions options = text_options("causal-packed", folder);
  corpus::MakeOptions make;
  make.documents.input.files = options.train_file;
  make.model_name_or_path = options.model_name_or_path;
  make.output = folder.path() / "made";
  corpus::make_corpus(make);
  fs::resize_file(corpus::ids_path(make.output, 0), fs::file_size(corpus::ids_path(make.output, 0)) - 2);
  options.train_file = {make.output.string()};
  const Error error = expect_error([&] { run_training(options); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()).find("shard-00000.ids") != std::string::npos);
}

}  // namespace run_text_test
