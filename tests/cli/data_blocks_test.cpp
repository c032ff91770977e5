#include <doctest/doctest.h>

#include <set>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_blocks_test {

using namespace hone;
namespace fs = std::filesystem;

// Tokenizes the text into the folder NAME, and returns its path.
std::string corpus_of(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  const std::string file = folder.write(name + ".txt", text).string(), output = (folder.path() / name).string();
  REQUIRE(run_hone({"data", "tokenize", file, "--model", tiny_model(), "--output", output}).exit_code == 0);
  return output;
}

TEST_CASE("blocks says what a corpus holds, and shows texts of its blocks") {
  const TemporaryFolder folder;
  const std::string corpus = corpus_of(folder, "corpus", "a good film\na bad film\nthe plot\n");
  const ProcessResult result = run_hone({"data", "blocks", corpus, "--block-size", "11", "--num-blocks", "2",
                                         "--verify", "--no-shuffle", "--model", tiny_model()});
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(contains(result.output, "3 documents, 14 tokens of 2 bytes in 1 shard"), result.output);
  CHECK(contains(result.output, "2 packed blocks of at most 11 tokens, 63.6 % full"));
  CHECK(contains(result.output, "the checksums, offsets and ids are right"));
  CHECK(contains(result.output, "  document 0: [CLS] a good film [SEP]\n  document 1: [CLS] a bad film [SEP]\n"));
  CHECK(contains(result.output, "1: " + corpus + ", epoch 0, block 1, 4 tokens\n  document 2: [CLS] the plot [SEP]"));
}

TEST_CASE("a mixture keeps its shares and counts the epochs of each corpus") {
  const TemporaryFolder folder;
  const std::string one = corpus_of(folder, "one", "a\na\na\n"), two = corpus_of(folder, "two", "the\nthe\nthe\nthe\n");
  const std::vector<std::string> arguments = {
      "data", "blocks", "--mix", one + "=3," + two + "=1", "--block-size", "3", "--num-blocks", "48", "--json"};
  const ProcessResult result = run_hone(arguments);
  REQUIRE(result.exit_code == 0);
  const std::vector<Json> rows = json_lines(result.output);
  REQUIRE(rows.size() == 50);
  CHECK(rows[0]["num_blocks"] == 3);
  CHECK(rows[1]["num_blocks"] == 4);
  std::map<std::string, std::vector<std::set<int>>> blocks;
  std::map<std::string, int> counts;
  for (size_t i = 2; i < rows.size(); ++i) {
    const std::string corpus = rows[i]["corpus"];
    ++counts[corpus];
    const auto epoch = rows[i]["epoch"].get<size_t>();
    if (blocks[corpus].size() <= epoch) blocks[corpus].resize(epoch + 1);
    CHECK(blocks[corpus][epoch].insert(rows[i]["block"].get<int>()).second);
  }
  CHECK(counts[one] == 36);
  CHECK(counts[two] == 12);
  CHECK(blocks[one].size() == 12);
  CHECK(blocks[two].size() == 3);
  // A later position is found without those before it.
  std::vector<std::string> later = arguments;
  later.insert(later.end(), {"--position", "40"});
  later[7] = "8";
  const std::vector<Json> last = json_lines(run_hone(later).output);
  REQUIRE(last.size() == 10);
  for (size_t i = 0; i < 8; ++i) CHECK(last[2 + i] == rows[42 + i]);
}

TEST_CASE("damaged and foreign shards are named") {
  const TemporaryFolder folder;
  const fs::path corpus = corpus_of(folder, "corpus", "a good film\n");
  const auto check = [&](const std::vector<std::string>& more, const char* message) {
    std::vector<std::string> arguments = {"data", "blocks", corpus.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = run_hone(arguments);
    CHECK(result.exit_code != 0);
    CHECK(result.exit_code < 70);
    CHECK_MESSAGE(contains(result.error, message), result.error);
  };
  check({"--model", std::string(HONE_SOURCE_DIR) + "/tests/fixtures/byte_level/gpt2"},
        "was made with another tokenizer than that of");
  check({"--block", "--block-size", "100"}, "has the 100 tokens of a block");
  check({"--mix", "a=1"}, "corpora are given as arguments and by --mix");
  const std::string ids = read_file(corpus / "shard-00000.ids"), manifest = read_file(corpus / "corpus.json");
  write_file(corpus / "shard-00000.ids", ids.substr(2));
  check({}, "shard-00000.ids is truncated: it has 8 bytes, but its manifest says 10 (5 x 2)");
  write_file(corpus / "shard-00000.ids", ids.substr(2) + "\xff\xff");
  check({"--num-blocks", "1"}, "has the id 65535, but the vocabulary has");
  check({"--verify"}, "shard-00000.ids has another sha256 than corpus.json says");
  Json lies = parse_json(manifest, "corpus.json");
  lies["shards"][0]["num_documents"] = uint64_t{1} << 47;
  write_json(corpus / "corpus.json", lies);
  check({}, "shard-00000.offsets is truncated");
  fs::remove(corpus / "corpus.json");
  check({}, "is not a corpus: corpus.json is missing");
  CHECK(run_hone({"data", "blocks"}).exit_code == 2);
}

}  // namespace data_blocks_test
