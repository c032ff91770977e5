#include "train/resume.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "options/field_list.h"
#include "options/json.h"
#include "temporary_folder.h"
#include "train/checkpoint.h"
#include "train/train_fixture.h"

namespace resume_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

// A checkpoint of a run that started from `model` and has its tokenizer.
struct Case {
  Case() {
    options.model_name_or_path = folder.path() / "model";
    fs::copy(fixture_models() / "tiny-bert", options.model_name_or_path);
    fs::copy(options.model_name_or_path, checkpoint);
    write_json(checkpoint / kArgumentsFile, options::to_json(options));
  }
  std::string said() const {
    return captured_log([&] { check_resumable(options, checkpoint); });
  }
  Error refused() const {
    const Error error = expect_error([&] { check_resumable(options, checkpoint); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK_FALSE(error.hint().empty());
    return error;
  }

  TemporaryFolder folder;
  fs::path checkpoint = folder.path() / "checkpoint-5";
  TrainOptions options;
};

TEST_CASE("a run with the options of its checkpoint resumes without a message") { CHECK(Case().said().empty()); }

TEST_CASE("a message names changed options that affect the result, and no others") {
  Case with;
  with.options.resume_from_checkpoint = "true";
  with.options.overwrite_output_dir = true;
  with.options.output_dir = "elsewhere";
  with.options.json_log = "log.jsonl";
  with.options.stop_after_steps = 7;
  with.options.save_total_limit = 2;
  with.options.report_to = {"tensorboard"};
  with.options.logging_dir = "logs";
  CHECK(with.said().empty());
  with.options.learning_rate = 1;
  with.options.seed = 7;
  CHECK(contains(with.said(), "from the first one: seed, learning_rate\n"));
}

TEST_CASE("a moved or copied model counts as the same model") {
  Case with;
  const fs::path copied = with.folder.path() / "copied", moved = with.folder.path() / "moved";
  fs::copy(with.options.model_name_or_path, copied);
  fs::create_directory_symlink(with.options.model_name_or_path, with.folder.path() / "link");
  for (const fs::path& model : {copied, with.folder.path() / "link", with.options.model_name_or_path / ""}) {
    INFO(model.string());
    TrainOptions options = with.options;
    options.model_name_or_path = model;
    CHECK_NOTHROW(check_resumable(options, with.checkpoint));
  }
  fs::rename(with.options.model_name_or_path, moved);
  with.options.model_name_or_path = moved;
  CHECK(with.said().empty());
}

TEST_CASE("a model with other weights or another tokenizer is refused") {
  Case with;
  const fs::path own = with.options.model_name_or_path, other = with.folder.path() / "other";
  fs::copy(own, other);
  std::string bytes = read_file(other / "model.safetensors");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(other / "model.safetensors", bytes);
  with.options.model_name_or_path = other;
  Error error = with.refused();
  CHECK(error.what() == fmt::format("{} is of a run that started from {}, not from {}", with.checkpoint.string(),
                                    own.string(), other.string()));
  CHECK(contains(error.hint(), "--model " + own.string()));
  CHECK(contains(error.hint(), "--output-dir"));
  // The first model is gone, so that only the tokenizer shows the difference.
  fs::remove_all(own);
  CHECK_NOTHROW(check_resumable(with.options, with.checkpoint));
  write_file(other / "tokenizer.json", read_file(other / "tokenizer.json") + " ");
  error = with.refused();
  CHECK(contains(error.what(), "has another tokenizer than " + other.string()));
}

TEST_CASE("labels in a different order from the checkpoint's are refused") {
  const Case with;
  const auto config_of = [](const std::vector<std::string>& labels) {
    model::ModelConfig config;
    config.set_labels(labels);
    return config;
  };
  CHECK_NOTHROW(check_targets(config_of({"NEGATIVE", "NEUTRAL", "POSITIVE"}), with.checkpoint));
  for (const std::vector<std::string>& labels :
       {std::vector<std::string>{"POSITIVE", "NEUTRAL", "NEGATIVE"}, {"NEGATIVE", "POSITIVE"}, {"a", "b", "c"}}) {
    const Error error = expect_error([&] { check_targets(config_of(labels), with.checkpoint); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), "was trained with the labels NEGATIVE, NEUTRAL, POSITIVE; this run has "));
    CHECK(contains(error.hint(), "--id2label NEGATIVE,NEUTRAL,POSITIVE"));
  }
}

TEST_CASE("only options that change no step of the training may differ") {
  TrainOptions options;
  std::vector<std::string> names;
  const auto list = options::fields_of(options);
  for (const options::Field& field : list.fields()) {
    if (field.is_free_to_change) names.push_back(field.name);
  }
  CHECK(names == std::vector<std::string>{"model_name_or_path", "base_model", "output_dir", "overwrite_output_dir",
                                          "resume_from_checkpoint", "stop_after_steps", "calibrate", "find_lr",
                                          "find_lr_min", "find_lr_max", "find_lr_steps", "cache_budget", "log_style",
                                          "json_log", "report_to", "logging_dir", "save_total_limit"});
}

}  // namespace resume_test
