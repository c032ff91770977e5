#include "corpus/work_folder.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "corpus/made_corpus.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace work_folder_test {

using namespace hone;
using namespace hone::corpus;
namespace fs = std::filesystem;

Manifest wanted() {
  Manifest manifest{.tokenizer_sha256 = "abc", .vocab_size = 100};
  manifest.settings = {{"documents", "line"}};
  manifest.sources = {{"made.txt", 12, 34}};
  return manifest;
}

// Adds a shard of one document.
void add_shard(WorkFolder& work, int32_t id) {
  ShardWriter writer(work.path(), work.manifest().shards.size(), 100);
  writer.add(std::vector<int32_t>{id});
  work.add(writer.commit());
}

TEST_CASE("finished shards are kept, and become the output") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  {
    WorkFolder work(output, wanted(), false);
    add_shard(work, 1);
    ShardWriter killed(work.path(), 1, 100);
    std::ofstream(work.path() / "shard-00001.offsets") << "half";
  }
  CHECK_FALSE(fs::exists(output));
  WorkFolder work(output, wanted(), false);
  CHECK(work.manifest().shards.size() == 1);
  CHECK_FALSE(fs::exists(work.path() / "shard-00001.offsets"));
  add_shard(work, 2);
  work.publish();
  CHECK_FALSE(fs::exists(folder.path() / "corpus.partial"));
  const Corpus corpus(output);
  CHECK(read_ids(corpus, 0, 2) == std::vector<int32_t>{1, 2});
  CHECK(output_state(output, wanted(), Overwrite::kNone) == OutputState::kSame);
  CHECK(output_state(output, wanted(), Overwrite::kOthers) == OutputState::kSame);
}

TEST_CASE("an output with a slash at its end is the same folder") {
  const TemporaryFolder folder;
  WorkFolder work(folder.path() / "corpus/", wanted(), false);
  CHECK(work.path() == folder.path() / "corpus.partial");
  add_shard(work, 1);
  work.publish();
  CHECK(Corpus(folder.path() / "corpus").num_tokens() == 1);
}

TEST_CASE("damaged shards are made again") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  {
    WorkFolder work(output, wanted(), false);
    for (int32_t id = 1; id <= 3; ++id) add_shard(work, id);
    change_bytes(ids_path(work.path(), 1), 0, "\x09");
  }
  const std::string log = captured_log([&] {
    const WorkFolder work(output, wanted(), false);
    CHECK(work.manifest().shards.size() == 1);
    CHECK_FALSE(fs::exists(ids_path(work.path(), 2)));
  });
  CHECK(contains(log, "shard-00001.ids has another sha256"));
}

TEST_CASE("shards of other work are kept unless they may be overwritten") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  {
    WorkFolder work(output, wanted(), false);
    add_shard(work, 1);
  }
  Manifest other = wanted();
  other.settings["documents"] = "file";
  const Error error = expect_error([&] { WorkFolder(output, other, false); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "unfinished shards of other work: documents was \"line\" and is \"file\" now"));
  CHECK(WorkFolder(output, wanted(), false).manifest().shards.size() == 1);
  CHECK(WorkFolder(output, other, true).manifest().shards.empty());
  CHECK_FALSE(fs::exists(folder.path() / "corpus.partial"));
  folder.write("corpus.partial/corpus.json", "{");
  CHECK(contains(expect_error([&] { WorkFolder(output, other, false); }).what(), "corpus.json:1:"));
  CHECK(WorkFolder(output, other, true).manifest().shards.empty());
}

TEST_CASE("work without a finished shard leaves no folder, and is in nobody's way") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  {
    WorkFolder(output, wanted(), false);
  }
  CHECK(fs::is_empty(folder.path()));
  make_folders(folder.path() / "corpus.partial");
  write_manifest(folder.path() / "corpus.partial", wanted());  // as after kill -9
  Manifest other = wanted();
  other.settings["documents"] = "file";
  WorkFolder work(output, other, false);
  CHECK(work.manifest().settings["documents"] == "file");
}

TEST_CASE("differences are named") {
  const Manifest before = wanted();
  CHECK(difference(before, wanted()).empty());
  Manifest now = wanted();
  now.tokenizer_sha256 = "def";
  CHECK(difference(before, now) == "it was made with another tokenizer");
  now = wanted();
  now.sources[0].size = 13;
  CHECK(difference(before, now) == "made.txt has changed since");
  now.sources[0].path = "other.txt";
  CHECK(difference(before, now) == "it was made of made.txt, not of other.txt");
  now = wanted();
  now.sources.push_back({"more.txt", 1, 1});
  CHECK(difference(before, now) == "it was made of 1 files, not of 2");
}

TEST_CASE("folders of others are not touched") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  folder.write("corpus/notes.txt", "mine");
  for (const bool overwrites : {false, true}) {
    const Error error =
        expect_error([&] { output_state(output, wanted(), overwrites ? Overwrite::kAll : Overwrite::kNone); });
    CHECK(contains(error.what(), "corpus holds notes.txt, which is no file of a corpus"));
  }
  CHECK(contains(expect_error([&] { output_state(output / "notes.txt", wanted(), Overwrite::kAll); }).what(),
                 "is a file"));
  fs::remove(output / "notes.txt");
  CHECK(output_state(output, wanted(), Overwrite::kNone) == OutputState::kFree);
  folder.write("corpus/shard-00000.ids", "");
  CHECK(contains(expect_error([&] { output_state(output, wanted(), Overwrite::kAll); }).what(), "but no corpus.json"));
  folder.write("corpus.partial/notes.txt", "mine");
  CHECK(contains(expect_error([&] { WorkFolder(output, wanted(), true); }).what(), "corpus.partial holds notes.txt"));
  CHECK(read_file(folder.path() / "corpus.partial/notes.txt") == "mine");
}

TEST_CASE("an existing corpus is replaced when the new one is complete") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  write_corpus(output, {{{7}}});
  Manifest other = wanted();
  other.settings["documents"] = "file";
  const Error error = expect_error([&] { output_state(output, other, Overwrite::kNone); });
  CHECK(contains(error.what(), "already holds a corpus: documents was \"line\""));
  CHECK(output_state(output, other, Overwrite::kAll) == OutputState::kFree);
  CHECK(output_state(output, other, Overwrite::kOthers) == OutputState::kFree);
  WorkFolder work(output, other, true);
  add_shard(work, 8);
  CHECK(read_ids(Corpus(output), 0, 1) == std::vector<int32_t>{7});
  work.publish();
  CHECK(read_ids(Corpus(output), 0, 1) == std::vector<int32_t>{8});
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("two processes cannot write to one output") {
  const TemporaryFolder folder;
  const fs::path output = folder.path() / "corpus";
  const WorkFolder work(output, wanted(), false);
  const Error error = expect_error([&] { WorkFolder(output, wanted(), true); });
  CHECK(contains(error.what(), "another process is writing to"));
}

}  // namespace work_folder_test
