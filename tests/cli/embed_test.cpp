#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "task/sentence_fixture.h"
#include "temporary_folder.h"

namespace embed_test {

using namespace hone;

std::string csv_of(const Json& texts) {
  std::string csv = "text,label\n";
  for (const Json& text : texts) csv += "\"" + text.get<std::string>() + "\",1\n";
  return csv;
}

struct Run {
  TemporaryFolder folder;
  std::filesystem::path rows, model, output;

  explicit Run(const std::string& form, const std::string& name = "out.npy")
      : rows(folder.write("rows.csv", csv_of(sentence_fixture()["texts"]))),
        model(sentence_model(folder, form)),
        output(folder.path() / name) {}
  ProcessResult run(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"embed",       "--model",  model.string(), "--file",
                                    rows.string(), "--output", output.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_hone(all);
  }
};

std::vector<float> npy_values(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  std::vector<float> values((bytes.size() - 128) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + 128, values.size() * sizeof(float));
  return values;
}

TEST_CASE("a file's vectors are those of sentence-transformers, in the order of its rows, with the texts beside them") {
  const Run run("dense");
  const ProcessResult result = run.run({"--batch-size", "3"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(largest_difference(npy_values(run.output), sentence_fixture()["vectors"]["dense"]) < 1e-5);
  CHECK(contains(result.error, "wrote 8 vectors of 16 values to"));
  CHECK(contains(result.error, "1 row has no text: taken as empty texts"));
  const std::vector<Json> texts = json_lines(read_file(run.folder.path() / "out.texts.jsonl"));
  REQUIRE(texts.size() == 8);
  for (size_t i = 0; i < 8; ++i) CHECK(texts[i]["text"] == sentence_fixture()["texts"][i]);
  const ProcessResult again = run.run();
  CHECK(again.exit_code == 2);
  CHECK(contains(again.error, "already exists"));
  std::filesystem::remove(run.output);
  CHECK(contains(run.run().error, "out.texts.jsonl already exists"));
  CHECK(run.run({"--overwrite", "--keep-texts", "false"}).exit_code == 0);
  CHECK(!std::filesystem::exists(run.folder.path() / "out.texts.jsonl"));
}

TEST_CASE("json lines and parquet hold the same vectors, and options change them") {
  const Run lines("plain", "out.jsonl");
  const ProcessResult result = lines.run({"--pooling", "last"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  std::vector<float> values;
  for (const Json& line : json_lines(read_file(lines.output))) {
    for (const Json& value : line["embedding"]) values.push_back(value.get<float>());
  }
  CHECK(largest_difference(values, sentence_fixture()["vectors"]["lasttoken"]) < 1e-5);
  const Run narrow("normalize", "out.jsonl");
  REQUIRE(narrow.run({"--width", "8", "--normalize"}).exit_code == 0);
  const Json first = json_lines(read_file(narrow.output)).front();
  CHECK(first["embedding"].size() == 8);
  double square = 0;
  for (const Json& value : first["embedding"]) square += value.get<double>() * value.get<double>();
  CHECK(square == doctest::Approx(1));
  const Run parquet("mean", "out.parquet");
  REQUIRE(parquet.run().exit_code == 0);
  const ProcessResult shown = run_hone({"data", "head", parquet.output.string()});
  CHECK(contains(shown.output, "the movie was good"));
}

TEST_CASE("texts of the command line are printed with their vectors; standard input is a file of rows") {
  const TemporaryFolder folder;
  const std::string model = sentence_model(folder, "mean").string();
  const ProcessResult result = run_hone({"embed", "--model", model, "the movie was good", "a bad film"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const std::vector<Json> lines = json_lines(result.output);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1]["text"] == "a bad film");
  std::vector<float> values;
  for (const Json& line : lines) {
    for (const Json& value : line["embedding"]) values.push_back(value.get<float>());
  }
  Json expected = Json::array({sentence_fixture()["vectors"]["mean"][0], sentence_fixture()["vectors"]["mean"][1]});
  CHECK(largest_difference(values, expected) < 1e-5);
}

TEST_CASE("wrong options are errors before the model is loaded") {
  const auto problem = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"embed", "--model", tiny_model()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProcessResult result = run_hone(all);
    CHECK(result.exit_code == 2);
    return result.error;
  };
  CHECK(contains(problem({}), "no text and no file are given"));
  CHECK(contains(problem({"a", "--file", "b.csv", "--output", "c.npy"}), "both a text and --file are given"));
  CHECK(contains(problem({"--file", "b.csv"}), "--file is given without --output"));
  CHECK(contains(problem({"a", "--output", "c.npy"}), "--output is given without --file"));
  CHECK(contains(problem({"--file", "b.csv", "--output", "c.csv"}), "vectors are written as .npy, .parquet or .jsonl"));
  CHECK(contains(problem({"--file", "b.csv", "--output", "-"}), "vectors are written as"));
  const ProcessResult without = run_hone({"embed", "a"});
  CHECK(without.exit_code == 2);
  CHECK(contains(without.error, "no model is given"));
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.jsonl", "{\"text\": \"a\"}\n").string();
  CHECK(contains(problem({"--file", rows, "--output", rows, "--overwrite"}), "are the same file"));
}

TEST_CASE("of pairs the first texts are embedded, with a note") {
  const Run run("mean");
  write_file(run.rows, "sentence1,sentence2\nlove,a film\n");
  const ProcessResult result = run.run();
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "the vectors are those of \"sentence1\" (--text-column sentence2 embeds the others)"));
}

}  // namespace embed_test
