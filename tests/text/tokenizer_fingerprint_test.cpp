#include "text/tokenizer_fingerprint.h"

#include <doctest/doctest.h>

#include <set>

#include "base/files.h"
#include "temporary_folder.h"
#include "text/tokenizer_fixtures.h"

namespace tokenizer_fingerprint_test {

using namespace hone;
using namespace hone::text;

const std::string kFixtures = std::string(HONE_SOURCE_DIR) + "/tests/fixtures/";

std::string fingerprint(const std::filesystem::path& folder) { return load_identified_tokenizer(folder).sha256; }

// Returns the hash of a copy in the files that save() writes.
std::string saved_fingerprint(const std::filesystem::path& model) {
  const TemporaryFolder folder;
  Tokenizer::load(model).save(folder.path());
  return fingerprint(folder.path());
}

TEST_CASE("a saved tokenizer has the same hash, in whatever files") {
  std::set<std::string> all;
  for (const char* name : {"models/tiny-bert", "byte_level/gpt2", "byte_level/gpt2_json", "byte_level/roberta",
                           "byte_level/qwen2", "byte_level/llama3"}) {
    const std::string hash = fingerprint(kFixtures + name);
    CHECK(hash.size() == 64);
    CHECK_MESSAGE(saved_fingerprint(kFixtures + name) == hash, name);
    all.insert(hash);
  }
  CHECK(all.size() >= 5);
  for (const char* name : {"gpt2", "bert-base-uncased", "roberta-base"}) {
    if (const auto model = shared_tokenizer(name))
      CHECK_MESSAGE(saved_fingerprint(*model) == fingerprint(*model), name);
  }
}

// Returns the hash of a small tokenizer after one change of its file.
std::string changed_fingerprint(const std::string& from, const std::string& to) {
  std::string text =
      R"({"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": null, "decoder": null,
    "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1, "[UNK]": 2}, "unk_token": "[UNK]"}})";
  const size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  const TemporaryFolder folder;
  folder.write("tokenizer.json", text.replace(place, from.size(), to));
  return fingerprint(folder.path());
}

TEST_CASE("another vocabulary or another part has another hash") {
  const std::string hash = changed_fingerprint("{", "{");
  CHECK(changed_fingerprint("\"b\"", "\"c\"") != hash);
  CHECK(changed_fingerprint("\"a\": 0, \"b\": 1", "\"a\": 1, \"b\": 0") != hash);
  CHECK(changed_fingerprint("Whitespace", "WhitespaceSplit") != hash);
  CHECK(changed_fingerprint("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}") != hash);
  CHECK(changed_fingerprint("\"version\"", " \"version\"") == hash);  // only its form
}

}  // namespace tokenizer_fingerprint_test
