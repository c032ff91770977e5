#include "corpus/documents.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/row_file.h"
#include "temporary_folder.h"

namespace documents_test {

using namespace hone;
using namespace hone::corpus;
using Texts = std::vector<std::string>;

struct Read {
  Texts texts, locations;
};

Read read_all(const std::vector<std::filesystem::path>& files, const DocumentOptions& options = {},
              DocumentPlace begin = {}) {
  DocumentReader reader(files, options, begin);
  Read read;
  while (const auto batch = reader.next()) {
    for (size_t i = 0; i < batch->size(); ++i) {
      read.texts.emplace_back(batch->texts[i]);
      read.locations.push_back(batch->location(i));
    }
  }
  return read;
}

TEST_CASE("a line of a txt file is a document with its line break") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.txt", "one\r\n\ntwo\rthree");
  const Read read = read_all({file});
  CHECK(read.texts == Texts{"one\n", "\n", "two\n", "three"});
  CHECK(read.locations[2] == file.string() + ":3");
  CHECK(read_all({file}, {{.keep_linebreaks = false}}).texts == Texts{"one", "", "two", "three"});
}

TEST_CASE("paragraphs end at blank lines, a file is one document") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.txt", "\n \none\ntwo\n\t\n\nthree\n\n");
  const Read read = read_all({file}, {{.documents = "paragraph"}});
  CHECK(read.texts == Texts{"one\ntwo\n", "three\n"});
  CHECK(read.locations == Texts{file.string() + ":3", file.string() + ":7"});
  CHECK(read_all({file}, {{.documents = "paragraph", .keep_linebreaks = false}}).texts == Texts{"one\ntwo", "three"});
  CHECK(read_all({file}, {{.documents = "file"}}).texts == Texts{"\n \none\ntwo\n\t\n\nthree\n\n"});
  const auto open_end = folder.write("b.txt", "one\ntwo");
  CHECK(read_all({open_end}, {{.documents = "file"}}).texts == Texts{"one\ntwo"});
}

TEST_CASE("rows of other formats are documents") {
  const TemporaryFolder folder;
  const auto jsonl = folder.write("a.jsonl", "{\"text\": \"one\\ntwo\"}\n{\"text\": null}\n{\"text\": \"\"}\n");
  const Read read = read_all({jsonl});
  CHECK(read.texts == Texts{"one\ntwo", "", ""});
  CHECK(read.locations[1] == jsonl.string() + ":2");
  const auto csv = folder.write("b.csv", "title,body\nA,\"first, b\"\nB,second\n");
  DocumentOptions options;
  options.input.text_column = "body";
  CHECK(read_all({csv}, options).texts == Texts{"first, b", "second"});
  options.input.text_pair_column = "title";
  CHECK(read_all({csv}, options).texts == Texts{"first, b\nA", "second\nB"});
  options.input.text_column = "bdy";
  CHECK(contains(expect_error([&] { read_all({csv}, options); }).what(), "bdy"));
  const auto columns = std::vector<table::FileColumn>{{"text", table::ColumnType::kString}};
  for (const std::string format : {"parquet", "arrow", "tsv", "json"}) {
    const std::filesystem::path path = folder.path() / ("c." + format);
    const auto file = table::create_row_file(path, format, columns);
    for (const std::string text : {"one", "two"}) file->write(std::vector<table::Value>{text});
    file->commit();
    CHECK_MESSAGE((read_all({path}).texts == Texts{"one", "two"}), format);
  }
}

TEST_CASE("a text that is not UTF-8 is an error with its place") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.txt", "one\ntw\xff\n");
  const Error error = expect_error([&] { read_all({file}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "a.txt:2"));
  DocumentOptions latin;
  latin.input.encoding = "latin-1";
  CHECK(read_all({file}, latin).texts == Texts{"one\n", "tw\xc3\xbf\n"});
}

TEST_CASE("an empty file is named") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { read_all({folder.write("a.txt", "")}); }).what(), "a.txt: the file is empty"));
}

TEST_CASE("reading begins at any place of any file") {
  const TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "line " + std::to_string(i) + "\n";  // more than a batch
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += "{\"text\": \"row " + std::to_string(i) + "\"}\n";
  const std::vector<std::filesystem::path> files = {folder.write("a.txt", lines), folder.write("b.jsonl", rows)};
  const Read all = read_all(files);
  REQUIRE(all.texts.size() == 20'020);
  for (const uint64_t document : {0, 1, 16'383, 16'384, 16'385, 19'999, 20'000}) {
    const Read rest = read_all(files, {}, {0, document});
    CHECK(rest.texts == Texts(all.texts.begin() + static_cast<std::ptrdiff_t>(document), all.texts.end()));
    CHECK(rest.locations == Texts(all.locations.begin() + static_cast<std::ptrdiff_t>(document), all.locations.end()));
  }
  for (const uint64_t document : {0, 7, 20}) {
    const Read rest = read_all(files, {}, {1, document});
    CHECK(rest.texts == Texts(all.texts.begin() + 20'000 + static_cast<std::ptrdiff_t>(document), all.texts.end()));
    CHECK(rest.locations ==
          Texts(all.locations.begin() + 20'000 + static_cast<std::ptrdiff_t>(document), all.locations.end()));
  }
  CHECK(read_all(files, {}, {2, 0}).texts.empty());
}

TEST_CASE("a batch knows the place behind each document") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.txt", "one\ntwo\nthree\n");
  DocumentReader reader({file, file}, {}, {1, 1});
  const auto batch = reader.next();
  REQUIRE(batch);
  CHECK(batch->begin == DocumentPlace{1, 1});
  CHECK(batch->place_after(1) == DocumentPlace{1, 3});
  CHECK_FALSE(reader.next());
}

TEST_CASE("of a folder the training split is read") {
  const TemporaryFolder folder;
  folder.write("set/train.txt", "a\n");
  folder.write("set/test.txt", "b\n");
  folder.write("one/test.txt", "c\n");
  const auto other = folder.write("d.txt", "d\n");
  data::InputOptions input;
  input.files = {(folder.path() / "set").string(), other.string()};
  CHECK(corpus_files(input, "") == std::vector<std::filesystem::path>{folder.path() / "set/train.txt", other});
  CHECK(corpus_files(input, "test") == std::vector<std::filesystem::path>{folder.path() / "set/test.txt", other});
  CHECK(contains(expect_error([&] { corpus_files(input, "tset"); }).what(), "tset"));
  input.files = {(folder.path() / "one").string()};
  CHECK(corpus_files(input, "").size() == 1);
  input.files = {other.string(), other.string()};
  CHECK(contains(expect_error([&] { corpus_files(input, ""); }).what(), "is given twice"));
}

}  // namespace documents_test
