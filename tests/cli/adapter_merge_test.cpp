// Adapters in the built program: train, eval, predict, merge.
#include <doctest/doctest.h>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace adapter_merge_test {

using namespace hone;

namespace fs = std::filesystem;

struct Adapter {
  Adapter() {
    const std::string rows = folder.write("rows.csv", reviews(24)).string();
    const ProcessResult trained =
        run_hone(train_arguments(tiny_model(), path,
                                 {"--train-file", rows, "--max-steps=6", "--learning-rate=0.01", "--peft=lora",
                                  "--lora-r=4", "--use-dora", "--precision=fp32"}));
    REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  }
  ProcessResult predict(const fs::path& model, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"predict", "--model",         model.string(),
                                          "--json",  "--num-threads=1", "the movie was fun"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_hone(arguments);
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / "adapter";
};

TEST_CASE("an adapter is merged into a whole model with the same answers") {
  const Adapter adapter;
  const fs::path merged = adapter.folder.path() / "merged";
  const ProcessResult result = run_hone({"adapter", "merge", adapter.path.string(), "--output-dir", merged.string()});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "merged 4 linears into "));
  for (const char* file : {"model.safetensors", "config.json", "tokenizer.json", "training_args.json"}) {
    CHECK(fs::exists(merged / file));
  }
  CHECK_FALSE(fs::exists(merged / "adapter_config.json"));
  const ProcessResult of_adapter = adapter.predict(adapter.path), of_merged = adapter.predict(merged);
  REQUIRE_MESSAGE(of_adapter.exit_code == 0, of_adapter.error);
  CHECK(of_adapter.output == of_merged.output);
  CHECK(of_adapter.output != adapter.predict(tiny_model()).output);
  const std::string rows = adapter.folder.write("rows.csv", reviews(12)).string();
  const ProcessResult evaluated =
      run_hone({"eval", "--model", adapter.path.string(), "--dataset", rows, "--num-threads=1"});
  CHECK_MESSAGE(evaluated.exit_code == 0, evaluated.error);
}

TEST_CASE("a base model that is somewhere else is given by --base-model") {
  const Adapter adapter;
  Json config = read_json(adapter.path / "adapter_config.json");
  config["base_model_name_or_path"] = "google-bert/bert-base-uncased";
  write_json(adapter.path / "adapter_config.json", config);
  const ProcessResult missing = adapter.predict(adapter.path);
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.error, "is an adapter of google-bert/bert-base-uncased, which is not a folder here"));
  CHECK(contains(missing.error, "--base-model DIR"));
  const ProcessResult given = adapter.predict(adapter.path, {"--base-model", tiny_model()});
  CHECK_MESSAGE(given.exit_code == 0, given.error);
  const ProcessResult other = adapter.predict(adapter.path, {"--base-model", tiny_model("tiny-distilbert")});
  CHECK(other.exit_code == 1);
}

TEST_CASE("folders that are no adapter or not empty are refused") {
  const TemporaryFolder folder;
  const ProcessResult none =
      run_hone({"adapter", "merge", tiny_model(), "--output-dir", (folder.path() / "out").string()});
  CHECK(none.exit_code == 1);
  CHECK(contains(none.error, "holds no adapter: it has no adapter_config.json"));
  const Adapter adapter;
  folder.write("notes.txt", "kept");
  const ProcessResult full =
      run_hone({"adapter", "merge", adapter.path.string(), "--output-dir", folder.path().string()});
  CHECK(full.exit_code == 2);
  CHECK(contains(full.error, "is not empty"));
  CHECK(fs::exists(folder.path() / "notes.txt"));
  const ProcessResult usage = run_hone({"adapter", "merge", "--output-dir", folder.path().string()});
  CHECK(usage.exit_code == 2);
}

TEST_CASE("a rank of 0 is an error before anything is read") {
  const TemporaryFolder folder;
  const ProcessResult result =
      run_hone(train_arguments(tiny_model(), folder.path() / "out", {"--peft=lora", "--lora-r=0"}));
  CHECK(result.exit_code == 2);
  CHECK(contains(result.error, "--lora-r"));
}

}  // namespace adapter_merge_test
