// How the files of a folder become splits.
#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace dataset_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

// "train: a.csv b.csv; test: c.csv"
std::string layout(const fs::path& folder, std::string_view config = "") {
  std::string text;
  for (const auto& [split, files] : dataset_files(folder, config)) {
    text += (text.empty() ? "" : "; ") + split + ":";
    for (const fs::path& file : files) text += " " + file.lexically_relative(folder).string();
  }
  return text;
}

TemporaryFolder& fill(TemporaryFolder& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) folder.write(name, "text,label\na,1\n");
  return folder;
}

std::string layout_of(const std::vector<std::string>& names, std::string_view config = "") {
  TemporaryFolder folder;
  return layout(fill(folder, names).path(), config);
}

TEST_CASE("a single file is the split train") {
  TemporaryFolder folder;
  const fs::path file = folder.write("test.csv", "text,label\na,1\n");
  const Splits splits = read_dataset(file);
  CHECK(splits.rows.size() == 1);
  CHECK(splits.rows.at("train").size() == 1);
}

TEST_CASE("the Hub's layout: shards in a configuration's folder, in the root, or in data") {
  const std::string shards =
      "test: c/test-00000-of-00001.csv; train: c/train-00000-of-00002.csv c/train-00001-of-00002.csv; "
      "unsupervised: c/unsupervised-00000-of-00001.csv";
  const std::vector<std::string> files = {"c/train-00001-of-00002.csv",
                                          "c/train-00000-of-00002.csv",
                                          "c/test-00000-of-00001.csv",
                                          "c/unsupervised-00000-of-00001.csv",
                                          "README.md",
                                          "c/README.txt"};
  CHECK(layout_of(files, "c") == shards);
  CHECK(layout_of(files) == shards);
  CHECK(layout_of({"data/train-00000-of-00001.csv", "data/validation-00000-of-00001.csv"}) ==
        "train: data/train-00000-of-00001.csv; validation: data/validation-00000-of-00001.csv");
}

TEST_CASE("the names of files and folders determine the split") {
  CHECK(layout_of({"train.csv", "dev.csv", "test.csv"}) == "test: test.csv; train: train.csv; validation: dev.csv");
  CHECK(layout_of({"train/a.csv", "train/b.csv", "val/test.csv"}) ==
        "train: train/a.csv train/b.csv; validation: val/test.csv");
  CHECK(layout_of({"reviews.csv", "more.csv"}) == "train: more.csv reviews.csv");
}

TEST_CASE("files of rarer formats, notes and hidden files are ignored") {
  CHECK(layout_of({"train.tsv", "dev.tsv", "my_test.txt", "SOURCE.txt", ".hidden/train.tsv",
                   "__pycache__/train.tsv"}) == "train: train.tsv; validation: dev.tsv");
  CHECK(layout_of({"reviews.json", "NOTES.txt", "LICENSE.txt"}) == "train: reviews.json");
  CHECK(layout_of({"NOTES.txt", "plain_text/train.csv"}) == "train: plain_text/train.csv");
}

TEST_CASE("several configurations require a choice, and the error for an unknown one lists them") {
  const std::vector<std::string> files = {"de/train.csv", "en/train.csv"};
  const Error several = expect_error([&] { layout_of(files); });
  CHECK(contains(several.what(), "holds several configurations"));
  CHECK(contains(several.hint(), "--dataset-config-name: de, en"));
  CHECK(layout_of(files, "en") == "train: en/train.csv");
  const Error unknown = expect_error([&] { layout_of({"plain_text/train.csv"}, "plain_texts"); });
  CHECK(contains(unknown.what(), "plain_texts"));
  CHECK(contains(unknown.hint(), "plain_text"));
  CHECK_THROWS_AS(layout_of(files, "../en"), Error);
}

TEST_CASE("a missing folder and a folder without rows are errors") {
  const Error missing = expect_error([] { dataset_files("/nowhere/imdb"); });
  CHECK(missing.kind() == ErrorKind::kIo);
  CHECK(std::string(missing.what()) == "/nowhere/imdb: there is no such file or folder");
  CHECK(contains(missing.hint(), "downloads nothing"));
  CHECK(contains(expect_error([] { layout_of({"README.md", "model.bin"}); }).what(), "no row files in this folder"));
}

TEST_CASE("class names come from dataset_info.json if the files have none") {
  TemporaryFolder folder;
  fill(folder, {"train.csv"});
  folder.write("dataset_info.json", R"({"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}})");
  CHECK(read_dataset(folder.path()).rows.at("train").column("label").class_names() ==
        std::vector<std::string>{"neg", "pos"});
}

TEST_CASE("imdb in the Hub's layout has 25,000 rows per split") {
  const fs::path imdb = fs::path(HONE_SOURCE_DIR) / ".." / "shared" / "data" / "imdb";
  if (!fs::exists(imdb)) {
    MESSAGE("skipped: ../shared/data is not here");
    return;
  }
  for (const char* config : {"plain_text", ""}) {
    const Splits splits = read_dataset(imdb, config);
    CHECK(splits.rows.size() == 2);
    CHECK(splits.rows.at("train").size() == 25'000);
    CHECK(splits.rows.at("test").size() == 25'000);
  }
}

}  // namespace dataset_test
