// Saved folders must produce the same ids in hone. compare_tokenizer.py checks them with transformers.
#include "base/files.h"
#include "temporary_folder.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_save_test {

TEST_CASE("a saved tokenizer produces the same ids, and the original files do not change") {
  const RandomText random(6);
  for (const std::string& name : kTokenizerCases) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture(name));
    tokenizer.save(folder.path());
    const Tokenizer again = Tokenizer::load(folder.path());
    for (const auto& file : std::filesystem::directory_iterator(tokenizer_fixture(name))) {
      CHECK(read_file(file.path()) == read_file(folder.path() / file.path().filename()));
    }
    for (uint64_t i = 0; i < 300; ++i) CHECK(again.encode(random(i)).ids == tokenizer.encode(random(i)).ids);
    CHECK(again.vocab_size() == tokenizer.vocab_size());
    CHECK(again.model_max_length() == tokenizer.model_max_length());
    CHECK(again.pad_id() == tokenizer.pad_id());
    for (const char* file : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"}) {
      CHECK(std::filesystem::exists(folder.path() / file));
    }
  }
}

TEST_CASE("a vocabulary with gaps is saved without vocab.txt") {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 2000000000}}})");
  Tokenizer::load(folder.path()).save(folder.path() / "saved");
  CHECK(!std::filesystem::exists(folder.path() / "saved" / "vocab.txt"));
  CHECK(Tokenizer::load(folder.path() / "saved").encode("a").ids == Ids{2000000000});
}

}  // namespace hone::text::tokenizer_save_test
