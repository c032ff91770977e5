#include "table/tagged_lines.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace tagged_lines_test {

using namespace hone;
using namespace hone::table;

// The rows of a file as JSON: [[words, tags], ...].
std::vector<std::string> rows_of(const Rows& rows) {
  std::vector<std::string> result;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    result.push_back(rows.json(row, "tokens") + " " + rows.json(row, "tags"));
  }
  return result;
}

std::vector<std::string> read(std::string_view text, const std::string& name = "a.conll") {
  const TemporaryFolder folder;
  return rows_of(read_rows(folder.write(name, text)));
}

std::string refused(std::string_view text) {
  const TemporaryFolder folder;
  const Error error = expect_error([&] { read_rows(folder.write("a.conll", text)); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.hint(), "a blank line ends a sentence"));
  return error.what();
}

using Texts = std::vector<std::string>;

TEST_CASE("a sentence is a row with the lists tokens and tags, located by its first line") {
  const TemporaryFolder folder;
  const Rows rows = read_rows(folder.write("a.conll", "Ada\tB-person\nLovelace\tI-person\n\n\nsays\tO\n\"hi\"\tO\n"));
  CHECK(rows_of(rows) == Texts{R"(["Ada","Lovelace"] ["B-person","I-person"])", R"(["says","\"hi\""] ["O","O"])"});
  CHECK(rows.column_names() == Texts{"tokens", "tags"});
  CHECK(rows.column("tokens").type() == ColumnType::kNested);
  CHECK(rows.location(0) == (folder.path() / "a.conll").string() + ":1");
  CHECK(rows.location(1) == (folder.path() / "a.conll").string() + ":5");
}

TEST_CASE("the word is the first column and the tag the last, parted by spaces or tabs") {
  CHECK(read("EU NNP  B-NP B-ORG\r\nrejects VBZ B-VP O\r\n\r\n") == Texts{R"(["EU","rejects"] ["B-ORG","O"])"});
  CHECK(read("New York\tx\tB-LOC\nis\t\tO\n") == Texts{R"(["New York","is"] ["B-LOC","O"])"});
  CHECK(read("\xE4\xB8\xAD B-LOC\n\xE5\x9B\xBD I-LOC") ==
        Texts{"[\"\xE4\xB8\xAD\",\"\xE5\x9B\xBD\"] [\"B-LOC\",\"I-LOC\"]"});
}

TEST_CASE("blank lines, also with tabs, and -DOCSTART- part sentences; comments before a sentence are skipped") {
  CHECK(read("a\tO\n\t\nb\tO\n   \n\n") == Texts{R"(["a"] ["O"])", R"(["b"] ["O"])"});
  CHECK(read("-DOCSTART- -X- O O\n\na x y O\n-DOCSTART- -X- O O\nb x y O\n") ==
        Texts{R"(["a"] ["O"])", R"(["b"] ["O"])"});
  CHECK(read("# id 1 domain=en\na _ _ O\n\n# id 2 domain=en\n# _ _ O\n").size() == 2);
}

TEST_CASE("files with the extensions bio, iob and iob2 are read in the same way") {
  for (const char* name : {"a.bio", "a.iob", "a.iob2", "a.CONLL"}) CHECK(read("a O\n", name).size() == 1);
}

TEST_CASE("a txt file whose lines are words with tags is read as such, with a note") {
  const TemporaryFolder folder;
  Rows rows;
  const std::string log =
      captured_log([&] { rows = read_rows(folder.write("train.txt", "EU B-ORG\nsays O\n\nhi O\n")); });
  CHECK(rows.size() == 2);
  CHECK(contains(log, "train.txt: each line is read as a word with its tag (CoNLL)"));
  CHECK(read_rows(folder.write("plain.txt", "EU B-ORG\nhello to you\n")).column_names() == Texts{"text"});
  CHECK(read_rows(folder.write("words", "EU\tB-ORG\nsays\tO\n")).column_names() == Texts{"tokens", "tags"});
}

TEST_CASE("a text is taken for tagged lines only if every line has a tag and one is outside of entities") {
  CHECK(looks_like_tagged_lines("EU B-ORG\nsays O\n", true));
  CHECK(looks_like_tagged_lines("-DOCSTART- -X- O\n\nEU NNP U-ORG\n. . O", true));
  CHECK(looks_like_tagged_lines("EU B-ORG\nsays O\nhal", false));
  CHECK_FALSE(looks_like_tagged_lines("EU B-ORG\nsays O\nhal", true));
  CHECK_FALSE(looks_like_tagged_lines("EU B-ORG\n", true));
  CHECK_FALSE(looks_like_tagged_lines("O\nO\n", true));
  CHECK_FALSE(looks_like_tagged_lines("blood type O\nof O\n", true));
  CHECK_FALSE(looks_like_tagged_lines("", true));
}

TEST_CASE("a line with another number of columns is an error that names the line") {
  CHECK(contains(refused("a O\nb\n"), "a.conll:2: 1 column in this line, but 2 in the lines before"));
  CHECK(contains(refused("a\tO\n\nb\tx\tO\n"), "a.conll:3: 3 columns in this line, but 2 in the lines before"));
}

TEST_CASE("a word without a tag is an error that names the line") {
  CHECK(contains(refused("\n\nword\n"), "a.conll:3: \"word\" has no tag"));
  CHECK(contains(refused("a\tO\nb\t\n"), "a.conll:2: the word \"b\" has no tag"));
}

TEST_CASE("an empty file is an error") { CHECK(contains(refused(""), "a.conll: the file is empty")); }

TEST_CASE("the sentences of a long file keep their lines across windows and batches") {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += "word" + std::to_string(i) + "\tO\n\n";
  const TemporaryFolder folder;
  RowReader reader({folder.write("a.conll", text)});
  uint64_t count = 0;
  while (const auto rows = reader.next(1000)) {
    CHECK(rows->json(0, "tokens") == "[\"word" + std::to_string(count) + "\"]");
    CHECK(rows->location(0).ends_with(":" + std::to_string(2 * count + 1)));
    count += rows->size();
  }
  CHECK(count == 300'000);
}

}  // namespace tagged_lines_test
