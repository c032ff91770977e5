#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "task/sentence_fixture.h"
#include "temporary_folder.h"

namespace similar_test {

using namespace hone;

struct Index {
  TemporaryFolder folder;
  std::filesystem::path model, file;

  explicit Index(const std::string& name = "index.npy", const std::string& form = "mean")
      : model(sentence_model(folder, form)), file(folder.path() / name) {
    std::string lines;
    const Json fixture = sentence_fixture();
    for (const Json& text : fixture["texts"]) lines += Json{{"text", text}}.dump() + "\n";
    const std::filesystem::path rows = folder.write("rows.jsonl", lines);
    const ProcessResult result = run_hone(
        {"embed", "--model", model.string(), "--file", rows.string(), "--output", file.string(), "--prompt", ""});
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  }
  ProcessResult run(std::vector<std::string> more) const {
    more.insert(more.begin(), {"similar", "--index", file.string()});
    return run_hone(more);
  }
};

TEST_CASE("a text of the index is its own nearest row, in both kinds of files") {
  for (const char* name : {"index.npy", "index.parquet"}) {
    const Index index(name);
    const ProcessResult result =
        index.run({"--model", index.model.string(), "--query", "a bad film", "--top-k", "3", "--json"});
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    const Json line = json_lines(result.output).front();
    CHECK(line["query"] == "a bad film");
    REQUIRE(line["hits"].size() == 3);
    CHECK(line["hits"][0]["row"] == 1);
    CHECK(line["hits"][0]["text"] == "a bad film");
    CHECK(line["hits"][0]["score"].get<double>() == doctest::Approx(1).epsilon(1e-5));
    CHECK(line["hits"][1]["score"].get<double>() <= line["hits"][0]["score"].get<double>());
  }
}

TEST_CASE("queries of a file, text output, and the product as similarity") {
  const Index index;
  const std::string queries = index.folder.write("q.csv", "query\nlove\nGOOD\n").string();
  const ProcessResult result = index.run({"--model", index.model.string(), "--queries", queries, "--top-k", "1"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.output, "love\n   1.0000         6  love\n"));
  CHECK(contains(result.output, "GOOD\n   1.0000         5  GOOD\n"));
  const ProcessResult dot =
      index.run({"--model", index.model.string(), "--query", "love", "--similarity", "dot", "--json"});
  CHECK(json_lines(dot.output).front()["hits"][0]["score"].get<double>() > 1.5);
}

TEST_CASE("the page needs no model, and shows texts and nearest rows") {
  const Index index;
  const std::filesystem::path page = index.folder.path() / "page.html";
  const ProcessResult result = index.run({"--html", page.string()});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const std::string html = read_file(page);
  CHECK(contains(html, "the movie was good"));
  CHECK(contains(html, "\"hits\":[["));
  CHECK(contains(index.run({"--html", page.string()}).error, "already exists"));
  CHECK(index.run({"--html", page.string(), "--overwrite"}).exit_code == 0);
}

TEST_CASE("queries get the model's prompt for queries, unless another one is asked for") {
  const Index index("index.npy", "prompts");
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--model", index.model.string(), "--query", "love"});
    return index.run(more).error;
  };
  CHECK(contains(run({}), "queries get the model's prompt \"query\": \"it is \""));
  CHECK(!contains(run({"--prompt", ""}), "queries get"));
  CHECK(!contains(run({"--prompt-name", "document"}), "queries get"));
}

TEST_CASE("wrong options and models of another width are errors") {
  const Index index;
  CHECK(contains(index.run({}).error, "neither a query nor a page is asked for"));
  CHECK(contains(index.run({"--query", "a", "--queries", "b"}).error, "both --query and --queries are given"));
  CHECK(contains(index.run({"--query", "a"}).error, "no model is given"));
  CHECK(contains(index.run({"--query", "a", "--model", index.model.string(), "--width", "8"}).error,
                 "holds vectors of 32 values, and the model makes vectors of 8"));
  Json settings = {{"similarity_fn_name", "manhattan"}};
  write_file(index.model / "config_sentence_transformers.json", settings.dump());
  CHECK(contains(index.run({"--query", "a", "--model", index.model.string()}).error,
                 "the model compares vectors by the manhattan distance"));
}

}  // namespace similar_test
