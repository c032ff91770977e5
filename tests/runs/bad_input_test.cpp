// Mistakes that a user can make before a run, each with its message, its hint and its exit code.
#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace bad_input_test {

using namespace hone;

namespace fs = std::filesystem;

// A run that must fail before its first step.
struct BadRun {
  TemporaryFolder folder;
  std::string model = tiny_model();

  std::string file(const std::string& name, const std::string& content) const {
    return folder.write(name, content).string();
  }
  ProcessResult run(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"--max-steps=1", "--max-seq-length=40"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_hone(train_arguments(model, folder.path() / "out", arguments));
  }
  ProcessResult on(const std::string& rows) const { return run({"--dataset", rows}); }
};

void check_error(const ProcessResult& result, int exit_code, const std::string& message, const std::string& hint) {
  INFO(result.error);
  CHECK(result.exit_code == exit_code);
  CHECK(result.output.empty());
  const size_t error = result.error.find("error: ");
  REQUIRE(error != std::string::npos);
  CHECK(contains(result.error.substr(error), message + "\n"));
  CHECK(contains(result.error.substr(error), "\nhint: "));
  CHECK(contains(result.error.substr(error), hint));
}

TEST_CASE("the error for a missing model folder, data set or file names it") {
  BadRun bad;
  check_error(bad.on("nowhere"), 1, "nowhere: there is no such file or folder", "check the path");
  check_error(bad.run({"--train-file", "nowhere.csv"}), 1, "nowhere.csv: there is no such file", "check the path");
  bad.model = "nomodel";
  check_error(bad.on(bad.file("rows.csv", reviews(9))), 1, "model folder nomodel does not exist",
              "hone downloads nothing; get the model first with: hf download nomodel");
}

TEST_CASE("an empty file and a file with only a header have different errors") {
  const BadRun bad;
  const std::string empty = bad.file("empty.csv", ""), header = bad.file("header.csv", "text,label\n");
  check_error(bad.on(empty), 1, empty + ": the file is empty", "it needs a header row with column names, and rows");
  check_error(bad.on(header), 1, header + ": there are no rows", "the file may hold a header only");
  const std::string lines = bad.file("empty.jsonl", "");
  check_error(bad.on(lines), 1, lines + ": the file is empty", "an object a line");
}

TEST_CASE("rows of one class cannot train a classifier") {
  const BadRun bad;
  check_error(bad.on(bad.file("rows.csv", reviews(5, {"POSITIVE"}))), 1,
              "all 5 training rows have the same label \"POSITIVE\"", "at least two classes");
}

TEST_CASE("the error for an unknown label in the validation rows names its location and the nearest label") {
  const BadRun bad;
  const std::string train = bad.file("train.csv", reviews(9));
  const std::string validation = bad.file("validation.csv", "text,label\ngood,POSITIVE\nfun,POSITVE\n");
  check_error(bad.run({"--train-file", train, "--validation-file", validation, "--eval-strategy=epoch"}), 1,
              validation + ":3: label \"POSITVE\" is not one of NEGATIVE, NEUTRAL, POSITIVE",
              "did you mean \"POSITIVE\"?");
}

TEST_CASE("a num_labels that contradicts the rows is a usage error that lists the labels") {
  const BadRun bad;
  const std::string rows = bad.file("rows.csv", reviews(9));
  check_error(bad.run({"--dataset", rows, "--num-labels=2"}), 2,
              "num_labels is 2, but column \"label\" holds 3 labels: NEGATIVE, NEUTRAL, POSITIVE",
              "leave num_labels out");
  check_error(bad.run({"--dataset", rows, "--num-labels=4"}), 2,
              "num_labels is 4, but column \"label\" holds 3 labels: NEGATIVE, NEUTRAL, POSITIVE",
              "name all labels with --id2label");
}

TEST_CASE("the error for a label beyond num_labels names its row") {
  const BadRun bad;
  const std::string rows = bad.file("rows.csv", "text,label\ngood,0\nbad,1\nfun,7\n");
  check_error(bad.run({"--dataset", rows, "--id2label=NEGATIVE,NEUTRAL,POSITIVE"}), 1,
              rows + ":4: label 7 is not below the number of labels, 3", "labels count from 0");
  check_error(bad.run({"--dataset", rows, "--num-labels=2"}), 2,
              "num_labels is 2, but column \"label\" holds 3 labels: 0, 1, 7", "leave num_labels out");
}

TEST_CASE("the error for malformed JSON names line and column") {
  const BadRun bad;
  const std::string lines =
      bad.file("rows.jsonl", "{\"text\": \"good\", \"label\": 0}\n{\"text\": \"bad\", \"label\": ]}\n");
  ProcessResult result = bad.on(lines);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: " + lines + ":2:26: "));
  const std::string list =
      bad.file("rows.json", "[{\"text\": \"good\", \"label\": 0},\n {\"text\": \"bad\", \"label\": 1]\n");
  result = bad.on(list);
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "error: " + list + ":2:28: "));
}

TEST_CASE("damaged weights are detected before anything is computed") {
  BadRun bad;
  const std::string rows = bad.file("rows.csv", reviews(9));
  const fs::path model = copy_model(bad.folder);
  bad.model = model.string();
  const std::string weights = (model / "model.safetensors").string(), bytes = read_file(weights);

  write_file(weights, bytes.substr(0, 20'000));
  const ProcessResult cut = bad.on(rows);
  CHECK(cut.exit_code == 1);
  CHECK(contains(cut.error, "error: " + weights + ": tensor \""));
  CHECK(contains(cut.error, "the file is damaged or incomplete"));

  write_file(weights, bytes.substr(0, 5));
  CHECK(bad.on(rows).exit_code == 1);

  // The first eight bytes are the length of the header, little-endian.
  write_file(weights, std::string("\0\0\0\0\0\0\0\x10", 8) + bytes.substr(8));
  check_error(bad.on(rows), 1, weights + ": its header claims 1152921504606846976 bytes, more than 100000000",
              "the file is damaged");
}

TEST_CASE("the tokenizer of another model, with more tokens than the embedding, is detected") {
  BadRun bad;
  const fs::path model = copy_model(bad.folder);
  bad.model = model.string();
  Json tokenizer = read_json(model / "tokenizer.json");
  tokenizer["model"]["vocab"]["##xyz"] = 106;
  write_json(model / "tokenizer.json", tokenizer);
  check_error(bad.on(bad.file("rows.csv", reviews(9))), 1,
              bad.model + ": the tokenizer has 107 tokens, the model's embedding only 106 rows",
              "put the model's own tokenizer files into the folder");
}

TEST_CASE("the error for a head with another number of labels names both shapes") {
  const BadRun bad;
  const ProcessResult result = bad.on(bad.file("rows.csv", reviews(8, {"bad", "good"})));
  CHECK(result.exit_code == 1);
  CHECK(contains(result.error, "\"classifier.bias\" has shape [3], the model needs [2]"));
}

TEST_CASE("an output folder with another run requires --overwrite-output-dir or a resume, and either works") {
  const BadRun bad;
  const std::string rows = bad.file("rows.csv", reviews(9)), out = (bad.folder.path() / "out").string();
  REQUIRE(bad.on(rows).exit_code == 0);
  const std::string first = read_file(out + "/model.safetensors");
  check_error(bad.on(rows), 2, "output_dir " + out + " already holds a run",
              "resume it (--resume-from-checkpoint true), replace it (--overwrite-output-dir), or give another");
  // With --overwrite-output-dir, a mistake in another option deletes no model.
  CHECK(bad.run({"--dataset", "nowhere.csv", "--overwrite-output-dir"}).exit_code == 1);
  CHECK(read_file(out + "/model.safetensors") == first);
  CHECK(std::filesystem::exists(out + "/checkpoint-1/model.safetensors"));
  CHECK(bad.run({"--dataset", rows, "--overwrite-output-dir", "--learning-rate=1e-3"}).exit_code == 0);
  CHECK(read_file(out + "/model.safetensors") != first);
  CHECK(bad.run({"--dataset", rows, "--resume-from-checkpoint=true"}).exit_code == 0);
  // The user's own file is not a run.
  fs::remove_all(out);
  bad.file("out/notes.txt", "mine");
  CHECK(bad.on(rows).exit_code == 0);
  CHECK(read_file(out + "/notes.txt") == "mine");
}

TEST_CASE("an output folder is refused if it is a file or the model's folder") {
  BadRun bad;
  const std::string rows = bad.file("rows.csv", reviews(9)), out = bad.file("out", "a file");
  check_error(bad.on(rows), 2, "output_dir " + out + " is a file", "give another --output-dir");
  fs::remove(out);
  fs::rename(copy_model(bad.folder), out);
  bad.model = out;
  check_error(bad.on(rows), 2, "output_dir " + out + " is the folder of the model to start from",
              "give another --output-dir");
}

TEST_CASE("the error for a column that a parquet file lacks lists its columns") {
  const BadRun bad;
  const std::string rows = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/table/types.parquet";
  check_error(bad.run({"--dataset", rows, "--text-column=txt"}), 1, rows + ": there is no column \"txt\"",
              R"(its columns: "large", "view", "dictionary",)");
  check_error(bad.run({"--dataset", rows, "--text-column=view", "--label-column=lable"}), 1,
              rows + ": there is no column \"lable\"", R"(its columns: "large", "view", "dictionary",)");
}

TEST_CASE("the error for text that is not UTF-8 names the byte and the conversion") {
  const BadRun bad;
  const std::string rows = bad.file("rows.csv",
                                    "text,label\ngood,POSITIVE\nb\xff"
                                    "d,NEGATIVE\n");
  check_error(bad.on(rows), 1, rows + ":3: byte 0xFF (byte 2 of the line, 27 of the file) is not UTF-8",
              "iconv -f LATIN1 -t UTF-8");
}

TEST_CASE("the error for an unknown option in YAML names its line and the nearest option") {
  const BadRun bad;
  const std::string config = bad.file("run.yaml", "# a run\nlearning_rat: 3e-5\n");
  check_error(bad.run({"--config", config}), 2, config + ":2: unknown option \"learning_rat\"",
              "did you mean \"learning_rate\"?");
}

TEST_CASE("an evaluation without evaluation rows is refused before anything is computed") {
  const BadRun bad;
  check_error(bad.run({"--dataset", bad.file("rows.csv", reviews(9)), "--eval-strategy=epoch"}), 2,
              "there are no rows to evaluate on, which --eval-strategy needs", "--validation-split 0.1");
}

TEST_CASE("resuming from a folder that is not a checkpoint is refused") {
  const BadRun bad;
  const std::string rows = bad.file("rows.csv", reviews(9));
  check_error(bad.run({"--dataset", rows, "--resume-from-checkpoint=nowhere"}), 2,
              "resume_from_checkpoint nowhere is not a folder", "true for the newest one in output_dir");
  check_error(bad.run({"--dataset", rows, "--resume-from-checkpoint", tiny_model()}), 2,
              "resume_from_checkpoint " + tiny_model() +
                  " holds a model that hone did not train (config.json, model.safetensors); hone resumes only its own "
                  "checkpoints",
              "give it as --model");
  CHECK_FALSE(fs::exists(bad.folder.path() / "out"));
}

}  // namespace bad_input_test
