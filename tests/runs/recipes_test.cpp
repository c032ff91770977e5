// Every recipe trains, evaluates and saves for a few steps: on the data that it names, or on rows of the same form.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace recipes_test {

using namespace hone;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(HONE_SOURCE_DIR) / "recipes";

std::string repeated(const std::string& lines, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += lines;
  return text;
}

// The arguments with the rows of each recipe that names none.
std::map<std::string, std::vector<std::string>> rows_of_recipes(const TemporaryFolder& folder) {
  const std::string train = folder.write("train.csv", reviews(40, {"NEGATIVE", "POSITIVE"})).string();
  const std::string words = folder.write("train.conll", repeated("good\tB-person\nmovie\tI-person\nfun\tO\n\n", 8));
  folder.write("stsb/train.tsv", "sentence1\tsentence2\tscore\n" + repeated("good\tfun\t4.5\nbad\tfun\t0.5\n", 8));
  folder.write("stsb/dev.tsv", "sentence1\tsentence2\tscore\ngood\tmovie\t2\nbad\tbad\t5\nfun\tbad\t1\n");
  folder.write("mrpc/train.tsv", "Quality\t#1 String\t#2 String\n" + repeated("1\tgood\tfun\n0\tbad\tfun\n", 8));
  folder.write("mrpc/dev.tsv", "Quality\t#1 String\t#2 String\n1\tgood\tmovie\n0\tbad\tfun\n");
  const std::string path = folder.path().string();
  const std::string chinese = folder.write("hotel.csv", reviews(40, {"\xE8\xB4\x9F", "\xE6\xAD\xA3"})).string();
  return {{"imdb-distilbert", {"--train-file", train, "--test-file", train}},
          {"ner-wnut17", {"--train-file", words, "--validation-file", words}},
          {"stsb", {"--dataset", path + "/stsb"}},
          {"mrpc", {"--dataset", path + "/mrpc"}},
          {"s1-pretrain-then-finetune", {"--train-file", chinese}},
          {"s3-text", {"--train-file", train, "--validation-file", train, "--test-file", train}}};
}

std::string fixture(const std::string& path) { return std::string(HONE_SOURCE_DIR) + "/tests/fixtures/" + path; }

// A recipe of S1's objectives: its model, more arguments of the training, and the command that asks what it made.
struct ObjectiveRecipe {
  std::string model;
  std::vector<std::string> training, asking;
};

std::map<std::string, ObjectiveRecipe> objective_recipes(const TemporaryFolder& folder) {
  const std::string text = fixture("objectives/text.txt");
  const std::string sentences =
      folder.write("sentences.csv", "text\n" + repeated("good\nbad movie\nfun\n", 8)).string();
  const std::vector<std::string> on_text = {"--train-file", text, "--block-size", "32"};
  const std::vector<std::string> generating = {"generate", "--prompt", "The old house", "--max-new-tokens", "3"};
  return {{"s1-next-word", {fixture("objectives/causal-block"), on_text, generating}},
          {"s1-masked-words",
           {fixture("objectives/masked-token"), on_text, {"predict", "--task", "fill-mask", "the [MASK] house"}}},
          {"s1-rebuild", {fixture("objectives/denoising-spans"), on_text, generating}},
          {"s1-contrast", {tiny_model(), {"--train-file", sentences, "--max-seq-length=40"}, {"embed", "good movie"}}}};
}

bool asks_language_model(const fs::path& recipe) { return read_file(recipe).find("\nprompt: ") != std::string::npos; }

TEST_CASE("every recipe trains, evaluates and saves a model that answers") {
  const TemporaryFolder folder;
  const auto rows = rows_of_recipes(folder);
  const auto objectives = objective_recipes(folder);
  std::set<std::string> run;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".yaml") continue;
    if (read_file(entry.path()).find("\nsearch:") != std::string::npos) continue;  // cli/search runs it
    if (asks_language_model(entry.path())) continue;
    const std::string name = entry.path().stem().string(), out = (folder.path() / name).string();
    CAPTURE(name);
    if (objectives.contains(name)) continue;
    std::vector<std::string> arguments = {"train",
                                          "--config",
                                          entry.path().string(),
                                          "--model",
                                          tiny_model(),
                                          "--ignore-mismatched-sizes",
                                          "--max-seq-length=40",
                                          "--max-steps=2",
                                          "--warmup-ratio=0",
                                          "--eval-strategy=steps",
                                          "--eval-steps=1",
                                          "--save-strategy=steps",
                                          "--save-steps=1",
                                          "--num-threads=1",
                                          "--overwrite-output-dir",
                                          "--output-dir",
                                          out};
    const auto own = rows.find(name);
    if (own != rows.end()) arguments.insert(arguments.end(), own->second.begin(), own->second.end());
    const ProcessResult trained = run_hone(arguments);
    REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
    const ProcessResult answered = run_hone({"predict", "--model", out, "--num-threads=1", "--json", "good movie"});
    REQUIRE_MESSAGE(answered.exit_code == 0, answered.error);
    CHECK(json_lines(answered.output).size() == 1);
    run.insert(name);
  }
  for (const auto& [name, unused] : rows) CHECK(run.contains(name));  // no row without its recipe
  CHECK(run.size() >= 8);
}

TEST_CASE("each of the four objectives has a recipe that trains a model that answers") {
  const TemporaryFolder folder;
  for (const auto& [name, recipe] : objective_recipes(folder)) {
    CAPTURE(name);
    const std::string out = (folder.path() / name).string();
    std::vector<std::string> arguments = {"train",         "--config",   (kFolder / (name + ".yaml")).string(),
                                          "--model",       recipe.model, "--max-steps=2",
                                          "--output-dir",  out,          "--overwrite-output-dir",
                                          "--num-threads", "1"};
    if (name != "s1-contrast") arguments.insert(arguments.end(), {"--eval-steps=1", "--save-steps=1"});
    arguments.insert(arguments.end(), recipe.training.begin(), recipe.training.end());
    const ProcessResult trained = run_hone(arguments);
    REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
    std::vector<std::string> asking = recipe.asking;
    asking.insert(asking.begin() + 1, {"--model", out});
    const ProcessResult answered = run_hone(asking);
    CHECK_MESSAGE(answered.exit_code == 0, answered.error);
  }
}

TEST_CASE("every recipe that asks a language model gets an answer") {
  const fs::path model = fs::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
  if (!fs::exists(model)) {
    MESSAGE("skipped: ../shared/models is not here");
    return;
  }
  size_t num_run = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".yaml" || !asks_language_model(entry.path())) continue;
    CAPTURE(entry.path());
    const bool has_task = read_file(entry.path()).find("\ntask: ") != std::string::npos;
    std::vector<std::string> arguments =
        has_task ? std::vector<std::string>{"predict", "--model", model.string(), "good movie"}
                 : std::vector<std::string>{"compare", model.string(), model.string(), "--max-new-tokens", "4"};
    arguments.insert(arguments.end(), {"--config", entry.path().string(), "--num-threads=1"});
    const ProcessResult answered = run_hone(arguments);
    CHECK_MESSAGE(answered.exit_code == 0, answered.error);
    CHECK_FALSE(answered.output.empty());
    ++num_run;
  }
  CHECK(num_run >= 3);
}

}  // namespace recipes_test
