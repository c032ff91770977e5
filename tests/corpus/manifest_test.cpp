#include "corpus/manifest.h"

#include <doctest/doctest.h>

#include <functional>

#include "corpus/made_corpus.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace manifest_test {

using namespace hone;
using namespace hone::corpus;

TEST_CASE("a manifest that is written and read is the same") {
  const TemporaryFolder folder;
  Manifest written = write_corpus(folder.path(), {{{1, 2}, {}, {3}}, {{4}}});
  written.is_complete = false;
  written.shards[1].end = {2, 7};
  written.shards[1].num_bytes = 11;
  written.shards[1].num_duplicates = 5;
  written.shards[0].num_empty = 1;
  write_manifest(folder.path(), written);
  const Manifest manifest = read_manifest(folder.path());
  CHECK_FALSE(manifest.is_complete);
  CHECK(manifest.tokenizer_sha256 == "abc");
  CHECK(manifest.vocab_size == 100);
  CHECK(manifest.settings == written.settings);
  REQUIRE(manifest.sources.size() == 1);
  CHECK(manifest.sources[0].is_same_as(written.sources[0]));
  CHECK_FALSE(manifest.sources[0].is_same_as({"made.txt", 12, 35}));
  REQUIRE(manifest.shards.size() == 2);
  CHECK(manifest.shards[1].end == DocumentPlace{2, 7});
  CHECK(manifest.shards[0].ids_sha256 == written.shards[0].ids_sha256);
  const ShardRecord totals = manifest.totals();
  CHECK(totals.num_documents == 4);
  CHECK(totals.num_tokens == 4);
  CHECK(totals.num_bytes == 11);
  CHECK(totals.num_empty == 1);
  CHECK(totals.num_duplicates == 5);
}

TEST_CASE("ids are of two bytes as long as all fit") {
  CHECK(Manifest{.vocab_size = 65536}.id_bytes() == 2);
  CHECK(Manifest{.vocab_size = 65537}.id_bytes() == 4);
}

// Returns the message about a manifest that was changed.
std::string message_after(const std::function<void(Json&)>& change) {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {{{1, 2}, {3}}, {{4}}});
  Json json = read_json(folder.path() / kManifestName);
  change(json);
  write_json(folder.path() / kManifestName, json);
  const Error error = expect_error([&] { read_manifest(folder.path()); });
  CHECK((error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported));
  CHECK_FALSE(error.hint().empty());
  return error.what();
}

TEST_CASE("a manifest that lies is refused before any shard is read") {
  const auto check = [](const std::function<void(Json&)>& change, const char* message) {
    const std::string text = message_after(change);
    CHECK_MESSAGE(contains(text, message), text);
  };
  check([](Json& json) { json["shards"][0]["num_tokens"] = 4; },
        "shard-00000.ids is truncated: it has 6 bytes, but its manifest says 8 (4 x 2)");
  check([](Json& json) { json["shards"][1]["num_tokens"] = 0; }, "shard-00001.ids is too long");
  check([](Json& json) { json["shards"][0]["num_documents"] = 3; }, "shard-00000.offsets is truncated");
  check([](Json& json) { json["shards"][0]["num_documents"] = 0; }, "a shard has no documents");
  check([](Json& json) { json["shards"][0]["num_tokens"] = -1; }, "\"num_tokens\" is -1, not a count");
  check([](Json& json) { json["shards"][0]["num_tokens"] = 1e300; }, "not a count");
  check([](Json& json) { json["shards"][0]["num_tokens"] = UINT64_MAX; }, "not a count");
  check([](Json& json) { json["shards"][0]["num_documents"] = "2"; }, "not a count");
  check([](Json& json) { json["shards"][0].erase("num_bytes"); }, "\"num_bytes\" is missing");
  check([](Json& json) { json["shards"][0]["ids_sha256"] = 7; }, "\"ids_sha256\" is not a text");
  check([](Json& json) { json["shards"] = 3; }, "\"shards\" is not a list");
  check([](Json& json) { json["shards"][0] = 3; }, "\"shards\" does not hold objects");
  check([](Json& json) { json["sources"][0]["modified"] = "now"; }, "\"modified\" is not an integer");
  check([](Json& json) { json["settings"] = 3; }, "\"settings\" is not an object");
  check([](Json& json) { json["complete"] = 1; }, "\"complete\" is neither true nor false");
  check([](Json& json) { json["vocab_size"] = uint64_t{1} << 40; }, "\"vocab_size\" is 1099511627776");
  check([](Json& json) { json["vocab_size"] = 70000; }, "\"id_type\" is uint16, but a vocabulary of 70000 tokens");
  check([](Json& json) { json["version"] = 2; }, "version 2 of the format is newer than 1");
  check([](Json& json) { json["format"] = "other"; }, "comes from another program");
}

TEST_CASE("other folders are no corpora") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { read_manifest(folder.path()); }).what(), "corpus.json is missing"));
  CHECK(expect_error([&] { read_manifest(folder.path() / "none"); }).kind() == ErrorKind::kIo);
  CHECK_FALSE(is_corpus(folder.path()));
  folder.write("corpus.json", "{\"format\": \"hone corpus\"");
  CHECK(contains(expect_error([&] { read_manifest(folder.path()); }).what(), "corpus.json:1:"));
  CHECK_FALSE(is_corpus(folder.path()));
}

TEST_CASE("a shard that is missing is an error of the system") {
  const TemporaryFolder folder;
  const Manifest manifest = write_corpus(folder.path(), {{{1, 2}}});
  CHECK(is_corpus(folder.path()));
  std::filesystem::remove(ids_path(folder.path(), 0));
  CHECK(expect_error([&] { read_manifest(folder.path()); }).kind() == ErrorKind::kIo);
  CHECK(contains(damage_of_shard(folder.path(), manifest, 0), "shard-00000.ids is missing"));
}

TEST_CASE("a changed shard has another sha256") {
  const TemporaryFolder folder;
  const Manifest manifest = write_corpus(folder.path(), {{{1, 2}}});
  CHECK(damage_of_shard(folder.path(), manifest, 0).empty());
  change_bytes(ids_path(folder.path(), 0), 0, "\x03");
  CHECK(contains(damage_of_shard(folder.path(), manifest, 0), "shard-00000.ids has another sha256"));
}

TEST_CASE("sources are files that exist") {
  const TemporaryFolder folder;
  const std::vector<std::filesystem::path> files = {folder.write("a.txt", "12345")};
  CHECK(source_files(files)[0].size == 5);
  CHECK(source_files(files)[0].is_same_as(source_files(files)[0]));
  const std::vector<std::filesystem::path> missing = {folder.path() / "b.txt"};
  CHECK(expect_error([&] { source_files(missing); }).kind() == ErrorKind::kIo);
}

}  // namespace manifest_test
