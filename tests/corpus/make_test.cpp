#include "corpus/make.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "captured_log.h"
#include "corpus/made_corpus.h"
#include "corpus/work_folder.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_fingerprint.h"

namespace make_test {

using namespace hone;
using namespace hone::corpus;
namespace fs = std::filesystem;

const std::string kFixtures = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/";

MakeOptions options_of(const std::vector<fs::path>& files, const fs::path& output) {
  MakeOptions options;
  for (const fs::path& file : files) options.documents.input.files.push_back(file.string());
  options.model_name_or_path = kFixtures + "models/tiny-bert";
  options.output = output;
  options.num_threads = 1;
  return options;
}

std::vector<std::string> sentences(int count) {
  const std::vector<std::string> words = {"good", "bad", "film", "a", "the", "very", "boring", "plot"};
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    std::string text = "row " + std::to_string(i);
    for (int j = 0; j < i * i % 11; ++j) text += " " + words[static_cast<size_t>(i + j * j) % words.size()];
    texts.push_back(text);
  }
  return texts;
}

std::string as_lines(const std::vector<std::string>& texts) {
  std::string lines;
  for (const std::string& text : texts) lines += text + "\n";
  return lines;
}

// The names and bytes of all files of a folder, except the manifest's times.
std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) files[entry.path().filename()] = read_file(entry.path());
  return files;
}

TEST_CASE("the documents have the ids of the tokenizer") {
  const TemporaryFolder folder;
  const std::vector<std::string> texts = sentences(200);
  for (const bool adds_special : {true, false}) {
    MakeOptions options = options_of({folder.write("a.txt", as_lines(texts))}, folder.path() / "corpus");
    options.add_special_tokens = adds_special;
    options.shard_tokens = 500;
    options.overwrite = true;
    const MakeResult result = make_corpus(options);
    const Corpus corpus(options.output);
    const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
    REQUIRE(corpus.num_documents() == texts.size());
    for (uint64_t i = 0; i < texts.size(); ++i) {
      const TokenRange document = corpus.document(i);
      CHECK(read_ids(corpus, document.begin, document.size()) ==
            tokenizer.encode(texts[i] + "\n", {.add_special_tokens = adds_special}).ids);
    }
    CHECK(result.manifest.shards.size() > 3);
    for (size_t i = 0; i + 1 < result.manifest.shards.size(); ++i) {
      CHECK(result.manifest.shards[i].num_tokens >= 500);
      CHECK(result.manifest.shards[i].num_tokens < 530);
    }
    CHECK(result.manifest.totals().num_bytes == as_lines(texts).size());
    corpus.verify();
  }
}

TEST_CASE("the shards do not depend on the number of threads") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.txt", as_lines(sentences(3000)));
  std::vector<std::map<std::string, std::string>> contents;
  for (const int num_threads : {1, 2, 5}) {
    MakeOptions options = options_of({file}, folder.path() / std::to_string(num_threads));
    options.num_threads = num_threads;
    options.shard_tokens = 5000;
    make_corpus(options);
    contents.push_back(content_of(options.output));
  }
  CHECK(contents[0].size() > 4);
  CHECK(contents[0] == contents[1]);
  CHECK(contents[0] == contents[2]);
}

TEST_CASE("a corpus continues behind any of its shards, and is the same as without a stop") {
  const TemporaryFolder folder;
  std::vector<std::string> texts = sentences(300);
  for (int i = 0; i < 300; i += 7) texts[static_cast<size_t>(i)] = "the same film";
  const std::vector<fs::path> files = {folder.write("a.txt", as_lines({texts.begin(), texts.begin() + 110})),
                                       folder.write("b.txt", as_lines({texts.begin() + 110, texts.end()}))};
  for (const bool deduplicates : {false, true}) {
    MakeOptions options = options_of(files, folder.path() / "whole");
    options.shard_tokens = 400;
    options.deduplicate = deduplicates;
    options.overwrite = true;
    const Manifest whole = make_corpus(options).manifest;
    const auto expected = content_of(options.output);
    REQUIRE(whole.shards.size() > 4);
    CHECK(whole.totals().num_duplicates == (deduplicates ? 42 : 0));
    options.output = folder.path() / "resumed";
    for (size_t num_finished = 0; num_finished <= whole.shards.size(); ++num_finished) {
      fs::remove_all(options.output);
      const fs::path partial = folder.path() / "resumed.partial";
      fs::copy(folder.path() / "whole", partial);
      Manifest manifest = whole;
      manifest.is_complete = false;
      manifest.shards.resize(num_finished);
      if (num_finished == whole.shards.size())
        manifest.shards.back().num_duplicates = whole.shards.back().num_duplicates;
      write_manifest(partial, manifest);
      // Finished shards are not written again: their times stay.
      std::vector<fs::file_time_type> times;
      for (size_t i = 0; i < num_finished; ++i) {
        fs::last_write_time(ids_path(partial, i), fs::file_time_type::clock::now() - std::chrono::hours(1));
        times.push_back(fs::last_write_time(ids_path(partial, i)));
      }
      MakeResult result;
      captured_log([&] { result = make_corpus(options); });
      CHECK(result.num_finished == manifest.totals().num_documents);
      CHECK(content_of(options.output) == expected);
      for (size_t i = 0; i < num_finished; ++i) CHECK(fs::last_write_time(ids_path(options.output, i)) == times[i]);
      CHECK(result.num_bytes == whole.totals().num_bytes - manifest.totals().num_bytes);
    }
  }
}

TEST_CASE("a complete folder that was not renamed before kill -9 becomes the output") {
  const TemporaryFolder folder;
  const MakeOptions options = options_of({folder.write("a.txt", "good film\n")}, folder.path() / "corpus");
  make_corpus(options);
  const auto expected = content_of(options.output);
  fs::rename(options.output, folder.path() / "corpus.partial");
  captured_log([&] { CHECK(make_corpus(options).num_bytes == 0); });
  CHECK(content_of(options.output) == expected);
}

TEST_CASE("the same call on a complete corpus compares its checksums") {
  const TemporaryFolder folder;
  const MakeOptions options = options_of({folder.write("a.txt", "good film\n")}, folder.path() / "corpus");
  CHECK_FALSE(make_corpus(options).was_complete);
  const MakeResult again = make_corpus(options);
  CHECK(again.was_complete);
  CHECK(again.num_bytes == 0);
  CHECK(contains(to_text(again, options), "up to date"));
  change_bytes(ids_path(options.output, 0), 0, "\x07");
  const Error error = expect_error([&] { make_corpus(options); });
  CHECK(contains(error.what(), "has another sha256"));
  CHECK(contains(error.hint(), "--overwrite"));
  MakeOptions other = options;
  other.append_eos = true;
  other.model_name_or_path = kFixtures + "byte_level/gpt2";
  CHECK(contains(expect_error([&] { make_corpus(other); }).what(), "it was made with another tokenizer"));
  other.overwrite = true;
  make_corpus(other);
  Corpus(options.output).verify();
}

TEST_CASE("the end token is appended once") {
  const TemporaryFolder folder;
  MakeOptions options =
      options_of({folder.write("a.jsonl", "{\"text\": \"ab\"}\n{\"text\": \"ab<|endoftext|>\"}\n{\"text\": \"\"}\n")},
                 folder.path() / "corpus");
  options.model_name_or_path = kFixtures + "byte_level/gpt2";
  options.append_eos = true;
  const MakeResult result = make_corpus(options);
  CHECK(result.manifest.totals().num_empty == 1);
  const Corpus corpus(options.output);
  const auto end = text::Tokenizer::load(options.model_name_or_path).special_id("eos_token");
  REQUIRE(end);
  const std::vector<int32_t> first = read_ids(corpus, 0, corpus.document(0).size());
  CHECK(first.back() == *end);
  CHECK(first[first.size() - 2] != *end);
  CHECK(read_ids(corpus, corpus.document(1).begin, corpus.document(1).size()) == first);
  CHECK(corpus.document(2).size() == 0);
  options.model_name_or_path = kFixtures + "models/tiny-bert";
  options.output = folder.path() / "other";
  const Error error = expect_error([&] { make_corpus(options); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "has no end token"));
}

TEST_CASE("equal documents are left out on request") {
  const TemporaryFolder folder;
  const std::vector<fs::path> files = {folder.write("a.txt", "good\nbad\ngood\n"),
                                       folder.write("b.txt", "bad\nfilm\n")};
  MakeOptions options = options_of(files, folder.path() / "corpus");
  options.deduplicate = true;
  const MakeResult result = make_corpus(options);
  CHECK(result.manifest.totals().num_documents == 3);
  CHECK(result.manifest.totals().num_duplicates == 2);
  CHECK(contains(to_text(result, options), "2 duplicates left out"));
}

TEST_CASE("nearly equal documents are left out on request, also after an interruption") {
  const TemporaryFolder folder;
  const std::string text = "a very good film with a long and boring plot that nobody needs";
  // The Jaccard similarity of the first two is above 0.8; the third has nothing in common with them.
  const std::vector<fs::path> files = {
      folder.write("a.txt", text + " today\n" + text + " now\nthe worst of all years\n"),
      folder.write("b.jsonl", "{\"text\": \"\"}\n{\"text\": \"" + text + "!\"}\n{\"text\": \"\"}\n")};
  MakeOptions options = options_of(files, folder.path() / "corpus");
  options.near_duplicates = true;
  options.shard_tokens = 1;
  const MakeResult result = make_corpus(options);
  CHECK(result.manifest.totals().num_documents == 4);
  CHECK(result.manifest.totals().num_duplicates == 2);
  CHECK(result.manifest.totals().num_empty == 2);
  const auto expected = content_of(options.output);
  CHECK_FALSE(expected.contains("shard-texts"));
  Manifest manifest = result.manifest;
  manifest.is_complete = false;
  manifest.shards.resize(2);
  fs::rename(options.output, folder.path() / "corpus.partial");
  write_manifest(folder.path() / "corpus.partial", manifest);
  captured_log([&] { make_corpus(options); });
  CHECK(content_of(options.output) == expected);
  options.near_duplicate_threshold = 1;
  options.overwrite = true;
  CHECK(make_corpus(options).manifest.totals().num_duplicates == 0);
}

TEST_CASE("files without text are an error, and leave nothing") {
  const TemporaryFolder folder;
  const MakeOptions options =
      options_of({folder.write("a.jsonl", "{\"text\": \"\"}\n{\"text\": null}\n")}, folder.path() / "corpus");
  const Error error = expect_error([&] { make_corpus(options); });
  CHECK(contains(error.what(), "a.jsonl: there is no text in 2 documents"));
  CHECK(contains(error.hint(), "--text-column"));
  CHECK_FALSE(fs::exists(options.output));
  CHECK_FALSE(fs::exists(folder.path() / "corpus.partial"));
}

TEST_CASE("a file that changed since its shards were begun is named") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("a.txt", as_lines(sentences(10)));
  MakeOptions options = options_of({file}, folder.path() / "corpus");
  make_corpus(options);
  fs::rename(options.output, folder.path() / "corpus.partial");
  folder.write("a.txt", as_lines(sentences(11)));
  const Error error = expect_error([&] { make_corpus(options); });
  CHECK(contains(error.what(), "a.txt has changed since"));
  CHECK(contains(error.hint(), "--overwrite"));
  options.overwrite = true;
  CHECK(make_corpus(options).manifest.totals().num_documents == 11);
}

}  // namespace make_test
