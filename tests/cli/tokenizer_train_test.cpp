#include <doctest/doctest.h>

#include "base/files.h"
#include "base/utf8.h"
#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace tokenizer_train_test {

using namespace hone;
namespace fs = std::filesystem;

ProcessResult train(const std::string& kind, const fs::path& rows, const fs::path& output,
                    const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"tokenizer",    "train",       "--kind",       kind,
                                        "--train-file", rows.string(), "--output-dir", output.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_hone(arguments);
}

std::string error_of(const ProcessResult& result, int exit_code) {
  CHECK(result.exit_code == exit_code);
  return result.error;
}

TEST_CASE("a tokenizer is trained on the texts of rows, and hone uses it") {
  const TemporaryFolder folder;
  const fs::path rows = folder.write("rows.csv", reviews(200)), out = folder.path() / "deep" / "own";
  const ProcessResult result = train("wordpiece", rows, out, {"--vocab-size", "60"});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "200 rows with "));
  CHECK(contains(result.error, "wrote a tokenizer of 60 tokens to " + out.string()));
  const ProcessResult tokens = run_hone({"tokenize", "--model", out.string(), "--json", "The movie was good"});
  const Json line = json_lines(tokens.output).front();
  CHECK(line["tokens"] == Json::parse(R"(["[CLS]","the","movie","was","good","[SEP]"])"));
  CHECK(line["input_ids"][0] == 2);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"}) {
    CHECK(fs::exists(out / name));
  }
}

TEST_CASE("the files are equal at any number of threads, and from every format of rows") {
  const TemporaryFolder folder;
  std::string csv = "text\n", lines, json;
  for (int i = 0; i < 300; ++i) {
    const std::string text = "row " + std::to_string(i * 37 % 101) + " was caf\xC3\xA9 number " + std::to_string(i);
    csv += text + "\n";
    lines += text + "\n";
    json += Json{{"text", text}}.dump() + "\n";
  }
  const std::string expected = [&] {
    const fs::path out = folder.path() / "first";
    const auto result = train("byte-bpe", folder.write("a.csv", csv), out, {"--vocab-size=400", "--num-threads=1"});
    REQUIRE_MESSAGE(result.exit_code == 0, result.error);
    return read_file(out / "tokenizer.json");
  }();
  for (const auto& [name, text] : {std::pair("b.txt", lines), std::pair("c.jsonl", json)}) {
    const fs::path out = folder.path() / name / "out";
    fs::create_directories(folder.path() / "rows");
    write_file(folder.path() / "rows" / name, text);
    REQUIRE(train("byte-bpe", folder.path() / "rows" / name, out, {"--vocab-size=400", "--num-threads=3"}).exit_code ==
            0);
    CHECK(read_file(out / "tokenizer.json") == expected);
  }
}

TEST_CASE("several columns and files are read, rows without text are counted, and max_samples limits the rows") {
  const TemporaryFolder folder;
  const fs::path a = folder.write("a.csv", "one,two,three\naaa,bbb,ccc\n,,ccc\n"), out = folder.path() / "out";
  const fs::path b = folder.write("b.csv", "one,two,three\nddd,eee,fff\nggg,hhh,iii\n");
  const ProcessResult result = run_hone({"tokenizer", "train", "--kind=bpe", "--pre-tokenizer=whitespace",
                                         "--train-file", a.string() + "," + b.string(), "--text-column=one,two",
                                         "--max-samples=3", "--output-dir", out.string()});
  REQUIRE_MESSAGE(result.exit_code == 0, result.error);
  CHECK(contains(result.error, "1 row without text"));
  CHECK(contains(result.error, "the vocabulary has 17 tokens, not 30000"));  // 5 special, a to e not c, aa, aaa ...
  const Json vocabulary = read_json(out / "tokenizer.json")["model"]["vocab"];
  CHECK(vocabulary.contains("eee"));
  for (const char* token : {"c", "f", "g"}) CHECK_FALSE(vocabulary.contains(token));
}

TEST_CASE("an output folder with other files is never replaced, a tokenizer only if the user says so") {
  const TemporaryFolder folder;
  const fs::path rows = folder.write("rows.csv", reviews(20)), out = folder.path() / "out";
  REQUIRE(train("wordpiece", rows, out, {"--vocab-size=60"}).exit_code == 0);
  const std::string before = read_file(out / "tokenizer.json");
  CHECK(contains(error_of(train("wordpiece", rows, out, {"--vocab-size=50"}), 2), "already holds a tokenizer"));
  CHECK(read_file(out / "tokenizer.json") == before);
  REQUIRE(train("wordpiece", rows, out, {"--vocab-size=50", "--overwrite-output-dir"}).exit_code == 0);
  CHECK(read_file(out / "tokenizer.json") != before);
  write_file(out / "notes.txt", "mine");
  CHECK(contains(error_of(train("wordpiece", rows, out, {"--overwrite-output-dir"}), 2),
                 "holds files that are not a tokenizer's (notes.txt)"));
  CHECK(read_file(out / "notes.txt") == "mine");
  CHECK(contains(error_of(train("wordpiece", rows, rows), 2), "is a file"));
}

TEST_CASE("a training that fails leaves no folder") {
  const TemporaryFolder folder;
  const fs::path rows = folder.write("rows.csv", reviews(20)), out = folder.path() / "out";
  const ProcessResult small = train("wordpiece", rows, out, {"--vocab-size=10"});
  CHECK(contains(error_of(small, 2), "a vocabulary of 10 tokens has no room for the 5 special tokens"));
  CHECK(contains(small.error, "--limit-alphabet"));
  CHECK(contains(error_of(train("wordpiece", rows, out, {"--max-words=3"}), 1), "more than 3 distinct words"));
  const fs::path empty = folder.write("empty.csv", "text\n\"  \"\n");
  CHECK(contains(error_of(train("wordpiece", empty, out), 1), "have no words"));
  const fs::path invalid = folder.write("invalid.txt", "good\nbad \xFF\n");
  CHECK(contains(error_of(train("wordpiece", invalid, out), 1), "invalid.txt:2: byte 0xFF"));
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("Ctrl-C ends a training, which leaves no folder") {
  const TemporaryFolder folder;
  std::string text;
  for (uint64_t i = 0; i < 300'000; ++i) text += std::to_string(i * 0x9E3779B97F4A7C15) + (i % 8 == 7 ? "\n" : " ");
  const fs::path rows = folder.write("rows.txt", text), out = folder.path() / "out";
  Process process(HONE_PROGRAM, {"tokenizer", "train", "--kind", "wordpiece", "--train-file", rows.string(),
                                 "--output-dir", out.string()});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  process.send(SIGINT);
  CHECK(process.wait().exit_code == 130);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    CHECK_FALSE(is_temporary_name(entry.path().filename().string()));
  }
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("options that the kind does not read are refused") {
  const TemporaryFolder folder;
  const fs::path rows = folder.write("rows.csv", reviews(5)), out = folder.path() / "out";
  CHECK(contains(error_of(train("unigram", rows, out, {"--min-frequency=2"}), 2),
                 "--min-frequency does not apply to the kind unigram"));
  CHECK(contains(error_of(train("byte-bpe", rows, out, {"--unk-token=<unk>"}), 2), "--unk-token does not apply"));
  CHECK(contains(error_of(train("bpe", rows, out, {"--seed-size=100"}), 2), "--seed-size does not apply"));
  CHECK(contains(error_of(train("wordpiec", rows, out), 2), "did you mean \"wordpiece\"?"));
  CHECK(contains(error_of(run_hone({"tokenizer", "train", "--kind=bpe", "--output-dir", out.string()}), 2),
                 "no rows are given"));
  CHECK(contains(error_of(train("bpe", rows, out, {"--dataset", rows.string()}), 2),
                 "both --dataset and --train-file are given"));
}

TEST_CASE("a tokenizer that does not fit the model is refused before training") {
  const TemporaryFolder folder;
  const fs::path rows = folder.write("rows.csv", reviews(30)), out = folder.path() / "out";
  const fs::path model = copy_model(folder, {"tokenizer.json", "tokenizer_config.json"});
  const auto trained = [&](const std::vector<std::string>& more) {
    const fs::path own = folder.path() / "own";
    fs::remove_all(own);
    REQUIRE(train("wordpiece", rows, own, more).exit_code == 0);
    for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
      fs::copy_file(own / name, model / name, fs::copy_options::overwrite_existing);
    }
    return run_hone(train_arguments(model.string(), out, {"--train-file", rows.string(), "--max-steps=1"}));
  };
  const std::string ids = error_of(trained({"--vocab-size=60", "--special-tokens=[UNK],[PAD],[CLS],[SEP],[MASK]"}), 1);
  CHECK(contains(ids, "pad_token_id is 0 in config.json, but the tokenizer's pad_token \"[PAD]\" has the id 1"));
  std::string alphabet;
  for (char32_t code = 0x4E00; code < 0x4E80; ++code) append_utf8(alphabet, code);
  const std::string large = error_of(trained({"--vocab-size=300", "--initial-alphabet=" + alphabet}), 1);
  CHECK(contains(large, "the model's embedding only 106 rows"));
  CHECK_FALSE(fs::exists(out / "model.safetensors"));
}

}  // namespace tokenizer_train_test
