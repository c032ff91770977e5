#include <doctest/doctest.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "task/sentence_fixture.h"
#include "temporary_folder.h"

namespace cluster_test {

using namespace hone;

// The vectors of the fixture, with a text for each.
struct MadeIndex {
  TemporaryFolder folder;
  Json fixture = read_json(fixture_folder() / "vectors.json");
  std::filesystem::path file;

  MadeIndex() {
    const auto values = fixture["vectors"].get<std::vector<float>>();
    const uint64_t width = fixture["width"];
    std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10), lines;  // a header of 118 bytes
    bytes += fmt::format("{:<117}\n", fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}",
                                                  values.size() / width, width));
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    for (size_t row = 0; row < values.size() / width; ++row)
      lines += "{\"text\": \"text " + std::to_string(row) + "\"}\n";
    file = folder.write("index.npy", bytes);
    folder.write("index.texts.jsonl", lines);
  }
  ProcessResult run(std::vector<std::string> more) const {
    more.insert(more.begin(), {"cluster", "--index", file.string()});
    return run_hone(more);
  }
};

TEST_CASE("communities are those of sentence-transformers") {
  const MadeIndex index;
  const Json expected = index.fixture["communities"][0];
  const ProcessResult result =
      index.run({"--method", "communities", "--threshold", "0.75", "--min-size", "10", "--json"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  const Json json = parse_json(result.output, "output");
  REQUIRE(json["clusters"].size() == expected["rows"].size());
  for (size_t i = 0; i < expected["rows"].size(); ++i) CHECK(json["clusters"][i]["rows"] == expected["rows"][i]);
  CHECK(json["rows_in_none"] == 4);
  const ProcessResult text = index.run({"--method", "communities"});
  CHECK(contains(text.output, "86 of 90 rows in 5 communities (4 in none)"));
}

TEST_CASE("k-means writes text, rows and a page, equal at any number of threads") {
  const MadeIndex index;
  const std::filesystem::path rows = index.folder.path() / "rows.csv", page = index.folder.path() / "page.html";
  const ProcessResult result =
      index.run({"--clusters", "5", "--output", rows.string(), "--html", page.string(), "--num-threads", "1"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.output, "90 rows in 5 clusters, inertia 1032.46"));
  CHECK(contains(result.output, "cluster 4: "));
  const std::string csv = read_file(rows);
  CHECK(csv.starts_with("row,cluster,text\n0,"));
  CHECK(std::ranges::count(csv, '\n') == 91);
  CHECK(contains(read_file(page), "\"clusters\":[{\"size\":"));
  const ProcessResult again = index.run({"--clusters", "5", "--num-threads", "2"});
  CHECK(again.output == result.output);
  CHECK(contains(index.run({"--output", rows.string()}).error, "already exists"));
  CHECK(contains(index.run({"--clusters", "91"}).error, "91 clusters of 90 rows"));
  CHECK(contains(index.run({"--max-iterations", "1"}).error, "rows still changed their clusters after 1 iteration"));
  CHECK(contains(index.run({"--output", (index.folder.path() / "index.npy").string(), "--overwrite"}).error,
                 "are the same file"));
}

}  // namespace cluster_test
