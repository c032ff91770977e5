#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace predict_test {

using namespace hone;

ProcessResult predict(std::vector<std::string> more) {
  more.insert(more.begin(), {"predict", "--model", tiny_model(), "--num-threads=1"});
  return run_hone(more);
}

// The fixture's texts as rows, and transformers' predictions for them.
struct Expected {
  TemporaryFolder folder;
  Json model = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/metrics.json")["models"]["tiny-bert"];

  std::string text(size_t row) const { return model["texts"][row].get<std::string>(); }
  void check(size_t row, const Json& got) const {
    CAPTURE(row);
    const auto best = model["scores"][row].items().begin();  // sorted by score
    CHECK(got["label"] == best.key());
    CHECK(got["score"].get<double>() == doctest::Approx(best.value().get<double>()).epsilon(1e-4));
    REQUIRE(got["scores"].size() == 3);
    for (const auto& [label, score] : model["scores"][row].items()) {
      CHECK(got["scores"][label].get<double>() == doctest::Approx(score.get<double>()).epsilon(1e-4));
    }
  }
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::istringstream stream(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

TEST_CASE("texts from arguments and --text get the labels of transformers, in their order") {
  const Expected expected;
  const ProcessResult positional = predict({"--json", expected.text(0), expected.text(1)});
  REQUIRE_MESSAGE(positional.exit_code == 0, positional.error);
  const std::vector<Json> lines = json_lines(positional.output);
  REQUIRE(lines.size() == 2);
  for (size_t row = 0; row < 2; ++row) expected.check(row, lines[row]);
  CHECK(predict({"--json", "--text", expected.text(0), "--text", expected.text(1)}).output == positional.output);
}

TEST_CASE("each line of the text output has the label, its score and the other labels") {
  // transformers: NEUTRAL 0.43953, NEGATIVE 0.40112, POSITIVE 0.15935.
  // 0.40112 is 0.91 of 0.43953: the two labels are nearly tied.
  CHECK(predict({"good movie"}).output ==
        "NEUTRAL  0.4395  (NEGATIVE 0.4011, POSITIVE 0.1593)  not sure: NEUTRAL or NEGATIVE\n");
  CHECK(predict({"good movie", "--top-k=1"}).output == "NEUTRAL  0.4395  not sure: NEUTRAL or NEGATIVE\n");
}

TEST_CASE("a text with commas is one text") {
  CHECK(json_lines(predict({"--json", "--text", "good, bad, and boring"}).output).size() == 1);
}

TEST_CASE("a text that is too long is truncated with a warning, and gets transformers' scores for the truncated text") {
  const Expected expected;
  const ProcessResult result = predict({"--json", expected.text(5)});
  CHECK(result.error == "warning: the text is longer than 40 tokens; 7 tokens truncated\n");
  expected.check(5, json_lines(result.output).front());
}

TEST_CASE("a file of rows becomes one line per row, in their order, as jsonl and as csv") {
  const Expected expected;
  std::string rows;
  for (const Json& text : expected.model["texts"]) rows += Json({{"id", 1}, {"text", text}}).dump() + "\n";
  const std::string file = expected.folder.write("rows.jsonl", rows).string();
  const auto jsonl = expected.folder.path() / "labels.jsonl", csv = expected.folder.path() / "labels.csv";
  const ProcessResult result = predict({"--file", file, "--output", jsonl.string()});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "warning: 1 of 8 rows are longer than 40 tokens and were truncated\n"));
  CHECK(contains(result.error, "wrote 8 rows to " + jsonl.string() + "\n"));
  const std::vector<Json> lines = json_lines(read_file(jsonl));
  REQUIRE(lines.size() == 8);
  for (size_t row = 0; row < lines.size(); ++row) expected.check(row, lines[row]);

  CHECK(lines[3]["id"] == 1);
  CHECK(lines[3]["text"] == expected.text(3));

  REQUIRE(predict({"--file", file, "--output", csv.string(), "--no-keep-columns"}).exit_code == 0);
  const std::vector<std::string> table = split(read_file(csv), '\n');
  REQUIRE(table.size() == 9);
  CHECK(table[0] == "label,score,score_NEGATIVE,score_NEUTRAL,score_POSITIVE");
  for (size_t row = 0; row < 8; ++row) {
    const std::vector<std::string> cells = split(table[row + 1], ',');
    REQUIRE(cells.size() == 5);
    CHECK(cells[0] == lines[row]["label"].get<std::string>());
    CHECK(std::stod(cells[1]) == lines[row]["score"].get<double>());
    CHECK(std::stod(cells[2]) == lines[row]["scores"]["NEGATIVE"].get<double>());
    CHECK(std::stod(cells[4]) == lines[row]["scores"]["POSITIVE"].get<double>());
  }
}

TEST_CASE("rows of any format are labelled, and rows beyond the first block keep their order") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "labels.jsonl").string();
  const std::string many = folder.write("many.csv", reviews(9000)).string();
  REQUIRE(predict({"--file", many, "--output", out}).exit_code == 0);
  const std::vector<std::string> lines = split(read_file(out), '\n');
  REQUIRE(lines.size() == 9000);
  // The texts repeat after 42 rows (six texts, and every seventh row another); 8,192 rows are a block.
  const auto score = [&](size_t row) { return parse_json(lines[row], "line")["score"].get<double>(); };
  for (const size_t row : {8190u, 8191u, 8192u, 8193u, 8999u}) {
    CHECK(score(row) == doctest::Approx(score(row % 42)).epsilon(1e-5));
  }
  const std::string tables = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/table/";
  REQUIRE(predict({"--file", tables + "rows.csv.zst", "--output", out, "--overwrite"}).exit_code == 0);
  const std::vector<Json> packed = json_lines(read_file(out)),
                          given = json_lines(predict({"--json", "good", "bad"}).output);
  REQUIRE(packed.size() == 2);
  for (size_t row = 0; row < 2; ++row) {
    CHECK(packed[row]["label"] == given[row]["label"]);
    CHECK(packed[row]["score"].get<double>() == doctest::Approx(given[row]["score"].get<double>()).epsilon(1e-5));
  }
  REQUIRE(predict({"--file", tables + "class_label.parquet", "--output", out, "--overwrite"}).exit_code == 0);
  CHECK(json_lines(read_file(out)).front().contains("input_label"));
}

TEST_CASE(
    "a multi-label model gets sigmoid scores as in transformers' pipeline, unless an option names another function") {
  const TemporaryFolder folder;
  const std::filesystem::path model = copy_model(folder);
  Json config = read_json(model / "config.json");
  const Json softmax =
      json_lines(run_hone({"predict", "--model", model.string(), "--json", "good movie"}).output).front();
  config["problem_type"] = "multi_label_classification";
  write_json(model / "config.json", config);
  const Json sigmoid =
      json_lines(run_hone({"predict", "--model", model.string(), "--json", "good movie"}).output).front();
  const std::string best = softmax["label"];
  const auto odds = [&](const std::string& label) {  // of a sigmoid score: e^logit, to which softmax is proportional
    const double score = sigmoid["scores"][label];
    return score / (1 - score);
  };
  double sum = 0;
  Json above_half = Json::array();
  for (const auto& [label, score] : sigmoid["scores"].items()) {
    sum += score.get<double>();
    if (score.get<double>() > 0.5) above_half.push_back(label);
    CHECK(softmax["scores"][label].get<double>() / softmax["score"].get<double>() ==
          doctest::Approx(odds(label) / odds(best)).epsilon(1e-4));
  }
  CHECK(std::abs(sum - 1) > 0.01);
  CHECK(sigmoid["labels"] == above_half);
  CHECK(
      json_lines(run_hone({"predict", "--model", model.string(), "--json", "--function-to-apply=softmax", "good movie"})
                     .output)
          .front()["scores"] == softmax["scores"]);
}

TEST_CASE(
    "a regression gives a number, as JSON, for people, in files and over its columns; other options are refused") {
  const TemporaryFolder folder;
  const std::filesystem::path model = folder.path() / "model";
  const std::string ratings = folder.write("ratings.csv", "text,rating\ngood,4.5\nbad,1\nfun,3.5\n").string();
  const ProcessResult trained =
      run_hone({"train", "--model", tiny_model(), "--dataset", ratings, "--label-column", "rating", "--max-steps=1",
                "--ignore-mismatched-sizes", "--num-threads=1", "--output-dir", model.string()});
  REQUIRE_MESSAGE(trained.exit_code == 0, trained.error);
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"predict", "--model", model.string(), "--num-threads=1"});
    return run_hone(more);
  };
  const ProcessResult single = run({"--json", "good movie"});
  REQUIRE_MESSAGE(single.exit_code == 0, single.error);
  const Json json = json_lines(single.output).front();
  CHECK(json.size() == 1);
  const double score = json["score"];
  CHECK(run({"good movie"}).output == fmt::format("{:.4f}\n", score));
  const std::string rows = folder.write("rows.csv", "text,score\ngood movie,3\n,4\n").string();
  const auto csv = folder.path() / "out.csv", jsonl = folder.path() / "out.jsonl";
  REQUIRE(run({"--file", rows, "--output", csv.string(), "--on-empty", "null"}).exit_code == 0);
  CHECK(read_file(csv).starts_with("text,input_score,score\ngood movie,3,"));
  CHECK(read_file(csv).ends_with("\n,4,\n"));
  REQUIRE(run({"--file", rows, "--output", jsonl.string(), "--on-empty", "null"}).exit_code == 0);
  const auto lines = json_lines(read_file(jsonl));
  CHECK(lines[0]["score"].get<double>() == doctest::Approx(score).epsilon(1e-5));
  CHECK(lines[1]["score"].is_null());
  const ProcessResult refused = run({"--top-k=2", "good movie"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(
      refused.error,
      "--top-k is an option of text-classification, multi-label, prompt-classification, fill-mask; the task is "
      "regression"));
}

TEST_CASE("a text in an unknown script gets a prediction and a warning, from the command line and from a file") {
  const std::string chinese = "\xE9\x85\x92\xE5\xBA\x97\xE5\xBE\x88\xE5\xB9\xB2\xE5\x87\x80";
  const ProcessResult result = predict({chinese});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.error, "warning: the text: 5 of 5 tokens (100.0 %) are unknown to the tokenizer ([UNK])"));
  CHECK_FALSE(contains(predict({"good movie"}).error, "unknown"));
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "text\ngood movie\n" + chinese + "\n").string();
  CHECK(contains(predict({"--file", rows, "--output", (folder.path() / "out.csv").string()}).error,
                 "5 of 7 tokens (71.4 %) are unknown"));
}

TEST_CASE("a model with NaN weights is an error that names the row, never a label with the score nan") {
  const TemporaryFolder folder;
  const std::filesystem::path model = copy_model(folder);
  std::string weights = read_file(model / "model.safetensors");
  uint64_t header_size = 0;
  std::memcpy(&header_size, weights.data(), sizeof header_size);
  const Json header = Json::parse(weights.substr(8, header_size));
  const float nan = std::nanf("");
  std::memcpy(&weights[8 + header_size + header["classifier.bias"]["data_offsets"][0].get<size_t>()], &nan, sizeof nan);
  write_file(model / "model.safetensors", weights);
  const std::string name = model.string();
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--json"}}) {
    std::vector<std::string> arguments = {"predict", "--model", name, "good movie"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult text = run_hone(arguments);
    CHECK(text.exit_code == 1);
    CHECK(text.output.empty());
    CHECK(
        contains(text.error, "error: the model gave the text a score that is not a number\nhint: the model's weights"));
  }
  const std::string rows = folder.write("rows.csv", "text,label\nfun,POSITIVE\na very good movie,POSITIVE\n").string();
  const std::string out = (folder.path() / "out.jsonl").string();
  const ProcessResult file = run_hone({"predict", "--model", name, "--file", rows, "--output", out});
  CHECK(file.exit_code == 1);
  CHECK(contains(file.error, "error: the model gave " + rows + ":2 a score"));
  CHECK_FALSE(std::filesystem::exists(out));
  const ProcessResult eval = run_hone({"eval", "--model", name, "--dataset", rows});
  CHECK(eval.exit_code == 1);
  CHECK(eval.output.empty());
  CHECK(contains(eval.error, "error: the model gave " + rows + ":2 a score"));
}

TEST_CASE("an unusable model folder is refused: missing, without weights, damaged, with another tokenizer") {
  const auto refused = [](const std::string& model) {
    const ProcessResult result = run_hone({"predict", "--model", model, "good"});
    CHECK(result.exit_code == 1);
    CHECK(result.output.empty());
    return result.error;
  };
  CHECK(contains(refused("nowhere"), "error: model folder nowhere does not exist\n"));
  const TemporaryFolder folder;
  const std::filesystem::path model = copy_model(folder, {"model.safetensors"});
  CHECK(contains(refused(model.string()), " holds no trained model: all its weights would be random\n"));
  write_file(model / "model.safetensors", read_file(tiny_model() + "/model.safetensors").substr(0, 20'000));
  CHECK(contains(refused(model.string()), "the file is damaged or incomplete"));
  write_file(model / "model.safetensors", read_file(tiny_model() + "/model.safetensors"));
  write_file(model / "config.json", "{\"model_type\": \"bert\",\n \"hidden_size\" 32}");
  CHECK(contains(refused(model.string()), "config.json:2:"));
}

TEST_CASE("--help of every command takes under 0.3 s") {
  for (const char* command : {"train", "eval", "predict", "tokenize"}) {
    CAPTURE(command);
    double fastest = 1;
    for (int i = 0; i < 3; ++i) {
      const ProcessResult help = run_hone({command, "--help"});
      CHECK(help.exit_code == 0);
      CHECK(contains(help.output, "--model"));
      fastest = std::min(fastest, help.seconds);
    }
    CHECK(fastest < 0.3);
  }
}

// Expected: transformers (tests/fixtures/make_language_task_fixture.py).
TEST_CASE("predict labels texts with a prompt, in arguments and in files") {
  if (!std::filesystem::exists(tiny_story_model())) {
    MESSAGE("skipped: ../shared/models is not here");
    return;
  }
  const Json fixture = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/language_tasks.json");
  const Json& prompt = fixture["prompts"][1];
  const TemporaryFolder folder;
  std::string rows, labels;
  for (const Json& row : prompt["rows"]) {
    if (row["text"] != "") rows += Json({{"text", row["text"]}}).dump() + "\n";
  }
  for (const Json& label : prompt["labels"]) labels += (labels.empty() ? "" : ",") + label.get<std::string>();
  const auto ask = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"predict", "--precision=fp32", "--num-threads=1", "--model", tiny_story_model(),
                 "--task=prompt-classification", "--prompt", prompt["prompt"].get<std::string>(), "--labels", labels});
    const ProcessResult result = run_hone(more);
    CHECK_MESSAGE(result.exit_code == 0, result.error);
    return result;
  };
  const ProcessResult from_file = ask({"--file", folder.write("rows.jsonl", rows).string(), "--output=-"});
  CHECK(contains(from_file.error, "a token holds the end of the prompt and the beginning of a label"));
  const std::vector<Json> lines = json_lines(from_file.output);
  REQUIRE(lines.size() == 4);
  for (size_t row = 0; row < lines.size(); ++row) {
    const auto sums = prompt["rows"][row]["log_likelihoods"].get<std::vector<double>>();
    double all = 0;
    for (const double sum : sums) all += std::exp(sum);
    for (size_t label = 0; label < sums.size(); ++label) {
      const double found = lines[row]["scores"][prompt["labels"][label].get<std::string>()].get<double>();
      CHECK(found == doctest::Approx(std::exp(sums[label]) / all).epsilon(1e-4));
    }
    const ProcessResult alone = ask({"--json", prompt["rows"][row]["text"].get<std::string>()});
    CHECK(json_lines(alone.output).front()["label"] == lines[row]["label"]);
  }
}

}  // namespace predict_test
