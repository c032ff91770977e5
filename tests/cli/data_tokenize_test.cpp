#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "cli/process.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace data_tokenize_test {

using namespace hone;
namespace fs = std::filesystem;

std::string lines(int count) {
  const char* const words[] = {"good", "bad", "film", "a", "the", "very", "boring", "plot"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 3 + i * i % 11; ++j) text += std::string(words[(i + j * j) % 8]) + " ";
    text += "number " + std::to_string(i) + "\n";
  }
  return text;
}

std::vector<std::string> tokenize_arguments(const std::string& file, const fs::path& output,
                                            const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"data",          "tokenize",      file, "--model", tiny_model(), "--output",
                                        output.string(), "--num-threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename()] = read_file(entry.path());
  return files;
}

TEST_CASE("tokenize writes shards, and says so when they are there") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.txt", "a good film\na bad film\n").string();
  const fs::path output = folder.path() / "corpus";
  const ProcessResult result = run_hone(tokenize_arguments(file, output));
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(contains(result.output, "2 documents with 10 tokens of 2 bytes in 1 shard"), result.output);
  CHECK(contains(result.output, "MB/s"));
  CHECK(fs::file_size(output / "shard-00000.ids") == 20);
  CHECK(fs::file_size(output / "shard-00000.offsets") == 24);
  const ProcessResult again = run_hone(tokenize_arguments(file, output));
  CHECK(again.exit_code == 0);
  CHECK(contains(again.output, "up to date, checksums compared"));
  const ProcessResult other = run_hone(tokenize_arguments(file, output, {"--no-add-special-tokens"}));
  CHECK(other.exit_code == 2);
  CHECK(contains(other.error, "add_special_tokens was true and is false now"));
  CHECK(run_hone(tokenize_arguments(file, output, {"--no-add-special-tokens", "--overwrite"})).exit_code == 0);
  CHECK(fs::file_size(output / "shard-00000.ids") == 12);
}

// The finished shards of a folder and the times of their files.
std::map<fs::path, fs::file_time_type> finished_shards(const fs::path& partial) {
  std::map<fs::path, fs::file_time_type> times;
  if (!fs::exists(partial / "corpus.json")) return times;
  const Json manifest = read_json(partial / "corpus.json");
  for (size_t i = 0; i < manifest["shards"].size(); ++i) {
    const std::string name = fmt::format("shard-{:05}.ids", i);
    times[name] = fs::last_write_time(partial / name);
  }
  return times;
}

TEST_CASE("after kill -9 at any place the same command continues, and finished shards stay as they are") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.txt", lines(20'000)).string();
  const std::vector<std::string> more = {"--shard-tokens", "4000", "--deduplicate"};
  const fs::path whole = folder.path() / "whole", output = folder.path() / "corpus",
                 partial = folder.path() / "corpus.partial";
  REQUIRE(run_hone(tokenize_arguments(file, whole, more)).exit_code == 0);
  const auto expected = content_of(whole);
  REQUIRE(expected.size() > 60);
  std::map<fs::path, fs::file_time_type> finished;
  size_t num_kills = 0;
  // Killed when a file of this number appears: half-written, without its manifest, between two shards.
  for (const char* name : {"corpus.json", "shard-00000.ids", "shard-00003.offsets", "shard-00004.ids",
                           "shard-00011.offsets", "shard-00020.ids"}) {
    Process process(HONE_PROGRAM, tokenize_arguments(file, output, more));
    CHECK(process.wait_until([&] { return fs::exists(partial / name); }));
    process.send(SIGKILL);
    num_kills += process.wait().exit_code == 128 + SIGKILL ? 1 : 0;
    CHECK_FALSE(fs::exists(output));
    const auto now = finished_shards(partial);
    for (const auto& [shard, time] : finished) CHECK(now.at(shard) == time);
    finished = now;
  }
  CHECK(num_kills == 6);
  CHECK(finished.size() >= 20);
  const ProcessResult result = run_hone(tokenize_arguments(file, output, more));
  CHECK(result.exit_code == 0);
  CHECK(contains(result.error, "continuing behind"));
  CHECK(content_of(output) == expected);
  CHECK_FALSE(fs::exists(partial));
  for (const auto& [shard, time] : finished) CHECK(fs::last_write_time(output / shard) == time);
}

TEST_CASE("Ctrl-C keeps what is finished") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.txt", lines(100'000)).string();
  const fs::path output = folder.path() / "corpus";
  Process process(HONE_PROGRAM, tokenize_arguments(file, output, {"--shard-tokens", "4000"}));
  CHECK(process.wait_until([&] { return fs::exists(folder.path() / "corpus.partial" / "shard-00002.ids"); }));
  process.send(SIGINT);
  const ProcessResult result = process.wait();
  CHECK(result.exit_code == 130);
  CHECK_MESSAGE(contains(result.output, "are finished; the same command continues"), result.output);
  CHECK_FALSE(fs::exists(output));
  CHECK(run_hone(tokenize_arguments(file, output, {"--shard-tokens", "4000"})).exit_code == 0);
}

TEST_CASE("what cannot be tokenized is named") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  const auto check = [&](const std::string& file, const std::vector<std::string>& more, int exit_code,
                         const char* message) {
    const ProcessResult result = run_hone(tokenize_arguments(file, output, more));
    CHECK(result.exit_code == exit_code);
    CHECK_MESSAGE(contains(result.error, message), result.error);
  };
  const std::string empty = folder.write("empty.jsonl", "{\"text\": \"\"}\n").string();
  check(empty, {}, 1, "there is no text in 1 document");
  const std::string good = folder.write("good.txt", "a good film\n").string();
  check(good, {"--append-eos"}, 2, "has no end token");
  check(folder.write("bad.txt", "a\nb\xff\n").string(), {}, 1, "bad.txt:2");
  check((folder.path() / "none.txt").string(), {}, 1, "there is no such file");
  check(folder.write("c.csv", "a,b\n1,2\n").string(), {}, 1, "c.csv");
  CHECK_FALSE(fs::exists(folder.path() / "corpus.partial"));
  folder.write("corpus/mine.txt", "mine");
  check(good, {"--overwrite"}, 2, "holds mine.txt, which is no file of a corpus");
  CHECK(read_file(output / "mine.txt") == "mine");
}

}  // namespace data_tokenize_test
