#include <doctest/doctest.h>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace tokenizer_compare_test {

using namespace hone;

ProcessResult compare(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"tokenizer", "compare"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_hone(all);
}

TEST_CASE("compare has a row for each tokenizer, and an error in one does not hide the others") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", reviews(30)).string();
  const std::string missing = (folder.path() / "missing").string();
  const std::string bytes = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/byte_level/gpt2";
  const ProcessResult result = compare({tiny_model(), missing, bytes, "--dataset", rows, "--json"});
  CHECK(result.exit_code == 1);
  const Json made = json_lines(result.output).front();
  CHECK(made["rows"] == 30);
  REQUIRE(made["tokenizers"].size() == 3);
  const Json& bert = made["tokenizers"][0];
  CHECK(bert["folder"] == tiny_model());
  CHECK(bert["vocab_size"] == 106);
  CHECK(bert["tokens_per_word"].get<double>() > 1);
  CHECK(bert["tokens_per_character"].get<double>() < bert["tokens_per_word"].get<double>());
  CHECK(bert["bytes_per_token"].get<double>() > 1);
  CHECK(bert["megabytes_per_second"].get<double>() > 0);
  CHECK(contains(made["tokenizers"][1]["error"].get<std::string>(), missing + ": no such folder"));
  CHECK(made["tokenizers"][2]["unknown_share"] == 0);
  const ProcessResult table = compare({tiny_model(), missing, "--dataset", rows});
  CHECK(table.exit_code == 1);
  CHECK(contains(table.output, "  vocabulary  tokens/word  tokens/char  unknown  one token  bytes/token     MB/s\n"));
  CHECK(contains(table.output, "\n" + missing));
  CHECK(contains(table.output, "  error: no such folder\n"));
}

TEST_CASE("compare gives the numbers of a hand count") {
  const TemporaryFolder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ngood\nmovie\n##s\n");
  const std::string rows = folder.write("rows.txt", "good movies\ngood bad\n").string();
  // good | movie ##s, good | [UNK]: 5 tokens for 4 words of 17 characters in 19 bytes; bad is one token, [UNK].
  const ProcessResult result = compare({folder.path().string(), "--dataset", rows, "--json"});
  CHECK(result.exit_code == 0);
  const Json row = json_lines(result.output).front()["tokenizers"][0];
  CHECK(row["vocab_size"] == 8);
  CHECK(row["tokens_per_word"] == 1.25);
  CHECK(row["tokens_per_character"].get<double>() == doctest::Approx(5.0 / 17));
  CHECK(row["unknown_share"] == 0.2);
  CHECK(row["whole_word_share"] == 0.75);
  CHECK(row["bytes_per_token"].get<double>() == doctest::Approx(19.0 / 5));
}

TEST_CASE("compare reads the columns and as many rows as the user says") {
  const TemporaryFolder folder;
  const std::string rows = folder.write("rows.csv", "a,b\none two,three\nfour,five\n").string();
  const auto bytes_of = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {tiny_model(), "--dataset", rows, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return json_lines(compare(arguments).output).front()["bytes"];
  };
  CHECK(bytes_of({"--text-column=a"}) == 11);
  CHECK(bytes_of({"--text-column=a,b"}) == 20);
  CHECK(bytes_of({"--text-column=b", "--max-samples=1"}) == 5);
  const ProcessResult no_rows = compare({tiny_model()});
  CHECK(no_rows.exit_code == 2);
  CHECK(contains(no_rows.error, "no rows are given"));
  const ProcessResult split = compare({tiny_model(), "--dataset", rows, "--split=tset"});
  CHECK(split.exit_code == 2);
  CHECK(contains(split.error, "unknown split \"tset\""));
}

}  // namespace tokenizer_compare_test
