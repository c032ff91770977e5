#include "task/vocabulary.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <array>

#include "base/files.h"
#include "base/json.h"
#include "captured_log.h"
#include "expect_error.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace vocabulary_test {

using namespace hone;

// Returns the tokenizer of tiny-bert, which has the ids 0 to 105, with these tokens added. Its vocabulary lacks the id
// 25, which is filled here, because tokenizers (0.23) numbers added tokens from the size of the vocabulary.
text::Tokenizer with_added(const TemporaryFolder& folder, const std::vector<std::pair<int, std::string>>& added) {
  Json tokenizer = read_json(fixture_models() / "tiny-bert" / "tokenizer.json");
  tokenizer["model"]["vocab"]["[unused25]"] = 25;
  for (const auto& [id, content] : added) {
    tokenizer["added_tokens"].push_back({{"id", id},
                                         {"content", content},
                                         {"single_word", false},
                                         {"lstrip", false},
                                         {"rstrip", false},
                                         {"normalized", false},
                                         {"special", false}});
  }
  folder.write("tokenizer.json", tokenizer.dump());
  return text::Tokenizer::load(folder.path());
}

TEST_CASE("the message for added tokens beyond the embedding names them and their likely cause") {
  const TemporaryFolder folder;
  const text::Tokenizer tokenizer = with_added(folder, {{106, "<brand>"}, {107, "<price>"}});
  const auto warning = [&](int64_t num_rows) {
    return captured_log([&] { task::check_vocabulary(tokenizer, num_rows, folder.path()); });
  };
  CHECK(contains(warning(106), folder.path().string() +
                                   ": the model's embedding has no row for 2 added tokens (\"<brand>\", \"<price>\"), "
                                   "probably add_tokens without resize_token_embeddings"));
  CHECK(contains(warning(107), "no row for 1 added token (\"<price>\")"));
  CHECK(warning(108).empty());
  CHECK(warning(200).empty());
}

// Checks the tokenizer of tiny-bert, whose [PAD] is 0 and [SEP] is 3, against these keys of a config.json.
void check_ids(const std::string& config) {
  const auto folder = fixture_models() / "tiny-bert";
  task::check_special_ids(text::Tokenizer::load(folder), model::ModelConfig(Json::parse(config), "config.json"),
                          folder);
}

TEST_CASE("special tokens with other ids than config.json says are refused") {
  CHECK_NOTHROW(check_ids(R"({"model_type": "bert"})"));
  CHECK_NOTHROW(check_ids(R"({"pad_token_id": 0, "sep_token_id": 3, "eos_token_id": 77, "bos_token_id": null})"));
  CHECK_NOTHROW(check_ids(R"({"pad_token_id": 0, "sep_token_id": [2, 3]})"));
  const Error pad = expect_error([] { check_ids(R"({"pad_token_id": 1})"); });
  CHECK(pad.kind() == ErrorKind::kInput);
  CHECK(contains(pad.what(), "pad_token_id is 1 in config.json, but the tokenizer's pad_token \"[PAD]\" has the id 0"));
  CHECK(contains(pad.hint(), "the tokenizer belongs to another model"));
  const Error sep = expect_error([] { check_ids(R"({"sep_token_id": [102, 50]})"); });
  CHECK(contains(sep.what(), "sep_token_id is [102,50] in config.json"));
}

TEST_CASE("the message names at most five added tokens") {
  const TemporaryFolder folder;
  std::vector<std::pair<int, std::string>> added;
  for (int i = 0; i < 8; ++i) added.emplace_back(106 + i, fmt::format("<{}>", i));
  const text::Tokenizer tokenizer = with_added(folder, added);
  CHECK(contains(captured_log([&] { task::check_vocabulary(tokenizer, 106, folder.path()); }),
                 "8 added tokens (\"<0>\", \"<1>\", \"<2>\", \"<3>\", \"<4>\", ...)"));
}

TEST_CASE("a vocabulary larger than the embedding is reported as another model's") {
  const TemporaryFolder folder;
  const text::Tokenizer tokenizer = with_added(folder, {{106, "<brand>"}});
  const Error error = expect_error([&] { task::check_vocabulary(tokenizer, 100, folder.path()); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the tokenizer has 107 tokens, the model's embedding only 100 rows"));
  CHECK(contains(error.hint(), "the tokenizer belongs to another model"));
}

TEST_CASE("only a text that contains a token beyond the embedding is an error") {
  const TemporaryFolder folder;
  const text::Tokenizer tokenizer = with_added(folder, {{106, "<brand>"}, {107, "<price>"}});
  task::Features features;
  features.add(tokenizer.encode("good movie"));
  features.add(tokenizer.encode("a <brand> movie"));
  const auto place = [](uint64_t row) { return fmt::format("row {}", row); };
  task::check_embedded(tokenizer, 107, features, place);
  task::check_embedded(tokenizer, 106, std::array{2, 105}, "inputs[0]");
  const Error error = expect_error([&] { task::check_embedded(tokenizer, 106, features, place); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(std::string(error.what()) == "row 1 has the token \"<brand>\", for which the model's embedding has no row");
  CHECK(contains(error.hint(), "hone train --resize-embeddings adds a row for it"));
  CHECK(contains(expect_error([&] { task::check_embedded(tokenizer, 106, std::array{2, 107}, "inputs[0]"); }).what(),
                 "inputs[0] has the token \"<price>\""));
}

}  // namespace vocabulary_test
